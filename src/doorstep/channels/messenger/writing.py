"""Message → the body of Messenger's send call: free text with quick replies or a link's button, or a utility message.

Limits: Meta's pages on quick replies, the button template and utility messages (March and April 2026), as known on 2026-11-29. Tags
(HUMAN_AGENT and the rest) are not used: an app must be let use it first, and the others are reported to have ended in April 2026.
"""

from datetime import datetime
from typing import Any

from doorstep.channels.messenger.templates import template_parts
from doorstep.domain.messages import Choice, Link, Message, Rendered
from doorstep.domain.vocabulary import Purpose, Remedy
from doorstep.errors import RefusedError

#: Characters of a plain text, and of one above a button.
LONGEST_TEXT, LONGEST_ABOVE_BUTTON = 2_000, 640
_MOST_REPLIES, _LONGEST_TITLE, _LONGEST_PAYLOAD = 13, 20, 1_000
#: What a refusal of ours is counted under: Meta's own code for the same.
_WINDOW, _INVALID = "10:2018278", "100"


def body_of(message: Message, now: datetime) -> dict[str, Any]:
    """Write the call's body.

    Raises:
        RefusedError: it can never go like this; `remedy` says whether another channel is tried or the template is at fault.
    """
    if message.window_until is not None and message.window_until > now:
        kind, said = "RESPONSE", _free(message.content)
    elif message.content.approved is not None and message.purpose is Purpose.TRANSACTIONAL:
        kind, said = "UTILITY", _utility(message.content)
    else:
        raise _refused("the 24-hour window is closed and no approved template", _WINDOW)
    # Comes back with the echo of what was sent, and finds a message whose answer was lost.
    said["metadata"] = message.message_id
    return {"recipient": {"id": message.to}, "messaging_type": kind, "message": said}


def _refused(text: str, code: str, remedy: Remedy = Remedy.SWITCH) -> RefusedError:
    return RefusedError(text, suppress=False, code=code, remedy=remedy)


def _utility(content: Rendered) -> dict[str, Any]:
    approved = content.approved
    assert approved is not None  # noqa: S101 - the caller asked
    made: dict[str, Any] = {"name": approved.name, "language": {"code": approved.language}}
    choices = tuple(choice.choice_id for choice in content.choices)
    if components := template_parts(approved.values, choices, approved.link_end):
        made["components"] = components
    return {"template": made}


def _free(content: Rendered) -> dict[str, Any]:
    if not content.text.strip():
        raise _refused("the text is empty", _INVALID)
    link = content.link
    if link is not None and _is_button(link) and len(content.text) <= LONGEST_ABOVE_BUTTON:
        button = {"type": "web_url", "url": link.url, "title": link.title}
        payload = {"template_type": "button", "text": content.text, "buttons": [button]}
        said: dict[str, Any] = {"attachment": {"type": "template", "payload": payload}}
    else:
        text = f"{content.text}\n\n{link.url}" if link is not None else content.text
        if len(text) > LONGEST_TEXT:
            raise _refused("the text is longer than 2000 characters", _INVALID)
        said = {"text": text}
    if content.choices:
        said["quick_replies"] = _quick_replies(content.choices)
    return said


def _is_button(link: Link) -> bool:
    return 0 < len(link.title) <= _LONGEST_TITLE and link.url.startswith(("https://", "http://"))


def _quick_replies(choices: tuple[Choice, ...]) -> list[dict[str, str]]:
    if len(choices) > _MOST_REPLIES:
        raise _refused("there are more than thirteen answers", _INVALID, Remedy.FIX)
    # Messenger would cut a longer title, and two that are cut alike could not be told apart.
    if any(not choice.title.strip() or len(choice.title) > _LONGEST_TITLE for choice in choices):
        raise _refused("an answer's title is empty or longer than 20 characters", _INVALID, Remedy.FIX)
    if any(not choice.choice_id or len(choice.choice_id) > _LONGEST_PAYLOAD for choice in choices):
        raise _refused("an answer's id is empty or longer than 1000 characters", _INVALID, Remedy.FIX)
    return [{"content_type": "text", "title": choice.title, "payload": choice.choice_id} for choice in choices]
