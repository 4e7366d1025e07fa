"""Several things told to one person in one message: each in short as its own template says it, and what a digest's template reads of them."""

from typing import Any

from doorstep.domain.messages import Rendered
from doorstep.messages.facts import Entry, Facts

#: The template of a digest.
DIGEST = "digest"
#: Entries that a mail shows; the rest is counted.
_SHOWN = 10
#: Entries that a text or a chat has room for.
_BRIEF = 4
#: Order numbers that are named.
_NAMED = 3


def entry_of(said: Rendered, facts: Facts) -> Entry:
    """Take up what one message would have said: `said` is its notification, `facts` what it is about."""
    return Entry(
        order=facts.order.number, title=said.subject.rstrip(".!।"), text=said.text, url=said.link.url if said.link else facts.links.order
    )


def news_of(entries: tuple[Entry, ...]) -> dict[str, Any] | None:
    """Lay a digest's entries out for its template; None: there are none."""
    if not entries:
        return None
    numbers = list(dict.fromkeys(one.order for one in entries))
    rows = [{"order": one.order, "title": one.title, "text": one.text, "url": one.url} for one in entries[:_SHOWN]]
    return {
        "count": len(entries),
        "several": len(numbers) > 1,
        "orders": ", ".join(numbers[:_NAMED]) + (" …" if len(numbers) > _NAMED else ""),
        "entries": rows,
        "more": max(0, len(entries) - _SHOWN) or None,
        "brief": rows[:_BRIEF],
        "brief_more": max(0, len(entries) - _BRIEF) or None,
    }
