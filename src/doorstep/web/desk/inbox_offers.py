"""What the customer said last and what is known of them → answers that an agent may begin with, and what may be done for them."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from doorstep.conversations.handing.macros import Macro, fill, fitting, text_in
from doorstep.domain.actions.kinds import ActionKind
from doorstep.domain.sentences import event_sentence
from doorstep.domain.talking.inbox import MacroAct
from doorstep.steps.directory import Tenant
from doorstep.steps.suggesting import Suggested
from doorstep.store.database import Row
from doorstep.web.desk.inbox_story import Story

#: Suggested answers that stand ready.
_MOST = 3
#: What an intent speaks of → what the desk may do for the customer (`on_behalf.WHAT`), the likeliest first.
_WISHES = {
    "return": ("return", "exchange"),
    "exchange": ("exchange", "return"),
    "refund": ("return", "claim"),
    "claim": ("claim", "return"),
    "warranty": ("claim",),
    "track": ("claim", "reschedule"),
    "order": ("cancel", "address"),
    "delivery.address": ("address",),
    "delivery.reschedule": ("reschedule",),
    "delivery.safe_place": ("safe_place",),
    "delivery": ("reschedule", "address", "safe_place"),
}
#: What our talk would do → the same.
_OF_ACTIONS: dict[str, str] = {
    ActionKind.OPEN_RETURN: "return",
    ActionKind.OPEN_EXCHANGE: "exchange",
    ActionKind.OPEN_CLAIM: "claim",
    ActionKind.CANCEL_ORDER: "cancel",
    ActionKind.CHANGE_ADDRESS: "address",
    ActionKind.REDIRECT: "address",
    ActionKind.RESCHEDULE: "reschedule",
    ActionKind.SAFE_PLACE: "safe_place",
}
_USUAL = ("return", "claim", "cancel", "address")
#: As the buttons call it.
_TITLES = {
    "return": "Return",
    "exchange": "Exchange",
    "claim": "Claim",
    "cancel": "Cancel the order",
    "address": "Another address",
    "reschedule": "Another day",
    "safe_place": "Safe place",
}


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that stands ready."""

    #: "m7" of a macro, "talk" of what our talk would say, "quote" of the shop's knowledge, "where" of what is known of the parcel.
    key: str
    title: str
    text: str
    #: MacroAct; "" none.
    act: str = ""


class Wish(msgspec.Struct, frozen=True):
    """Something that may be done for the customer."""

    title: str
    href: str


def macros_of(rows: Sequence[Row]) -> list[Macro]:
    """Read rows of `store.macros.every`."""
    return [
        Macro(
            macro_id=row["macro_id"],
            name=row["name"],
            texts=msgspec.json.decode(row["texts"], type=dict[str, str]),
            act=MacroAct(row["act"]) if row["act"] else None,
            queue=row["queue"],
            used=row["used"],
        )
        for row in rows
    ]


def holes_of(tenant: Tenant, story: Story, who: str, agent: str) -> Mapping[str, str]:
    """Name what a macro's holes are filled with; what is not known is left out."""
    about = story.about
    base = tenant.brand.page_base or ""
    first_name = about.order.customer.first_name if about else None
    return {
        name: value
        for name, value in {
            "customer": first_name or who.partition(" ")[0],
            "order": about.order.number if about else "",
            "link": f"{base}/o/{about.token}" if about and base else "",
            "agent": agent,
            "brand": tenant.brand.name,
        }.items()
        if value
    }


def offered(
    tenant: Tenant, macros: Sequence[Macro], story: Story, holes: Mapping[str, str], language: str, said: str, came: Suggested
) -> list[Offered]:
    """List all answers that stand ready: what our talk would say, the shop's own words, where the parcel is, then the macros."""
    intent = came.intent
    ready = [
        Offered(
            key=f"m{one.macro_id}",
            title=one.name,
            text=fill(text_in(one, language, tenant.brand.default_locale.partition("-")[0]), holes),
            act=one.act or "",
        )
        for one in fitting(macros, said, intent)
    ]
    return [*_by_itself(story, holes, language, came), *ready]


def _by_itself(story: Story, holes: Mapping[str, str], language: str, came: Suggested) -> Iterator[Offered]:
    """Give what nobody has written beforehand."""
    if came.text:
        yield Offered(key="talk", title="As the assistant would answer", text=came.text)
    if came.quote is not None:
        source = f"\n{came.quote.url}" if came.quote.url else ""
        yield Offered(key="quote", title=f"Knowledge: {came.quote.title}", text=f"{came.quote.text}{source}")
    if not came.text and (not came.intent or came.intent.startswith(("track", "delivery"))):
        where = _where(story, holes, language)
        if where is not None:
            yield where


def _where(story: Story, holes: Mapping[str, str], language: str) -> Offered | None:
    about = next((one for one in story.orders if one.about), None)
    told = [parcel.kept.folded for parcel in about.parcels if parcel.kept.folded] if about else []
    if not told:
        return None
    sentence = event_sentence(told[0].telling_event, language)
    lines = [f"{holes.get('order', '')}: {sentence}".lstrip(": "), holes.get("link", "")]
    return Offered(key="where", title="Where it is", text="\n".join(line for line in lines if line))


def suggested(ready: Sequence[Offered]) -> list[Offered]:
    """Give the few that are shown before anybody looks for one."""
    return list(ready[:_MOST])


def wishes(story: Story, intent: str, action: str = "") -> list[Wish]:
    """List what may be done for the customer about the order, what our talk would do first; [] where no order is known."""
    if story.about is None:
        return []
    would = (_OF_ACTIONS[action],) if action in _OF_ACTIONS else ()
    first = _WISHES.get(intent) or _WISHES.get(intent.partition(".")[0]) or ()
    order_id = story.about.order_id
    return [Wish(_TITLES[what], f"/desk/orders/{order_id}/ask?what={what}") for what in dict.fromkeys((*would, *first, *_USUAL))]
