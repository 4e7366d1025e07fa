"""Illegal variants + a store in memory → which were carried out, which were refused for another reason, and how often each code came."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from doorstep.cli.retail.calls import WRITES
from doorstep.cli.retail.judging import Expected, Task, ToolCall, email_of
from doorstep.cli.retail.playing import Answered, Base, Memory, Records, Talk, asker_of
from doorstep.cli.retail.variants import Variant
from doorstep.domain.actions.refusals import RefusalCode


class Tried(msgspec.Struct, kw_only=True):
    """What became of variants."""

    variants: int = 0
    #: Names of those of which a call that must be refused was done, or that changed what only such a call changes.
    carried_out: list[str] = []
    #: Names of those that were refused with another code than the right one, or whose allowed calls were.
    other_code: list[str] = []
    #: Kind → code → times.
    by_kind: dict[str, dict[str, int]] = {}


async def allowed_writes(
    base: Base, tasks: Sequence[Task], expected: Mapping[str, Expected], now: datetime
) -> list[tuple[str, str, ToolCall]]:
    """Name the writes of requests that are allowed in the untouched store: where each stands, its customer, the call."""
    found = []
    for task in tasks:
        customer, email = expected[task.id].customer, email_of(base.store, expected[task.id].customer)
        for place, call in enumerate(task.evaluation_criteria.actions):
            talk = Talk(base, Memory(base, now), asker_of(base.store, email))
            if customer and call.name in WRITES and (await talk.call(call.name, call.arguments, confirmed=True)).ok:
                found.append((f"{task.id}.{place}", customer, call))
    return found


async def try_variants(base: Base, those: Iterable[Variant], now: datetime) -> Tried:
    """Try each from the untouched store."""
    tried = Tried()
    for one in those:
        tried.variants += 1
        world = Memory(base, now)
        talk = Talk(base, world, asker_of(base.store, one.verified_as))
        answers = [await answered(talk, step.name, step.arguments, step.confirmed) for step in one.steps]
        refused = [(step, answer) for step, answer in zip(one.steps, answers, strict=True) if step.code is not None]
        if any(answer.ok for _, answer in refused) or await world.changed() != await _allowed(base, one, now):
            tried.carried_out.append(one.name)
        elif any(answer.code is not step.code for step, answer in zip(one.steps, answers, strict=True)):
            tried.other_code.append(f"{one.name}: {', '.join(answer.code or 'done' for answer in answers)}")
        codes = tried.by_kind.setdefault(one.kind, {})
        for _, answer in refused:
            codes[answer.code or "done"] = codes.get(answer.code or "done", 0) + 1
    return tried


async def answered(talk: Talk, name: Any, arguments: Any, confirmed: Any) -> Answered:
    """Answer a call of which nothing is sure, not even whether there is a yes or a no."""
    if not isinstance(confirmed, bool):
        return Answered(ok=False, code=RefusalCode.BAD_ARGUMENTS)
    return await talk.call(name, arguments, confirmed=confirmed)


async def _allowed(base: Base, variant: Variant, now: datetime) -> Records:
    """What the allowed calls of a variant change by themselves."""
    allowed = [step for step in variant.steps if step.code is None]
    if not allowed:
        return {}
    world = Memory(base, now)
    talk = Talk(base, world, asker_of(base.store, variant.verified_as))
    for step in allowed:
        await talk.call(step.name, step.arguments, confirmed=True)
    return await world.changed()
