"""What the customer said last and what is known of them → answers that an agent may begin with, and what may be done for them."""

from collections.abc import Mapping, Sequence

import msgspec

from doorstep.conversations.handing.macros import Macro, fill, fitting, text_in
from doorstep.domain.sentences import event_sentence
from doorstep.domain.talking.inbox import MacroAct
from doorstep.steps.directory import Tenant
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

    #: "m7" of a macro, "where" of what is known of the parcel.
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
    tenant: Tenant, macros: Sequence[Macro], story: Story, holes: Mapping[str, str], language: str, said: str, intent: str
) -> list[Offered]:
    """List all answers that stand ready, those that fit best first: where the parcel is, then the macros."""
    ready = [
        Offered(
            key=f"m{one.macro_id}",
            title=one.name,
            text=fill(text_in(one, language, tenant.brand.default_locale.partition("-")[0]), holes),
            act=one.act or "",
        )
        for one in fitting(macros, said, intent)
    ]
    where = _where(story, holes, language) if not intent or intent.startswith(("track", "delivery")) else None
    return [where, *ready] if where else ready


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


def wishes(story: Story, intent: str) -> list[Wish]:
    """List what may be done for the customer about the order, the likeliest first; [] where no order is known."""
    if story.about is None:
        return []
    first = _WISHES.get(intent) or _WISHES.get(intent.partition(".")[0]) or ()
    order_id = story.about.order_id
    return [Wish(_TITLES[what], f"/desk/orders/{order_id}/ask?what={what}") for what in dict.fromkeys((*first, *_USUAL))]
