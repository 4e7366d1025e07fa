"""A turn + a model's limits → what the model wants said or done: yields HTTP requests and wishes, is sent responses and answers.

Like every plug-in's flow it does no I/O. Whoever drives it sends each `HttpRequest` and throws what went wrong back in (a `DoorstepError`,
or a `TimeoutError` once the turn has taken too long), and has the guards judge each `ToolWish` in the name of the conversation's own asker.
It raises nothing: everything that may go wrong is an `Outcome`.
"""

from collections.abc import Generator
from typing import Any

import msgspec

from doorstep.conversations.models import asking
from doorstep.conversations.models.context import (
    ENDING,
    Context,
    Exchange,
    Fact,
    FactKind,
    Limits,
    ModelTurn,
    Outcome,
    Ran,
    Rights,
    Said,
    ToolAnswer,
    ToolWish,
    Usage,
)
from doorstep.conversations.models.grounding import ground_of, lost, repeats, unfounded
from doorstep.conversations.models.reading import Answer, Unreadable, read
from doorstep.conversations.models.redacting import PLACEHOLDER, Redactor
from doorstep.conversations.models.tools import read_wish
from doorstep.domain.plugins import HttpRequest, Response
from doorstep.errors import BadInputError, DoorstepError, MisconfiguredError, TryLaterError, UnknownOutcomeError

Flow = Generator[HttpRequest | ToolWish, Response | ToolAnswer, ModelTurn]
_ENCODE = msgspec.json.Encoder()
_replace = msgspec.structs.replace
#: Signs of an answer to a customer at most.
LONGEST_TEXT = 1_500
#: Bytes kept of an answer that cannot be read.
_KEPT = 4_096
_BYTES_A_TOKEN = 3
_OK, _BAD, _TOO_MANY = 200, 400, 429
#: The key, the payment or the model's name is wrong: no call works until somebody mends it.
_STOPS = frozenset({401, 402, 403, 404})
#: Words in a refusal of our request → what is left out or renamed in the second try; makers of endpoints disagree on these.
_QUIRKS = ("max_completion_tokens", "temperature", "stream_options", "tool_choice")


def converse(context: Context, limits: Limits, *, hidden: bool = False) -> Flow:
    """Ask a model for one turn; `hidden`: the context comes from the ledger, with placeholders already."""
    return (yield from _Turn(context, limits, hidden=hidden).run())


