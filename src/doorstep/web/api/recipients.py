"""What may be sent to an address: consents recorded; suppressions listed, added, lifted."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT
from msgspec import Meta

from doorstep.domain.messages import Suppression
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps import opting_in, suppressing
from doorstep.steps.suppressing import MOST_LINES, address_of
from doorstep.steps.work import utc_now
from doorstep.store import connections, recipients
from doorstep.store.database import Tx
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, key_in, page_of
from doorstep.web.api.shapes import Next
from doorstep.web.house import House, house_of
from doorstep.web.problems import AnyRequest
from doorstep.web.tenants import tenant_of

#: What the person asked for only the person can take back.
THEIR_OWN = frozenset({"unsubscribed", "stop", "complained"})
#: Bytes of an import.
_MOST_BYTES = 5_000_000
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

Address = Annotated[
    str,
    Meta(min_length=3, max_length=320, description="E-mail address, or phone number with country code.", examples=["ana@customer.example"]),
]


class SuppressionForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address we must not write to."""

    channel: ChannelKind
    address: Address
    purpose: Annotated[Purpose | None, Meta(description="Null or left out: for every purpose.")] = None


class SuppressionShown(msgspec.Struct, frozen=True, kw_only=True):
    """An address we do not write to, and why."""

    id: Annotated[str, Meta(description="Opaque.")]
    channel: ChannelKind
    address: str
    purpose: Purpose | None
    reason: Annotated[str, Meta(description="bounced, complained, unsubscribed, stop, refused or imported.")]
    at: datetime


class SuppressionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Suppressions, by channel and address."""

    suppressions: list[SuppressionShown]
    next: Next = None


class ImportRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One address we must not write to, as another system knows it. What is wrong with one stands in the answer; the others are taken."""

    channel: Annotated[str, Meta(max_length=40, description="email, sms or whatsapp.")]
    address: Annotated[str, Meta(max_length=400, description="E-mail address, or phone number with country code.")]
    reason: Annotated[str, Meta(max_length=40, description="imported, bounced, complained, unsubscribed, stop or refused.")] = "imported"
    purpose: Annotated[str | None, Meta(description="transactional or marketing; null or left out: for every purpose.")] = None


class ImportForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses we must not write to, from another system."""

    suppressions: Annotated[list[ImportRow], Meta(min_length=1, max_length=MOST_LINES)]


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """An address that was not taken."""

    position: Annotated[int, Meta(description="Its place in the list, from 0.")]
    why: str


class ImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the list."""

    taken: Annotated[int, Meta(description="How many are not written to now.")]
    new: Annotated[int, Meta(description="Of those, how many were written to before.")]
    bad: list[BadRow]


class ConsentForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One yes or no, with its proof."""

    address: Address
    purpose: Purpose
    granted: bool
    channel: Annotated[ChannelKind | None, Meta(description="Null or left out: for every channel.")] = None
    at: Annotated[Annotated[datetime, Meta(tz=True)] | None, Meta(description="When it was said; left out: now.")] = None
    wording: Annotated[Annotated[str, Meta(max_length=2000)] | None, Meta(description="The sentence the customer agreed to.")] = None
    proof: Annotated[
        str, Meta(max_length=300, description="What shows it: the page, the form, the network address; kept with the consent.")
    ] = ""
    confirm: Annotated[
        bool,
        Meta(
            description="Ask the owner of the address by a message to say the yes again; only then it counts (double opt-in). Done by itself for marketing where the law of the country the address last ordered to wants it (policy `confirm_in`), unless `proof` is given."
        ),
    ] = False


class ConsentShown(msgspec.Struct, frozen=True, kw_only=True):
    """A consent as recorded."""

    address: str
    purpose: Purpose
    granted: bool
    channel: ChannelKind | None
    source: str
    at: datetime
    wording: str | None
    proof: str = ""
    confirmed: Annotated[bool, Meta(description="False: its owner was asked; it counts once they confirm.")] = True


def _shown(house: House, merchant_id: int, one: Suppression) -> SuppressionShown:
    token = house.directory.sealer.token("suppression", str(merchant_id), one.channel, one.address, one.purpose or "")
    return SuppressionShown(id=token, channel=one.channel, address=one.address, purpose=one.purpose, reason=one.reason, at=one.at)


@get("/suppressions", operation_id="listSuppressions", tags=["Recipients"], opt={"scope": "recipients:read"})
async def list_suppressions(request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL) -> SuppressionPage:
    """List the addresses we do not write to, by channel and address."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    channel, address, purpose = (*(key_in("suppressions", cursor) or "").split("\x1e"), "", "")[:3]
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await recipients.suppression_page(tx, merchant_id, (channel, address, purpose), limit + 1)
    page, more = page_of(rows, limit)
    last = page[-1] if more else None
    return SuppressionPage(
        suppressions=[_shown(house, merchant_id, row) for row in page],
        next=cursor_to("suppressions", f"{last.channel}\x1e{last.address}\x1e{last.purpose or ''}") if last else None,
    )


