"""Message templates at Meta: handed in, listed page by page, and what webhooks say of them → news.

WhatsApp keeps them with the business account, Messenger with the page; both speak the same words but for the buttons, of which those here are
WhatsApp's and those in `messenger/templates.py` Messenger's. Source: Meta's message-template pages, as known on 2026-11-29.
"""

from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec.structs import replace

from doorstep.channels.graph import answer_of, failure_of, node, part, parts, query, request, text
from doorstep.domain.messages import TemplateNews
from doorstep.domain.plugins import Approving, HttpRequest, ProviderCode, Response, Settings, Template, TemplateFlow
from doorstep.domain.reading import redacted
from doorstep.errors import RefusedError, TryLaterError

_OK = 200
#: Templates per page, and pages at most: an account holds 6,000 at most (in 250 names, each in several languages).
_PER_PAGE, _MOST_PAGES = 100, 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Subcode of the error that a template of this name and language is there.
_THERE_ALREADY = "2388024"
#: Meta's word → ours; a word that is not here changes nothing.
_STATUSES = {
    "APPROVED": "approved",
    "REINSTATED": "approved",
    "UNARCHIVED": "approved",
    "UNPAUSED": "approved",
    "PENDING": "pending",
    "IN_APPEAL": "pending",
    "APPEAL_REQUESTED": "pending",
    "PENDING_REVIEW": "pending",
    "REJECTED": "rejected",
    "PAUSED": "paused",
    "DISABLED": "disabled",
    "LOCKED": "disabled",
    "ARCHIVED": "disabled",
    "DELETED": "disabled",
    "PENDING_DELETION": "disabled",
    "LIMIT_EXCEEDED": "disabled",
}
_CATEGORIES = {"utility", "marketing", "authentication"}
#: Limits of a utility template, checked before it is handed in.
_LONGEST_BODY, _LONGEST_TITLE, _LONGEST_NAME, _MOST_CHOICES = 1_024, 25, 512, 9


def status_of(word: str) -> str:
    """Return our word for Meta's; "" for one we do not know."""
    return _STATUSES.get(word.upper(), "")


def category_of(word: str) -> str:
    """Return our word for Meta's; "" for one we do not know."""
    return word.lower() if word.lower() in _CATEGORIES else ""


#: How a template is written for the creation call.
Document = Callable[[Template], dict[str, Any]]


def approving(name: str, owner: str, table: Mapping[str, ProviderCode], document: Document) -> Approving:
    """Make a channel's approval; `owner` is the setting that holds the id of whatever the templates belong to."""
    return Approving(listed=_listed(name, owner, table), submit=_submit(name, owner, table, document))


def _listed(name: str, owner: str, table: Mapping[str, ProviderCode]) -> Callable[[Settings], TemplateFlow]:
    def listed(settings: Settings) -> TemplateFlow:
        found: list[TemplateNews] = []
        after = ""
        for _ in range(_MOST_PAGES):
            asked = {"fields": "name,language,status,category,rejected_reason", "limit": str(_PER_PAGE)} | (
                {"after": after} if after else {}
            )
            response = yield request("GET", f"{node(settings, owner)}/message_templates{query(**asked)}", settings)
            answer = answer_of(response)
            if response.status != _OK:
                raise failure_of(response, name, table, _EPOCH, sends=False)
            if not isinstance(answer.get("data"), list):
                raise TryLaterError(f"{name} answered with no list of templates")
            found += [_listed_one(one) for one in parts(answer, "data") if text(one, "name") and text(one, "language")]
            after = _after(answer)
            if not after:
                return tuple(found)
        raise TryLaterError(f"{name} lists templates without end")

    return listed


def _after(answer: Mapping[str, Any]) -> str:
    """Return the cursor of the next page; "" where this is the last."""
    paging = part(answer, "paging")
    if not (following := text(paging, "next")):
        return ""
    if cursor := text(part(paging, "cursors"), "after"):
        return cursor
    try:
        return parse_qs(urlsplit(following).query).get("after", [""])[0]
    except ValueError:
        return ""


