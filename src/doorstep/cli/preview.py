"""`preview TEMPLATE`: a template and an order, real or made up → files to look at."""

from pathlib import Path

import msgspec

from doorstep.cli.merchants import at_work
from doorstep.domain.messages import Change
from doorstep.domain.vocabulary import ChannelKind, Status
from doorstep.errors import BadInputError, NotFoundError
from doorstep.messages import (
    TEMPLATES,
    BadTemplateError,
    Facts,
    Library,
    Links,
    context_of,
    facts_for,
    sample_facts,
    sample_shortened,
    with_case,
)
from doorstep.steps.compose import parcel_of
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.work import utc_now
from doorstep.store import connections, orders, shipments
from doorstep.store.database import Database, Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

#: Template → how the made-up order's first parcel and its others stand, where that is not "on the way".
_STANDS = {
    "delivered": (Status.DELIVERED, Status.DELIVERED),
    "partly_delivered": (Status.DELIVERED, Status.IN_TRANSIT),
    "out_for_delivery": (Status.OUT_FOR_DELIVERY, Status.OUT_FOR_DELIVERY),
    "ready_for_pickup": (Status.READY_FOR_PICKUP, Status.READY_FOR_PICKUP),
    "pickup_deadline": (Status.READY_FOR_PICKUP, Status.READY_FOR_PICKUP),
}


def preview(
    template: str,
    *,
    order: str | None = None,
    sample: bool = False,
    merchant: str | None = None,
    locale: str | None = None,
    out: Path | None = None,
    data_dir: Path | None = None,
) -> int:
    """Render a template to files: FILE.html, FILE.txt and FILE.sms.txt.

    Args:
        template: e.g. delivered.
        order: a real order, by our id or by its number as the customer sees it.
        sample: a made-up order instead; needs no database unless a merchant is named.
        merchant: whose brand and own templates; needed with --order where there are several merchants.
        locale: language, e.g. es; default: the order's.
        out: the first file's name; default: TEMPLATE.html in this folder.
        data_dir: where the embedded database lives.
    """
    if (order is None) == (not sample):
        raise BadInputError("say either --order ID or --sample")
    if sample and merchant is None:
        facts, library = _sample(template, locale or "en"), Library({})
    else:
        facts, library = at_work(data_dir, lambda _, database, directory: _facts(database, directory, template, order, merchant, locale))
    try:
        written = _write(facts, library, template, out or Path(f"{template}.html"))
    except BadTemplateError as error:
        raise BadInputError(f"{error}; the templates that come with Doorstep: {', '.join(sorted(TEMPLATES))}") from error
    print("\n".join(map(str, written)))
    return 0


def _write(facts: Facts, library: Library, template: str, out: Path) -> list[Path]:
    context = context_of(facts)
    mail = library.render(template, ChannelKind.EMAIL, facts.locale, context)
    base_url = (facts.links.order or "").partition("/o/")[0]
    sms = library.render(template, ChannelKind.SMS, facts.locale, context_of(sample_shortened(facts, base_url)))
    written = {
        out: mail.html,
        out.with_suffix(".txt"): f"Subject: {mail.subject}\n\n{mail.text}",
        out.with_suffix(".sms.txt"): sms.text + "\n",
    }
    for path, text in written.items():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise BadInputError(f"{path} cannot be written: {error.strerror}") from error
    return list(written)


async def _facts(
    database: Database, directory: Directory, template: str, order: str | None, merchant: str | None, locale: str | None
) -> tuple[Facts, Library]:
    await directory.refresh(database, utc_now(), force=True)
    async with database.system() as tx:
        tenant = await _tenant(tx, directory, merchant)
        if order is None:
            made_up = _sample(template, locale or tenant.brand.default_locale)
            return _branded(made_up, tenant), tenant.library
        kept = await _order(tx, tenant.merchant.merchant_id, order)
        key = (kept.merchant_id, kept.order_id)
        parcels = (await shipments.of_orders(tx, [key])).get(key, [])
    return _facts_of(tenant, kept, parcels, template, directory.base_url, locale), tenant.library


async def _tenant(tx: Tx, directory: Directory, slug: str | None) -> Tenant:
    if slug is not None:
        found = directory.tenant((await connections.merchant_by_slug(tx, slug)).merchant_id)
    else:
        tenants = directory.tenants()
        found = tenants[0] if len(tenants) == 1 else None
    if found is None:
        raise BadInputError("say whose order it is with --merchant SLUG")
    return found


async def _order(tx: Tx, merchant_id: int, text: str) -> KeptOrder:
    if text.isascii() and text.isdecimal() and len(text) < 19:  # noqa: PLR2004 - digits of a bigint
        key = (merchant_id, int(text))
        if kept := (await orders.read(tx, [key])).get(key):
            return kept
    if found := await orders.page(tx, merchant_id, number=text, most=1):
        return found[0]
    raise NotFoundError(f"there is no order {text!r}, neither by our id nor by its number")


def _sample(template: str, locale: str) -> Facts:
    """Make up an order that stands as a template says."""
    first, others = _STANDS.get(template, (Status.IN_TRANSIT, Status.IN_TRANSIT))
    facts = msgspec.structs.replace(sample_facts(locale, first=first, status=others), entries=facts_for(template, locale).entries)
    return with_case(facts, template)


def _branded(facts: Facts, tenant: Tenant) -> Facts:
    return msgspec.structs.replace(facts, brand=tenant.brand, one_way=tenant.is_one_way(facts.order.customer.phone))


def _facts_of(tenant: Tenant, kept: KeptOrder, parcels: list[KeptShipment], template: str, base_url: str, locale: str | None) -> Facts:
    journey = next((one for one in tenant.journeys.by_name.values() if one.template == template), None)
    trigger = journey.trigger if journey else "order.confirmed"
    of_shipment = trigger.startswith("shipment.") and bool(parcels)
    refund = kept.order.refunds[-1].refund_id if kept.order.refunds else ""
    change = Change(
        trigger=trigger,
        subject_kind="shipment" if of_shipment else "order",
        subject_id=parcels[0].shipment_id if of_shipment else kept.order_id,
        occurrence="" if of_shipment else refund,
    )
    facts = Facts(
        brand=tenant.brand,
        order=kept.order,
        parcels=tuple(parcel_of(one, kept.order, base_url) for one in parcels),
        told=1 if of_shipment else None,
        change=change,
        locale=locale or kept.order.locale or tenant.brand.default_locale,
        links=Links(order=f"{base_url}/o/{kept.token}", preferences=f"{base_url}/p/preview"),
        one_way=tenant.is_one_way(kept.order.customer.phone),
    )
    return with_case(facts, template)
