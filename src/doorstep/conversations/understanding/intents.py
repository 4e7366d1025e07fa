"""Placeholder."""

from typing import NamedTuple
from doorstep.domain.talking.intents import Intent


class R(NamedTuple):
    intents: tuple
    in_scope: float
    wanted: tuple
    maybe: tuple


def intents_in(text, model, enc, language):
    r = model.read(text, enc)
    if not r.intents or r.in_scope < 0.3:
        return R(r.intents, r.in_scope, (), ())
    if r.intents[0].probability > 0.45:
        return R(r.intents, r.in_scope, (Intent(r.intents[0].intent),), ())
    return R(r.intents, r.in_scope, (), tuple(Intent(x.intent) for x in r.intents[:3]))