def _listed_one(one: Mapping[str, Any]) -> TemplateNews:
    return TemplateNews(
        name=text(one, "name"),
        language=text(one, "language"),
        status=status_of(text(one, "status")),
        category=category_of(text(one, "category")),
        reason=_reason(text(one, "rejected_reason")),
    )


def _reason(word: str) -> str:
    return "" if word.upper() == "NONE" else redacted(word, 200)


def _submit(name: str, owner: str, table: Mapping[str, ProviderCode], document: Document) -> Callable[[Template, Settings], TemplateFlow]:
    def submit(template: Template, settings: Settings) -> TemplateFlow:
        _check(template)
        asked = request("POST", f"{node(settings, owner)}/message_templates", settings, document(template))
        # Handed in twice it is there once, and Meta says so.
        response = yield replace(asked, repeatable=True)
        answer = answer_of(response)
        if text(part(answer, "error"), "error_subcode") == _THERE_ALREADY:
            return (yield from _change(name, owner, table, document(template), settings))
        if response.status != _OK:
            raise failure_of(response, name, table, _EPOCH, sends=False)
        return (
            TemplateNews(
                name=template.name,
                language=template.language,
                status=status_of(text(answer, "status")) or "pending",
                category=category_of(text(answer, "category")),
            ),
        )

    return submit


def _change(
    name: str, owner: str, table: Mapping[str, ProviderCode], wanted: dict[str, Any], settings: Settings
) -> Generator[HttpRequest, Response, tuple[TemplateNews, ...]]:
    """Have a template that is there already say what ours says: nothing to do where it does, else it is changed and looked at anew."""
    fields = "id,name,language,status,category,rejected_reason,components"
    asked = query(name=wanted["name"], fields=fields, limit=str(_PER_PAGE))
    response = yield request("GET", f"{node(settings, owner)}/message_templates{asked}", settings)
    if response.status != _OK:
        raise failure_of(response, name, table, _EPOCH, sends=False)
    key = (wanted["name"], wanted["language"])
    there = next((one for one in parts(answer_of(response), "data") if (text(one, "name"), text(one, "language")) == key), {})
    if there and _says(there) == _says(wanted):
        return (_listed_one(there),)
    if not text(there, "id").isdigit():
        raise RefusedError("a template of this name is there and cannot be found", suppress=False, code=_THERE_ALREADY)
    change = request("POST", text(there, "id"), settings, {"components": wanted["components"]})
    response = yield replace(change, repeatable=True)
    if response.status != _OK:
        raise failure_of(response, name, table, _EPOCH, sends=False)
    return (TemplateNews(name=wanted["name"], language=wanted["language"], status="pending"),)