@post(
    "/suppressions",
    operation_id="addSuppression",
    tags=["Recipients"],
    status_code=HTTP_200_OK,
    opt={"scope": "recipients:write", "body": "json"},
)
async def add_suppression(request: AnyRequest, data: JSONBody[SuppressionForm], once_key: OnceKey = None) -> Response[SuppressionShown]:
    """Never write to an address again, for one purpose or at all. One that stands already is left as it is."""
    house, key = house_of(request), key_of(request)
    if data.channel in {ChannelKind.WEBHOOK, ChannelKind.ERRAND, ChannelKind.HELPDESK}:
        raise BadInputError("channel: an endpoint is removed, not suppressed")
    address = address_of(data.address, data.channel)

    async def work(tx: Tx) -> tuple[int, SuppressionShown]:
        wanted = Suppression(channel=data.channel, address=address, purpose=data.purpose, reason="imported", at=utc_now())
        await recipients.suppress(tx, key.merchant_id, wanted)
        stands = await recipients.suppression(tx, key.merchant_id, data.channel, address, data.purpose or "")
        return HTTP_200_OK, _shown(house, key.merchant_id, stands or wanted)

    return await once(request, once_key, SuppressionShown, work)


@post(
    "/suppressions/import",
    operation_id="importSuppressions",
    tags=["Recipients"],
    status_code=HTTP_200_OK,
    request_max_body_size=_MOST_BYTES,
    opt={"scope": "recipients:write", "body": "json"},
)
async def import_suppressions(request: AnyRequest, data: JSONBody[ImportForm], once_key: OnceKey = None) -> Response[ImportAnswer]:
    """Never write to these addresses again. The good ones are taken, each bad one is named; one that stands already is left as it is.

    What a person asked for (reason unsubscribed, stop or complained) only the person can take back.
    """
    key = key_of(request)
    rows = [
        (position, {"channel": one.channel, "address": one.address, "reason": one.reason, "purpose": one.purpose or ""})
        for position, one in enumerate(data.suppressions)
    ]

    async def work(tx: Tx) -> tuple[int, ImportAnswer]:
        found = await suppressing.import_suppressions(tx, key.merchant_id, rows, utc_now())
        told = f"{found.taken} taken, {found.new} new, {len(found.bad)} bad"
        await connections.audit(tx, key.merchant_id, f"key {key.key_id}", "import_suppressions", told)
        bad = [BadRow(position=one.line, why=one.why) for one in found.bad]
        return HTTP_200_OK, ImportAnswer(taken=found.taken, new=found.new, bad=bad)

    return await once(request, once_key, ImportAnswer, work)


@delete(
    "/suppressions/{suppression_id:str}",
    operation_id="liftSuppression",
    tags=["Recipients"],
    status_code=HTTP_204_NO_CONTENT,
    opt={"scope": "recipients:write"},
)
async def lift_suppression(request: AnyRequest, suppression_id: FromPath[str]) -> None:
    """Write to an address again. What the person asked for (unsubscribe, STOP, a complaint) only the person can take back: 409."""
    house, key = house_of(request), key_of(request)
    parts = house.directory.sealer.read_token(suppression_id)
    if parts[:2] != ("suppression", str(key.merchant_id)) or len(parts) != 5:  # noqa: PLR2004 - as `_shown` writes it
        raise NotFoundError("there is no such suppression")
    async with house.database.for_merchant(key.merchant_id) as tx:
        stands = await recipients.suppression(tx, key.merchant_id, *parts[2:])
        if stands is None:
            raise NotFoundError("there is no such suppression")
        if stands.reason in THEIR_OWN:
            raise ConflictError("the person asked for this; only the person can take it back, on the preferences page or by START")
        await recipients.lift(tx, key.merchant_id, *parts[2:])
        await connections.audit(tx, key.merchant_id, f"key {key.key_id}", "suppression lifted", f"{stands.channel}: {stands.reason}")


@post(
    "/consents",
    operation_id="recordConsent",
    tags=["Recipients"],
    status_code=HTTP_201_CREATED,
    opt={"scope": "recipients:write", "body": "json"},
)
async def record_consent(request: AnyRequest, data: JSONBody[ConsentForm], once_key: OnceKey = None) -> Response[ConsentShown]:
    """Record a yes or a no. The newest one for an address and purpose counts; all are kept."""
    key = key_of(request)
    now = utc_now()
    at = data.at or now
    if not _EARLIEST <= at <= now + timedelta(days=1):
        raise BadInputError("at: must lie between the year 2000 and now")
    address = address_of(data.address, data.channel)
    said = Consent(
        purpose=data.purpose, channel=data.channel, granted=data.granted, source="api", at=at, wording=data.wording, proof=data.proof
    )
    house = house_of(request)
    tenant = await tenant_of(house, key.merchant_id)

    async def work(tx: Tx) -> tuple[int, ConsentShown]:
        fields = {name: getattr(said, name) for name in said.__struct_fields__}
        if data.granted and (data.confirm or await opting_in.wants_confirming(tx, tenant, address, said)):
            await opting_in.ask(tx, house.directory, tenant, address, said, None, now)
            return HTTP_201_CREATED, ConsentShown(address=address, confirmed=False, **fields)
        await recipients.consent(tx, [(key.merchant_id, address, said)])
        return HTTP_201_CREATED, ConsentShown(address=address, **fields)

    return await once(request, once_key, ConsentShown, work)


ROUTES: list[Any] = [list_suppressions, add_suppression, import_suppressions, lift_suppression, record_consent]
