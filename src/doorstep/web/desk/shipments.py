"""Words and filters → a page of shipments; an order or a shipment → everything known and decided about it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from doorstep.domain.people import IdentityKind
from doorstep.domain.pitfalls import PITFALL_KINDS, WORDS_OF_CUSTOMERS
from doorstep.domain.tracking import Checkpoint
from doorstep.domain.vocabulary import Status
from doorstep.errors import NotFoundError
from doorstep.steps.compose import lines_in, parcel_of
from doorstep.steps.explain import untold
from doorstep.steps.reliability import LEAST_WARNINGS, WARNING, WEEKS, is_our_warning, track_record
from doorstep.steps.way import hops_of
from doorstep.steps.work import utc_now
from doorstep.store import cases, decisions, desk, message_lists, orders, people, pitfalls, shipments
from doorstep.store.database import Row, Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment
from doorstep.web.desk.doors import before_of, desk_page, id_of, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.saying import carrier_name
from doorstep.web.track.pages import scans_of
from doorstep.web.track.parcels import Scans, web_url

_PAGE = 50
#: Shipments, and orders without one, that a search shows at most.
_FOUND = 100


class ScanRow(msgspec.Struct, frozen=True):
    """One scan as the desk shows it."""

    scan: Checkpoint
    #: "" counts; else why not.
    left_out: str
    #: The scan that made the status.
    decides: bool


class ParcelRow(msgspec.Struct, frozen=True):
    """One shipment with its scans, newest first."""

    kept: KeptShipment
    carrier_name: str
    carrier_url: str | None
    status: str
    scans: list[ScanRow]
    lines: Sequence[Any]
    hops: Sequence[Any]
    #: Rows of its problems, open ones first.
    problems: Sequence[Row]
    #: It is called late on the word of our own estimate.
    ours: bool


@get("/shipments", include_in_schema=False)
async def list_shipments(request: AnyRequest) -> Response[str]:
    """List shipments: searched for, or filtered by status and problems."""
    merchant_id, asked = user_of(request).merchant_id, request.query_params
    words = clean_text(asked.get("q"))
    status = asked.get("status") if asked.get("status") in set(Status) else None
    troubled = asked.get("problems") == "1"
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        if words:
            rows, bare = await desk.search(tx, merchant_id, words, _FOUND + 1), await desk.search_bare(tx, merchant_id, words, _FOUND + 1)
        else:
            bare = []
            rows = await desk.shipments(tx, merchant_id, before=before_of(request), most=_PAGE + 1, status=status, troubled=troubled)
    more = rows[_PAGE - 1]["shipment_id"] if not words and len(rows) > _PAGE else None
    shown = rows[:_FOUND] if words else rows[:_PAGE]
    values: dict[str, Any] = {
        "words": words,
        "wanted": status or "",
        "troubled": troubled,
        "statuses": [s.value for s in Status],
        "more": more,
        "too_many": len(rows) > _FOUND or len(bare) > _FOUND,
    }
    return desk_page(request, "shipments.html", rows=shown, bare=bare[:_FOUND], **values)


@get("/shipments/{shipment_id:int}", include_in_schema=False)
async def one_shipment(request: AnyRequest, shipment_id: FromPath[int]) -> Response[str]:
    """Show one shipment."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        kept = await shipments.one(tx, merchant_id, id_of(shipment_id))
        if kept is None:
            raise NotFoundError("there is no such shipment")
        values = await _about(tx, merchant_id, kept.order_id, [kept])
    return desk_page(request, "order.html", title=kept.tracking_number, only=True, **values)


