"""Moments and made-up ones of each kind → the page of docs/reference on webhooks, by what really writes them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import msgspec

from doorstep.channels.webhook import WAITS_S
from doorstep.domain.actions.cases import Case, CaseLine, Label
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, ClaimKind, Disposition, Remedy
from doorstep.domain.messages import Change
from doorstep.domain.money import Money
from doorstep.domain.orders import Order
from doorstep.journeys import TRIGGERS, Moment
from doorstep.steps.announcing import document_of
from doorstep.steps.happenings import Happening
from doorstep.store.cases import KeptCase
from doorstep.store.orders import KeptOrder

_AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
_OPENED = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
_ORDER = KeptOrder(merchant_id=1, order_id=48, connection_id=2, token="", order=Order(external_id="5551234567890", number="#1001"))
_BLANKET = CaseLine(
    line_id="14403",
    quantity=1,
    unit_price=Money(3500, "EUR"),
    name="Wool blanket",
    product_id="8101",
    variant_id="44021",
    reason="taste.colour",
)


def webhooks_markdown() -> str:
    """Write the page of what the merchant's own systems hear of, with an example of each kind of case."""
    waits = ", ".join(_wait(one) for one in WAITS_S[1:])
    return "\n".join(
        (
            "# Webhooks\n",
            (
                "What your own systems hear of: `POST /api/v1/webhooks` adds an endpoint, [api.md](api.md#be-told) tells how. Each moment is posted to"
                " each endpoint once, as JSON, signed after Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature` (`v1,` and the"
                " base64 of HMAC-SHA256 over `id.timestamp.body`, by each secret of the list). What is not answered by a 2xx is posted again after"
                f" {waits}, always under the same `webhook-id`. An answer of 410 pauses the endpoint. Generated from `doorstep.steps.announcing`.\n"
            ),
            "## Types\n",
            "| type | of | meaning |",
            "|---|---|---|",
            *(f"| `{one.name}` | {one.subject_kind} | {one.meaning} |" for one in TRIGGERS.values()),
            "",
            "`reply.received` tells of what a customer writes; see [api.md](api.md#be-told).\n",
            "## The document\n",
            (
                "`data.order` is the order concerned, `data.occurrence` tells two moments of one type apart, `data.happened_at` is when it was so,"
                " `data.shipment` the parcel of a parcel's moment. A case's moment has `data.case`; every other one has none.\n"
            ),
            *_about_cases(),
            *(line for title, trigger, case, actor in _examples() for line in _example(title, trigger, case, actor)),
        )
    )


