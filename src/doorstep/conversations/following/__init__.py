"""An answered turn → what it promised that can be looked at later; what became of that → a short message."""

from functools import cache
from importlib import resources

import msgspec

from doorstep.domain.actions.kinds import ActionKind
from doorstep.domain.languages import language_of, stopped_once
from doorstep.domain.talking.following import Outcome, Promise, PromiseKind
from doorstep.domain.talking.told import Span
from doorstep.domain.talking.turns import Turned

__all__ = ["offers_of", "promises_of", "told_of"]

#: Changes that somebody outside says yes or no to.
_ASKED = frozenset(
    {
        ActionKind.RESCHEDULE,
        ActionKind.REDIRECT,
        ActionKind.PICKUP_POINT,
        ActionKind.SAFE_PLACE,
        ActionKind.HOLD,
        ActionKind.CONFIRM_AVAILABILITY,
    }
)
#: (kind, outcome) → the buttons below it: choice, key of its title.
_OFFERS: dict[tuple[PromiseKind, Outcome], tuple[tuple[str, str], ...]] = {
    (PromiseKind.ARRIVES, Outcome.HAPPENED): (("talk.thanks", "ok"), ("talk.not_received", "not_received")),
    (PromiseKind.ARRIVES, Outcome.MISSED): (("talk.late", "late"), ("talk.human", "human")),
    (PromiseKind.CHANGE, Outcome.REFUSED): (
        ("talk.reschedule", "reschedule"),
        ("talk.pickup_point", "pickup_point"),
        ("talk.human", "human"),
    ),
    (PromiseKind.CHANGE, Outcome.MISSED): (("talk.where", "where"), ("talk.human", "human")),
    (PromiseKind.REFUND, Outcome.HAPPENED): (("talk.thanks", "ok"), ("talk.human", "human")),
    (PromiseKind.REFUND, Outcome.MISSED): (("talk.refund_status", "refund_status"), ("talk.human", "human")),
}


def promises_of(turned: Turned) -> tuple[Promise, ...]:
    """Tell what a turn let the customer expect: days of arrival that were said, changes that were asked for, money that is to come."""
    found: list[Promise] = []
    until = None
    for piece in turned.pieces:
        span = piece.facts.get("span")
        if piece.key == "where.expected" and isinstance(span, Span):
            until = span.to_on
        elif piece.key == "where.number":
            if until is not None:
                found.append(Promise(kind=PromiseKind.ARRIVES, tracking=str(piece.facts.get("tracking", "")), until=until))
            until = None
        elif piece.key == "refund.waits":
            found.append(Promise(kind=PromiseKind.REFUND, rma=str(piece.facts.get("rma", ""))))
    found += [
        Promise(kind=PromiseKind.CHANGE, case=one.case) for one in turned.did if one.case and one.outcome == "done" and one.action in _ASKED
    ]
    return tuple(dict.fromkeys(found))


def told_of(kind: PromiseKind, outcome: Outcome, tag: str, **holes: str) -> str:
    """Write what is said of a promise, in the language of a BCP 47 tag."""
    text = _words(language_of(tag))[f"{kind}_{outcome}"]
    for hole, value in holes.items():
        text = stopped_once(text, hole, value).replace(f"{{{hole}}}", value)
    return text


def offers_of(kind: PromiseKind, outcome: Outcome, tag: str) -> tuple[tuple[str, str], ...]:
    """List the buttons below it: choice, title."""
    words = _words(language_of(tag))
    return tuple((choice, words[key]) for choice, key in _OFFERS.get((kind, outcome), ()))


@cache
def _words(language: str) -> dict[str, str]:
    every = msgspec.toml.decode(resources.files(__package__).joinpath("words.toml").read_text("utf-8"), type=dict[str, dict[str, str]])
    return every[language]