class _Turn:
    """What is known while a turn lasts."""

    def __init__(self, context: Context, limits: Limits, *, hidden: bool) -> None:
        draft = [Fact(name="what the shop's program would say", kind=FactKind.RULE, value=context.draft)] if context.draft else []
        facts = context.facts if limits.rights is Rights.PHRASE else (*context.facts, *draft)
        self.limits, self.hidden = limits, hidden
        self.redactor = Redactor(() if hidden else context.known, () if hidden else facts)
        self.seen = context if hidden else _seen(context, self.redactor)
        told = self.seen if limits.redact or hidden else context
        #: As the model is told them, and as they are compared and kept.
        self.facts = [fact if hidden else self.redactor.fact(fact) for fact in facts]
        self.messages = asking.opening(_replace(told, facts=tuple(self.facts if limits.redact or hidden else facts)), limits.rights)
        self.usage, self.rounds = Usage(), 0
        self.exchanges: list[Exchange] = []
        self.proposals: tuple[ToolWish, ...] = ()
        self.quirks: frozenset[str] = frozenset()

    def run(self) -> Flow:
        while self.rounds < self.limits.rounds:
            self.rounds += 1
            answer = yield from self._ask(last=self.rounds == self.limits.rounds)
            if isinstance(answer, ModelTurn):
                return answer
            if not answer.calls:
                return self._judged(answer)
            yield from self._run(answer)
            if self.proposals:
                return self._end(Outcome.PROPOSED)
        return self._end(Outcome.ROUNDS, "it went on calling tools")

    def _ask(self, *, last: bool) -> Generator[HttpRequest | ToolWish, Response | ToolAnswer, Answer | ModelTurn]:
        """Make one call; a second one where the endpoint takes the same request written another way."""
        while True:
            body = _adapted(asking.body_of(self.messages, self.limits, last=last), self.quirks)
            request = asking.post(body, self.limits)
            kept = Exchange(request=self._kept_request(body))
            try:
                response = yield request
            except (DoorstepError, TimeoutError) as error:
                self.exchanges.append(kept)
                if not isinstance(error, TryLaterError | MisconfiguredError):  # it left, and may be paid for
                    self.usage = self.usage.plus(_estimated(request, b"", self.limits.max_tokens))
                return self._failed(error)
            assert isinstance(response, Response)  # noqa: S101 - a request is answered by a response
            quirks = _quirks_of(response) - self.quirks
            if quirks:
                self.quirks |= quirks
                self.exchanges.append(_replace(kept, status=response.status, body=" ".join(sorted(quirks))))
                continue
            return self._read(request, response, kept)

    def _read(self, request: HttpRequest, response: Response, kept: Exchange) -> Answer | ModelTurn:
        after = response.headers.get("retry-after", "")
        if response.status != _OK:
            self.exchanges.append(_replace(kept, status=response.status, whole=response.whole, retry_after=after[:32]))
            return self._refused(response.status, after)
        answer = read(response)
        if isinstance(answer, Unreadable):
            self.usage = self.usage.plus(_estimated(request, response.body, 0))
            start = self.redactor.hide(response.body[:_KEPT].decode(errors="replace"))
            self.exchanges.append(_replace(kept, status=_OK, body=start, whole=response.whole and len(response.body) <= _KEPT))
            return self._end(Outcome.MALFORMED, answer.why)
        self.usage = self.usage.plus(answer.usage or _estimated(request, response.body, 0))
        completion = answer.completion if self.hidden else self.redactor.hide_all(answer.completion)
        self.exchanges.append(_replace(kept, status=_OK, body=_ENCODE.encode(completion).decode()))
        return answer

    def _run(self, answer: Answer) -> Generator[HttpRequest | ToolWish, Response | ToolAnswer, None]:
        """Have the tool calls of an answer judged one after another; what ends the turn is the last."""
        calls = [
            {"id": one.call_id, "type": "function", "function": {"name": one.name, "arguments": _ENCODE.encode(one.args).decode()}}
            for one in answer.calls
        ]
        self.messages.append({"role": "assistant", "content": answer.text or None, "tool_calls": calls})
        ran: list[Ran] = []
        for call in answer.calls:
            args = call.args if self.hidden else self.redactor.hide_all(call.args)
            wish = self._wish(call.name, call.args, call.wrong)
            if isinstance(wish, str):
                ran.append(Ran(name=call.name, args=args, wrong=wish))
                content = asking.told_wrong(wish)
            else:
                answered = yield from self._judge(wish)
                seen = answered if self.hidden else self._learn(answered)
                ran.append(Ran(name=call.name, args=args, answer=seen))
                content = asking.told(seen if self.limits.redact or self.hidden else answered)
                self.facts += seen.facts
                if answered.ok and wish.kind in ENDING:
                    self.proposals = (wish,)
            self.messages.append({"role": "tool", "tool_call_id": call.call_id, "content": content})
        self.exchanges[-1] = _replace(self.exchanges[-1], ran=tuple(ran))

    def _wish(self, name: str, args: dict[str, Any], wrong: str) -> ToolWish | str:
        """Read a call; a text: why it is not run."""
        if wrong or self.proposals:
            return wrong or "one such call at a time"
        try:
            return read_wish(name, args if self.hidden else self.redactor.show_all(args), self.limits.rights)
        except BadInputError as error:
            return str(error)

    def _judge(self, wish: ToolWish) -> Generator[HttpRequest | ToolWish, Response | ToolAnswer, ToolAnswer]:
        try:
            answered = yield wish
        except DoorstepError:
            return ToolAnswer(ok=False, outcome="failed")
        assert isinstance(answered, ToolAnswer)  # noqa: S101 - a wish is answered by an answer
        return answered

    def _learn(self, answered: ToolAnswer) -> ToolAnswer:
        self.redactor.learn(answered.facts)
        return _replace(answered, facts=tuple(self.redactor.fact(one) for one in answered.facts))

    def _judged(self, answer: Answer) -> ModelTurn:
        """Say a text, if it can be said."""
        hidden = answer.text if self.hidden else self.redactor.hide(answer.text)
        if not answer.text or answer.finish in {"length", "content_filter"}:
            return self._end(Outcome.EMPTY, f"it ended with {answer.finish or 'nothing'}"[:80], hidden)
        if len(answer.text) > LONGEST_TEXT:
            return self._end(Outcome.MALFORMED, "the text is too long for a customer", hidden[:LONGEST_TEXT])
        if repeats(answer.text, asking.instructions(self.limits.rights)):
            return self._end(Outcome.LEAKED, "it repeats its instructions", hidden)
        phrases = self.limits.rights is Rights.PHRASE
        before = [self.seen.utterance, *(one.text for one in self.seen.before)]
        ground = ground_of(self.facts, self.seen.today, draft=self.seen.draft if phrases else "", mentioned=before)
        wrong = unfounded(hidden, ground)
        if missing := lost(hidden, self.seen.draft) if phrases else ():
            wrong += tuple(f"lost {one}" for one in missing)
        if wrong:
            return self._end(Outcome.UNGROUNDED, ", ".join(wrong), hidden)
        return self._end(Outcome.USED, "", hidden, answer.text if self.hidden else self.redactor.show(answer.text))

    def _failed(self, error: DoorstepError | TimeoutError) -> ModelTurn:
        if isinstance(error, TimeoutError):
            return self._end(Outcome.TIMEOUT, "no answer within the time of a turn")
        if isinstance(error, MisconfiguredError):
            return self._end(Outcome.MISCONFIGURED, str(error))
        outcome = Outcome.TIMEOUT if isinstance(error, UnknownOutcomeError) and "Timeout" in str(error) else Outcome.FAILED
        return self._end(outcome, str(error))

    def _refused(self, status: int, after: str) -> ModelTurn:
        if status in _STOPS:
            why = f"the endpoint answers {status}: look at the key, the account and the model's name"
            return _replace(self._end(Outcome.MISCONFIGURED, why), stops=True)
        if status == _TOO_MANY:
            rest = float(after) if after.isascii() and after.isdigit() else None
            return _replace(self._end(Outcome.OVERLOADED, "the endpoint answers 429: too many calls"), rest_s=rest)
        return self._end(Outcome.FAILED, f"the endpoint answers {status}")

    def _end(self, outcome: Outcome, why: str = "", seen_text: str = "", text: str = "") -> ModelTurn:
        return ModelTurn(
            outcome=outcome,
            text=text,
            proposals=self.proposals,
            rounds=self.rounds,
            usage=self.usage,
            why=why,
            exchanges=tuple(self.exchanges),
            seen=self.seen,
            seen_text=seen_text,
        )

    def _kept_request(self, body: dict[str, Any]) -> str:
        """Write down what is asked, without the tools, which are the same for every round."""
        without = {name: value for name, value in body.items() if name != "tools"}
        if not (self.limits.redact or self.hidden):
            without["messages"] = [self.redactor.hide_all(one) for one in without["messages"]]
        return _ENCODE.encode(without).decode()