@get("/orders/{order_id:int}", include_in_schema=False)
async def one_order(request: AnyRequest, order_id: FromPath[int]) -> Response[str]:
    """Show one order with all its shipments."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        values = await _about(tx, merchant_id, id_of(order_id), None)
    if values["order"] is None:
        raise NotFoundError("there is no such order")
    return desk_page(request, "order.html", title=f"Order {values['order'].order.number}", only=False, **values)


async def _about(tx: Tx, merchant_id: int, order_id: int | None, only: list[KeptShipment] | None) -> dict[str, Any]:
    """Read what is known and decided about an order (and its shipments, or only some of them)."""
    order, kept, decided, sent = None, only or [], [], []
    if order_id is not None:
        key = (merchant_id, order_id)
        order = (await orders.read(tx, [key])).get(key)
        kept = only or (await shipments.of_orders(tx, [key])).get(key, [])
        decided = await decisions.of_order(tx, merchant_id, order_id)
        sent = await message_lists.of_order(tx, merchant_id, order_id)
    problems = await pitfalls.of_shipments(tx, merchant_id, [one.shipment_id for one in kept])
    parcels = [
        _parcel(one, order, await scans_of(tx, one), [row for row in problems if row["shipment_id"] == one.shipment_id]) for one in kept
    ]
    unsaid = await untold(tx, merchant_id, order_id) if order_id is not None else []
    if only:
        ids = {one.shipment_id for one in only}
        decided = [row for row in decided if row["subject_kind"] == "order" or row["subject_id"] in ids]
        sent = [row for row in sent if not row["shipment_ids"] or ids & set(row["shipment_ids"])]
        unsaid = [one for one in unsaid if one.shipment_id is None or one.shipment_id in ids]
    record = await track_record(tx, merchant_id, kept, utc_now().date())
    told: dict[str, Any] = {"kinds": PITFALL_KINDS, "words_of_customers": WORDS_OF_CUSTOMERS}
    told |= {"warning": WARNING, "record": record, "least": LEAST_WARNINGS, "weeks": WEEKS}
    told |= {"untold": unsaid, "decisions": [row for row in decided if row["message_id"] is not None], "customers": [], "cases": []}
    if order is not None:
        told["customers"] = await _customers(tx, merchant_id, order)
        told["cases"] = (await cases.of_orders(tx, [(merchant_id, order.order_id)])).get((merchant_id, order.order_id), [])
    return {"order": order, "parcels": parcels, "messages": sent, **told}


async def _customers(tx: Tx, merchant_id: int, kept: KeptOrder) -> list[tuple[int, bool]]:
    """Tell who the order's addresses belong to: (customer, whether one was shown to be theirs); more than one where they differ."""
    said = kept.order.customer
    names = [(kind, value) for kind, value in ((IdentityKind.EMAIL, said.email), (IdentityKind.PHONE, said.phone)) if value]
    found: dict[int, bool] = {}
    for customer_id, verified in (await people.whose(tx, merchant_id, names)).values() if names else ():
        found[customer_id] = found.get(customer_id, False) or verified
    return sorted(found.items())


def _parcel(kept: KeptShipment, order: KeptOrder | None, scans: Scans, problems: Sequence[Row]) -> ParcelRow:
    facts = parcel_of(kept, order.order, "") if order else None
    counted = set(kept.folded.counted) if kept.folded else set()
    decided_by = kept.folded.decided_by if kept.folded else b""
    rows = [ScanRow(scan, "" if mark in counted else _why_not(scan, scans, kept), mark == decided_by) for mark, scan in scans]
    return ParcelRow(
        kept=kept,
        carrier_name=carrier_name(kept.carrier),
        carrier_url=web_url(facts.carrier_url) if facts else None,
        status=kept.folded.status.value if kept.folded else Status.PENDING.value,
        scans=rows[::-1],
        lines=lines_in(kept, order.order) if order else (),
        hops=hops_of(kept),
        problems=problems,
        ours=is_our_warning(kept),
    )


def _why_not(scan: Checkpoint, scans: Scans, kept: KeptShipment) -> str:
    """Say why a scan does not count."""
    if scan.retracts is not None:
        return "takes another scan back"
    replaced = {tie.of for tie in kept.ties if tie.role == "replaced_by"}
    if scan.tracking_number in replaced:
        return "of a number that another has replaced"
    if kept.since and scan.occurred_at and scan.occurred_at.instant < kept.since:
        return "of an earlier life of this number"
    if any(other.retracts is not None and other.retracts in {"", scan.carrier_code} for _, other in scans):
        return "taken back by the carrier"
    return "does not count"
