"""What is said and offered, a channel → the text and the choices as that channel carries them: buttons where it has some, numbers to reply with elsewhere."""

from collections.abc import Sequence

import msgspec

from doorstep.domain.messages import Choice
from doorstep.domain.vocabulary import ChannelKind

#: Channels that show choices as buttons or lists. On the others a number answers.
_BUTTONS = frozenset({ChannelKind.CHAT, ChannelKind.INAPP, ChannelKind.WHATSAPP, ChannelKind.MESSENGER, ChannelKind.CONSOLE})
#: Source: Meta's messaging API v23.0, as known on 2026-11-29: three reply buttons of 20 characters, else a list of ten lines of 24 with 72 more.
_MOST_BUTTONS, _LONGEST_BUTTON = 3, 20
_MOST_LINES, _LONGEST_LINE, _LONGEST_ABOUT = 10, 24, 72


class Titled(msgspec.Struct, frozen=True, kw_only=True):
    """What is offered, in words."""

    choice_id: str
    title: str
    about: str = ""


def fitted(text: str, offered: Sequence[Titled], channel: ChannelKind, by_number: str) -> tuple[str, tuple[Choice, ...]]:
    """Fit text and choices to a channel. `by_number`: the words that ask for a number, in the customer's language."""
    shown = offered[:_MOST_LINES]
    if not shown:
        return text, ()
    longest = _LONGEST_BUTTON if len(shown) <= _MOST_BUTTONS else _LONGEST_LINE
    choices = []
    taken: set[str] = set()
    for place, one in enumerate(shown, start=1):
        title = _cut(one.title, longest)
        if title in taken:
            title = _cut(f"{place}. {one.title}", longest)
        taken.add(title)
        about = one.about if one.about != one.title else ""
        if not about and len(one.title) > longest:
            about = one.title
        choices.append(Choice(choice_id=one.choice_id, title=title, about=_cut(about, _LONGEST_ABOUT)))
    if channel in _BUTTONS:
        return text, tuple(choices)
    lines = [f"{place}: {_whole(one)}" for place, one in enumerate(shown, start=1)]
    return "\n".join((text, "", by_number, *lines)), tuple(choices)


def _whole(one: Titled) -> str:
    """Write a choice where there is room: a title that was cut stands whole in what is told about it."""
    if one.about.startswith(one.title.removesuffix("…")):
        return one.about
    return f"{one.title} ({one.about})" if one.about else one.title


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