def _seen(context: Context, redactor: Redactor) -> Context:
    """Hide what is personal; brackets that a customer writes like ours are broken, so that they name nothing."""
    facts = tuple(redactor.fact(one) for one in context.facts)  # first, so that what customers write of them has the same names
    return _replace(
        context,
        facts=facts,
        utterance=redactor.hide(_broken(context.utterance)),
        before=tuple(Said(one.by, redactor.hide(_broken(one.text))) for one in context.before),
        draft=redactor.hide(context.draft),
        known=(),
    )


def _broken(text: str) -> str:
    return PLACEHOLDER.sub(lambda found: f"({found[0][1:-1]})", text)


def _quirks_of(response: Response) -> frozenset[str]:
    """Name what an endpoint that refuses a request dislikes about its form."""
    if response.status != _BAD:
        return frozenset()
    words = response.body[:_KEPT].decode(errors="replace")
    return frozenset(one for one in _QUIRKS if one in words)


def _adapted(body: dict[str, Any], quirks: frozenset[str]) -> dict[str, Any]:
    """Write a request as an endpoint takes it."""
    adapted = {name: value for name, value in body.items() if name not in quirks}
    if "max_completion_tokens" in quirks:
        adapted["max_completion_tokens"] = adapted.pop("max_tokens")
    return adapted


def _estimated(request: HttpRequest, body: bytes, completion: int) -> Usage:
    """Guess tokens where the endpoint tells none; rather too many."""
    return Usage(-(-len(request.body) // _BYTES_A_TOKEN), completion or -(-len(body) // _BYTES_A_TOKEN))