def _wait(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds >= 3600 else f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"  # noqa: PLR2004 - hours, minutes


def _about_cases() -> Iterator[str]:
    yield "The fields are those of the API's cases (`GET /api/v1/cases`), with `actor` beside them; unknown is null or empty.\n"
    yield "| field of `data.case` | what it is |"
    yield "|---|---|"
    yield "| `id`, `order`, `rma` | our ids of it and of its order; what the customer and the parcel call it |"
    yield f"| `kind`, `action` | {_list(CaseKind)}; the action that opened it |"
    yield f"| `state` | how it stands now: {_list(CaseState)} |"
    yield "| `actor` | who made this moment: `customer`, `policy`, `user 12`, `key 3`, `carrier`, `shop`, `time` |"
    yield "| `opened_at`, `since`, `look_at`, `reminded` | asked for; so since; looked at next, null: it has ended; how often somebody was reminded |"
    yield f"| `remedy`, `claim` | what the customer gets: {_list(Remedy)}; what is wrong: {_list(ClaimKind)} |"
    yield (
        "| `lines` | what it is about: the shop's ids, `reason` (a leaf of your tree of reasons), the customer's `comment` and `condition`; after the"
        f" inspection `received`, `disposition` ({_list(Disposition)}), `granted_percent`, `inspection_note` |"
    )
    yield "| `refund`, `fee`, `difference` | goes back, fees taken off; was taken off; new goods less old ones. In minor units |"
    yield "| `method`, `shipping_paid_by` | the customer's method that gets or pays the money, empty: the one that paid; `customer` or `merchant` |"
    yield "| `exchange_when`, `keeps`, `gift` | `ship_first` or `after_scan`; the goods stay with the customer; whoever got a gift asked |"
    yield "| `label`, `return_shipment_id`, `new_shipment_id` | how goods come back; their parcel, and that of what is sent anew |"
    yield "| `photos`, `comment`, `wanted` | ids of what was handed in; the customer's words; of a change: the action's own arguments |"
    yield "| `concerns`, `decided_by`, `decision` | why a human decides; who did; what they told the customer, or the code of the reason |"
    yield "| `policy_version`, `offer`, `offer_taken` | by which rules it was judged; what was offered first, and whether it was taken |"
    yield ""


def _list(words: type[CaseKind | CaseState | Remedy | ClaimKind | Disposition]) -> str:
    return ", ".join(f"`{one.value}`" for one in words)


def _examples() -> Iterator[tuple[str, str, Case, str]]:
    back = Case(
        case_id=17,
        rma="R-7K2M9QDX",
        kind=CaseKind.RETURN,
        action=ActionKind.OPEN_RETURN,
        state=CaseState.RECEIVED,
        order_id=48,
        opened_at=_OPENED,
        since=_AT,
        lines=(_BLANKET,),
        remedy=Remedy.REFUND,
        refund=Money(3500, "EUR"),
        label=Label(
            way="label", carrier="ups", tracking_number="1Z999AA10123456784", cost=Money(480, "EUR"), expires_on=date(2026, 12, 13)
        ),
        policy_version=3,
        decided_by="policy",
    )
    yield "A return", "return.received", back, "carrier"
    replace = msgspec.structs.replace
    swapped = replace(_BLANKET, wanted_id="44022", wanted_price=Money(3900, "EUR"))
    exchange = replace(
        back,
        case_id=18,
        rma="X-4C8T2VNW",
        kind=CaseKind.EXCHANGE,
        action=ActionKind.OPEN_EXCHANGE,
        state=CaseState.CLOSED,
        lines=(swapped,),
        remedy=Remedy.EXCHANGE,
        refund=None,
        difference=Money(400, "EUR"),
    )
    yield "An exchange", "exchange.sent", exchange, "shop"
    claim = replace(
        back,
        case_id=19,
        rma="C-9D3F6HJK",
        kind=CaseKind.CLAIM,
        action=ActionKind.OPEN_CLAIM,
        state=CaseState.REQUESTED,
        claim=ClaimKind.DAMAGED,
        lines=(replace(_BLANKET, reason="damaged", comment="A hole near the hem."),),
        remedy=Remedy.REPLACEMENT,
        refund=None,
        label=None,
        keeps=True,
        photos=("1", "2"),
        concerns=("value",),
        decided_by="",
    )
    yield "A claim", "claim.requested", claim, "customer"
    wish = Case(
        case_id=20,
        rma="D-2B5G7LPR",
        kind=CaseKind.DELIVERY_CHANGE,
        action=ActionKind.RESCHEDULE,
        state=CaseState.CLOSED,
        order_id=48,
        opened_at=_OPENED,
        since=_AT,
        wanted={"order": "5551234567890", "shipment": "DEMO0001", "on": "2026-11-27", "window": "09:00-12:00", "note": ""},
        policy_version=3,
        decided_by="carrier",
    )
    yield "Another delivery", "delivery_change.confirmed", wish, "carrier"


def _example(title: str, trigger: str, case: Case, actor: str) -> Iterator[str]:
    change = Change(trigger=trigger, subject_kind="case", subject_id=case.case_id, happened_at=_AT)
    kept = KeptCase(merchant_id=1, case=case, email=None)
    happening = Happening(merchant_id=1, moment=Moment(change), order=_ORDER, case=kept, actor=actor)
    whole = {"id": "01a1ee87-3200-7231-9188-f84adff78798", "type": trigger, "timestamp": _AT, "data": document_of(happening, _ORDER)}
    yield f"## {title}\n"
    yield "```json"
    yield msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
    yield "```\n"