def _says(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Take from a template what a customer reads and presses; Messenger's lists may tell text and buttons without components."""
    told = parts(document, "components") or [
        {"type": "BODY", "text": text(document, "body")},
        {"type": "BUTTONS", "buttons": document.get("buttons")},
    ]
    said: list[tuple[str, ...]] = []
    for component in told:
        said.append((text(component, "type").upper(), text(component, "text")))
        said += [(text(one, "type").upper(), text(one, "text"), text(one, "url")) for one in parts(component, "buttons")]
    return said


def _check(template: Template) -> None:
    """Keep to what Meta takes, before it is asked.

    Raises:
        RefusedError: it would be refused.
    """
    problems = [
        (len(template.name) > _LONGEST_NAME or not template.name, "its name is empty or too long"),
        (len(template.body) > _LONGEST_BODY or not template.body.strip(), "its text is empty or longer than 1024 characters"),
        (len(template.choices) > _MOST_CHOICES, "it has more than nine quick replies"),
        (
            any(not title or len(title) > _LONGEST_TITLE for title in (*template.choices, template.link_title or "-")),
            "a button's title is empty or longer than 25 characters",
        ),
        (bool(template.link_base) is not bool(template.link_title), "its link has no title or no address"),
    ]
    for wrong, what in problems:
        if wrong:
            raise RefusedError(f"the template cannot be handed in: {what}", suppress=False, code="132005")


def body_of_template(said: str, examples: tuple[str, ...]) -> dict[str, Any]:
    """Write a template's text, with an example for each of its places."""
    return {"type": "BODY", "text": said} | ({"example": {"body_text": [list(examples)]}} if examples else {})


def document_of_template(template: Template) -> dict[str, Any]:
    """Write a template as WhatsApp's creation call takes it; quick replies stand before the link, as `send` counts them."""
    buttons: list[dict[str, Any]] = [{"type": "QUICK_REPLY", "text": title} for title in template.choices]
    if template.link_title and template.link_base:
        base = template.link_base if "{{1}}" in template.link_base else f"{template.link_base}{{{{1}}}}"
        buttons.append({"type": "URL", "text": template.link_title, "url": base, "example": [base.replace("{{1}}", "example")]})
    components = [body_of_template(template.body, template.examples), *([{"type": "BUTTONS", "buttons": buttons}] if buttons else [])]
    return {"name": template.name, "language": template.language, "category": "UTILITY", "components": components}


def body_part(values: tuple[str, ...]) -> list[dict[str, Any]]:
    """Write the values of one message's text; no part where it has none.

    Line breaks, tabs and runs of spaces are not taken in a value (error 132018).

    Raises:
        RefusedError: a value is empty, which Meta does not take.
    """
    flat = [" ".join(value.split()) for value in values]
    if not all(flat):
        raise RefusedError("a value of the approved template is empty", suppress=False, code="131008")
    return [{"type": "body", "parameters": [{"type": "text", "text": value} for value in flat]}] if flat else []


def template_parts(values: tuple[str, ...], choices: tuple[str, ...], link_end: str | None) -> list[dict[str, Any]]:
    """Write the values of one message as WhatsApp takes them: of the text, of each quick reply (what comes back), of the link's end.

    Raises:
        RefusedError: a value is empty, which Meta does not take.
    """
    made = body_part(values)
    made += [
        {"type": "button", "sub_type": "quick_reply", "index": str(place), "parameters": [{"type": "payload", "payload": choice}]}
        for place, choice in enumerate(choices)
    ]
    if link_end is not None:
        end = [{"type": "text", "text": link_end}]
        made.append({"type": "button", "sub_type": "url", "index": str(len(choices)), "parameters": end})
    return made


def news_of(field: str, value: Mapping[str, Any]) -> TemplateNews | None:
    """Read a webhook's change about a template; None where the field is not about one."""
    name, language = text(value, "message_template_name"), text(value, "message_template_language")
    if not name or not language:
        return None
    match field:
        case "message_template_status_update":
            return TemplateNews(
                name=name,
                language=language,
                status=status_of(text(value, "event")),
                category=category_of(text(value, "message_template_category")),
                reason=_why(value),
            )
        case "template_category_update":
            return _recategorised(name, language, value)
        case "message_template_quality_update":
            return TemplateNews(name=name, language=language, reason=f"quality {redacted(text(value, 'new_quality_score').lower(), 30)}")
        case "message_template_components_update":
            return TemplateNews(name=name, language=language, reason="its text was changed at the provider")
    return None


def _recategorised(name: str, language: str, value: Mapping[str, Any]) -> TemplateNews:
    """Read a new category; one that is only announced (`correct_category` alone) changes nothing yet."""
    category = category_of(text(value, "new_category"))
    announced = category_of(text(value, "correct_category"))
    reason = f"is going to be {announced}" if announced and not category else ""
    return TemplateNews(name=name, language=language, category=category, reason=reason)


def _why(value: Mapping[str, Any]) -> str:
    told = text(part(value, "rejection_info"), "reason") or text(part(value, "other_info"), "description")
    return redacted(told, 200) if told else _reason(text(value, "reason"))
