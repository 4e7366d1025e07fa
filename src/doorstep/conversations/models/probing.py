"""A model's limits → whether its endpoint answers, and calls a tool where it must: what the desk's test asks. It costs a few hundred tokens."""

from collections.abc import Generator
from typing import Any

from doorstep.conversations.models.asking import post
from doorstep.conversations.models.context import Limits, Rights
from doorstep.conversations.models.reading import Unreadable, read
from doorstep.domain.plugins import HttpRequest, Response
from doorstep.errors import BadInputError, MisconfiguredError, TryLaterError

_OK, _TOO_MANY, _FAULT = 200, 429, 500
_TOOL = {
    "type": "function",
    "function": {
        "name": "note_word",
        "description": "Note one word.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}


def probe(limits: Limits) -> Generator[HttpRequest, Response, str]:
    """Ask for one tool call, or for one word of a model that may but phrase; return what was found.

    Raises:
        TryLaterError, MisconfiguredError, BadInputError: it does not work, and who must act.
    """
    calls = limits.rights is not Rights.PHRASE
    words = "Call the tool note_word with the word parcel." if calls else "Answer with the one word parcel."
    body: dict[str, Any] = {"model": limits.model, "messages": [{"role": "user", "content": words}]}
    if calls:
        body["tools"] = [_TOOL]
    if limits.stream:
        body["stream"] = True
    response = yield post(body, limits)
    if response.status == _TOO_MANY or response.status >= _FAULT:
        raise TryLaterError(f"the endpoint answers {response.status}")
    if response.status != _OK:
        raise MisconfiguredError(f"the endpoint answers {response.status}: look at the address, the key and the model's name")
    answer = read(response)
    if isinstance(answer, Unreadable):
        raise BadInputError(answer.why)
    if calls and [(one.name, one.wrong) for one in answer.calls] != [("note_word", "")]:
        raise BadInputError("the model answers, but does not call a tool when it is told to: let it phrase only, or take another")
    return "the model answers, and calls a tool when it is told to" if calls else "the model answers"
