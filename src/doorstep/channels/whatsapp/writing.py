"""Message → the body of WhatsApp's messages call: free text, buttons, list, link, or an approved template.

Limits: Meta's OpenAPI document business-messaging-api_v23.0 (MIT) and its Direct Send pages, as known on 2026-11-29; the length of a plain
text and of a link's title from Meta's message pages, as known on 2026-11-29.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from doorstep.channels.graph_templates import template_parts
from doorstep.domain.messages import Choice, Link, Message, Rendered
from doorstep.domain.vocabulary import Purpose, Remedy
from doorstep.errors import RefusedError

#: Characters of a plain text, and of a text with buttons or a list.
LONGEST_TEXT, LONGEST_BODY = 4_096, 1_024
#: Reply buttons, their titles and ids.
_MOST_BUTTONS, _LONGEST_BUTTON, _LONGEST_BUTTON_ID = 3, 20, 256
#: Rows of a list, their titles, second lines and ids.
_MOST_ROWS, _LONGEST_ROW, _LONGEST_ABOUT, _LONGEST_ROW_ID = 10, 24, 72, 200
_LONGEST_LINK_TITLE = 20
#: A business-scoped user id, of a person who hides the number: country, dot, up to 128 letters and digits; "ENT." for a whole portfolio.
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
#: What opens a list, by language; at most 20 characters.
_CHOOSE = {
    "de": "Auswählen",
    "en": "Choose",
    "es": "Elegir",
    "fr": "Choisir",
    "hi": "चुनें",
    "it": "Scegli",
    "nl": "Kiezen",
    "pt": "Escolher",
}
#: What a refusal of ours is counted under: Meta's own code for the same.
_WINDOW, _TOO_LONG, _INVALID = "131047", "132005", "131009"


def is_bsuid(address: str) -> bool:
    """Say whether an address is a business-scoped user id and no number."""
    return _BSUID.fullmatch(address) is not None


def body_of(message: Message, now: datetime, *, direct: bool) -> dict[str, Any]:
    """Write the call's body. `direct`: the account may send free text as utility messages outside the window.

    Raises:
        RefusedError: it can never go like this; `remedy` says whether another channel is tried or the template is at fault.
    """
    open_now = message.window_until is not None and message.window_until > now
    if not open_now and message.content.approved is not None:
        kind, content = "template", _template(message.content)
    elif open_now:
        kind, content = _free(message.content, message.locale)
    elif direct and message.purpose is Purpose.TRANSACTIONAL:
        if len(message.content.choices) > _MOST_BUTTONS:
            raise _refused("the 24-hour window is closed, and direct send takes no list", _WINDOW)
        kind, content = _free(message.content, message.locale)
    else:
        raise _refused("the 24-hour window is closed and no approved template", _WINDOW)
    body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual", "type": kind, kind: content}
    body["recipient" if is_bsuid(message.to) else "to"] = message.to
    body["biz_opaque_callback_data"] = message.message_id
    if message.in_reply_to:
        body["context"] = {"message_id": message.in_reply_to}
    if not open_now and kind != "template":
        body["category"] = "utility"
    return body


def _refused(text: str, code: str, remedy: Remedy = Remedy.SWITCH) -> RefusedError:
    return RefusedError(text, suppress=False, code=code, remedy=remedy)


def _template(content: Rendered) -> dict[str, Any]:
    approved = content.approved
    assert approved is not None  # noqa: S101 - the caller asked
    made: dict[str, Any] = {"name": approved.name, "language": {"code": approved.language}}
    choices = tuple(choice.choice_id for choice in content.choices)
    _within((choice.choice_id for choice in content.choices), _LONGEST_BUTTON_ID, "an answer's id")
    if components := template_parts(approved.values, choices, approved.link_end):
        made["components"] = components
    return made


def _free(content: Rendered, locale: str) -> tuple[str, dict[str, Any]]:
    """Write free text: its kind and what stands under that name."""
    if not content.text.strip():
        raise _refused("the text is empty", _INVALID)
    if content.choices:
        return "interactive", _offering(content, locale)
    link = content.link
    if link is not None and _is_button(link) and len(content.text) <= LONGEST_BODY:
        action = {"name": "cta_url", "parameters": {"display_text": link.title, "url": link.url}}
        return "interactive", {"type": "cta_url", "body": {"text": content.text}, "action": action}
    text = _with_address(content)
    if len(text) > LONGEST_TEXT:
        raise _refused("the text is longer than 4096 characters", _TOO_LONG)
    return "text", {"body": text, "preview_url": False}


def _is_button(link: Link) -> bool:
    return 0 < len(link.title) <= _LONGEST_LINK_TITLE and link.url.startswith(("https://", "http://"))


def _with_address(content: Rendered) -> str:
    return f"{content.text}\n\n{content.link.url}" if content.link is not None else content.text


def _offering(content: Rendered, locale: str) -> dict[str, Any]:
    """Write a text with its answers: up to three buttons, or a list."""
    text = _with_address(content)
    if len(text) > LONGEST_BODY:
        raise _refused("the text is longer than the 1024 characters that fit above buttons", _TOO_LONG)
    choices = content.choices
    if len({choice.title for choice in choices}) < len(choices) or len({choice.choice_id for choice in choices}) < len(choices):
        raise _refused("two answers have one title or one id", _INVALID, Remedy.FIX)
    if len(choices) > _MOST_ROWS:
        raise _refused("there are more than ten answers", _INVALID, Remedy.FIX)
    action = _buttons(choices) if len(choices) <= _MOST_BUTTONS else _list(choices, locale)
    return {"type": "list" if "sections" in action else "button", "body": {"text": text}, "action": action}


def _buttons(choices: tuple[Choice, ...]) -> dict[str, Any]:
    _within((choice.title for choice in choices), _LONGEST_BUTTON, "a button's title")
    _within((choice.choice_id for choice in choices), _LONGEST_BUTTON_ID, "a button's id")
    return {"buttons": [{"type": "reply", "reply": {"id": choice.choice_id, "title": choice.title}} for choice in choices]}


def _list(choices: tuple[Choice, ...], locale: str) -> dict[str, Any]:
    _within((choice.title for choice in choices), _LONGEST_ROW, "a line's title")
    _within((choice.choice_id for choice in choices), _LONGEST_ROW_ID, "a line's id")
    _within((choice.about for choice in choices if choice.about), _LONGEST_ABOUT, "a line's second line")
    rows = [{"id": choice.choice_id, "title": choice.title} | ({"description": choice.about} if choice.about else {}) for choice in choices]
    opener = _CHOOSE.get(locale.replace("_", "-").partition("-")[0].lower(), _CHOOSE["en"])
    return {"button": opener, "sections": [{"rows": rows}]}


def _within(texts: Iterable[str], most: int, what: str) -> None:
    """Keep to a limit of what the template, not the order, says.

    Raises:
        RefusedError: one is empty or longer; the template is to be mended.
    """
    if any(not text.strip() or len(text) > most for text in texts):
        raise _refused(f"{what} is empty or longer than {most} characters", _INVALID, Remedy.FIX)
