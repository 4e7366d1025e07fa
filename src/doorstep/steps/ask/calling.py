"""A call about to be made → what it came to: the carrier asked over the wire, its answers read once to see what they tell."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from doorstep.carriers import carriers
from doorstep.domain.plugins import Answer, Asked, Asking, Raw, Token
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError, DoorstepError, MisconfiguredError, TryLaterError
from doorstep.steps.askers import asking_of
from doorstep.steps.wire import Wire
from doorstep.store.ask_leases import Due
from doorstep.store.connections import Connection

_LONGEST_CALL_S = 90


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call about to be made."""

    connection: Connection
    asking: Asking
    attempt_id: int
    due: tuple[Due, ...]
    credential: bytes
    #: Open; "": none is kept.
    token: str


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What a call came to."""

    call: Call
    answers: tuple[Answer, ...] = ()
    #: Numbers of which the answers tell something, and what is said of the others.
    known: frozenset[str] = frozenset()
    notes: Mapping[str, str] = {}
    #: "answered", "refused" (a number is at fault), "later" or "misconfigured".
    outcome: str = "answered"
    detail: str = ""
    after_s: float | None = None
    #: Set: a new one was got.
    token: Token | None = None


async def call_one(call: Call, wire: Wire, now: datetime) -> Ended:
    """Ask a carrier and tell what came of it; raises nothing of what a call can come to."""
    try:
        async with asyncio.timeout(_LONGEST_CALL_S):
            return await _asked(call, wire, now)
    except BadInputError as error:
        return Ended(call=call, outcome="refused", detail=str(error), notes={d.tracking_number: str(error) for d in call.due})
    except TryLaterError as error:
        return Ended(call=call, outcome="later", detail=str(error), after_s=error.after_s)
    except TimeoutError:
        return Ended(call=call, outcome="later", detail=f"broken off after {_LONGEST_CALL_S} seconds")
    except DoorstepError as error:
        return Ended(call=call, outcome="misconfigured", detail=str(error))


async def _asked(call: Call, wire: Wire, now: datetime) -> Ended:
    key = (call.connection.merchant_id, call.connection.connection_id)
    numbers = {one.tracking_number: Asked(one.tracking_number, one.carrier) for one in call.due}
    new: Token | None = None

    async def ask(some: Sequence[Asked], token: str) -> tuple[Answer, ...]:
        try:
            flow = call.asking.ask(some, call.connection.settings, token, now)
            return await wire.ask(flow, connection=key, provider=call.connection.provider)
        except BadInputError:
            if len(some) == 1:
                if len(numbers) == 1:
                    raise
                return ()
            half = len(some) // 2  # one number at fault must not keep the others from being asked about
            return await ask(some[:half], token) + await ask(some[half:], token)

    async def fresh_token() -> Token:
        if call.asking.token is None:
            return Token("", 0)
        return await wire.ask(call.asking.token(call.connection.settings, now), connection=key, provider=call.connection.provider)

    wanted = list(numbers.values())
    if call.asking.token is not None and not call.token:
        new = await fresh_token()
    try:
        answers = await ask(wanted, new.value if new else call.token)
    except MisconfiguredError:
        if call.asking.token is None or new is not None:
            raise
        new = await fresh_token()  # the one kept ended early, or was taken back
        answers = await ask(wanted, new.value)
    known, notes = _told(call.connection.provider, answers, numbers)
    return Ended(call=call, answers=answers, known=known, notes=notes, token=new)


def _told(provider: str, answers: Sequence[Answer], numbers: Mapping[str, Asked]) -> tuple[frozenset[str], dict[str, str]]:
    """Tell of which numbers answers tell something, and what is said of the others."""
    told: set[str] = set()
    notes: dict[str, str] = {}
    for answer in answers:
        try:
            parsed: Parsed = carriers()[provider].parse(raw_of(answer))
        except BadInputError as error:  # kept all the same: it becomes a dead letter, and can be read once that is mended
            notes |= dict.fromkeys(numbers, f"the answer could not be read: {error}")
            continue
        told |= {t.tracking_number for t in parsed.trackings if t.checkpoints or t.estimates}
        for note in parsed.notes:
            for number in [note.tracking_number] if note.tracking_number else list(numbers):
                notes.setdefault(number, f"{note.code} {note.text}".strip()[:200])
        if len(numbers) == 1 and told:
            told |= set(numbers)
    return frozenset(told), {number: text for number, text in notes.items() if number not in told}


def raw_of(answer: Answer) -> Raw:
    """Give an answer the shape that `parse` takes, as a webhook has."""
    return Raw(body=answer.body, url=f"?{answer.url}" if answer.url else "", content_type=answer.content_type)


async def ask_once(connection: Connection, numbers: Sequence[Asked], wire: Wire, now: datetime) -> tuple[Answer, ...]:
    """Ask a carrier about numbers now, past every schedule; nothing is kept.

    Raises:
        BadInputError, TryLaterError: as the carrier has it.
        MisconfiguredError: it cannot be asked, or refuses.
    """
    asking = asking_of(connection)
    if asking is None:
        raise MisconfiguredError(f"{connection.provider} cannot be asked, or the connection lacks what asking needs")
    key = (connection.merchant_id, connection.connection_id)
    token = ""
    if asking.token is not None:
        token = (await wire.ask(asking.token(connection.settings, now), connection=key, provider=connection.provider)).value
    answers: tuple[Answer, ...] = ()
    for at in range(0, len(numbers), asking.most_per_call):
        flow = asking.ask(numbers[at : at + asking.most_per_call], connection.settings, token, now)
        answers += await wire.ask(flow, connection=key, provider=connection.provider)
    return answers
