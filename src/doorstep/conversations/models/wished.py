"""What a model proposes → the talk that goes on with it and what is known for it; the talk asks for the rest, and for the yes."""

import msgspec

from doorstep.conversations.models.context import ToolWish, WishKind
from doorstep.conversations.talks.book import Book, Talk
from doorstep.domain.actions import arguments as asking
from doorstep.domain.talking.intents import Intent
from doorstep.domain.talking.memory import Slots

#: Fields of actions that are slots of the same name.
_SAME = frozenset(Slots.__struct_fields__) - {"order", "photos", "words", "done"}


class Wished(msgspec.Struct, frozen=True, kw_only=True):
    """A talk to be begun."""

    #: Slug of the talk's definition.
    talk: str
    slots: Slots = Slots()


def wished_of(wish: ToolWish, book: Book) -> Wished | None:
    """Find the talk for a wish; None: no talk of this merchant's does such a thing.

    The order is left out: whoever begins the talk names it as the shop does.
    """
    talk = _talk(wish, book)
    if talk is None or not talk.enabled:
        return None
    return Wished(talk=talk.slug, slots=_slots(wish.action) if wish.action is not None else Slots())


def _talk(wish: ToolWish, book: Book) -> Talk | None:
    if wish.kind is WishKind.TALK and wish.intent is not None:
        return book.answering(wish.intent)
    if isinstance(wish.action, asking.TalkToHuman):
        return book.talks.get("human") or book.answering(Intent.HUMAN)
    if wish.action is None:
        return None
    doing = [one for one in book.talks.values() if wish.action.kind in one.actions]
    # One that is set up for another value of what is told ("nobody will be there") is not meant.
    fitting = [one for one in doing if all(getattr(wish.action, name, value) == value for name, value in one.sets.items())]
    return next((one for one in fitting if one.sets), next(iter(fitting), None))


def _slots(action: asking.BusinessAction) -> Slots:
    """Take what an action names; what is empty is left to be asked for."""
    told = {name: value for name in action.__struct_fields__ if name in _SAME and (value := getattr(action, name)) not in ("", (), None)}
    if isinstance(action, asking.OpenClaim) and action.wish is not None:
        told["remedy"] = action.wish
    if isinstance(action, asking.OpenReturn | asking.OpenExchange):
        told.pop("way", None)
    return Slots(**told)
