"""A template for Messenger's approval → how it is handed in; one message's values → how they go along; a button pressed → the answer meant.

Messenger's buttons are not WhatsApp's: an answer is a POSTBACK whose payload takes a value, the values of all buttons stand in one component in
the buttons' order, and none has an index. Source: Meta's page on utility messages (13 March 2026), as known on 2026-11-29.
"""

from typing import Any

from doorstep.channels.graph_templates import body_of_template, body_part
from doorstep.domain.plugins import Template

#: Source: Messenger's button and generic templates hold three; Meta's page on utility messages names no number, and others who send them name
#: this one. As known on 2026-11-29.
_MOST_BUTTONS = 3
#: Before the answer's id in a payload: a payload that is a place alone stands in no example of Meta's.
_PREFIX = "choice_"
#: Signs for which a template may be refused where they stand in a value. Source: the same page, on rejections.
_NOT_IN_EXAMPLES = str.maketrans("", "", "#$%")


def document_of_template(template: Template) -> dict[str, Any]:
    """Write a template as the creation call takes it: as many answers as there is room for beside the link."""
    examples = tuple(one.translate(_NOT_IN_EXAMPLES).strip() or "-" for one in template.examples)
    buttons: list[dict[str, Any]] = [
        {"type": "POSTBACK", "text": title, "payload": f"{_PREFIX}{{{{1}}}}"}
        for title in _with_room(template.choices, links=template.link_base is not None)
    ]
    if template.link_title and template.link_base:
        base = template.link_base if "{{1}}" in template.link_base else f"{template.link_base}{{{{1}}}}"
        example = {"url_suffix_example": base.replace("{{1}}", "example")}
        buttons.append({"type": "URL", "text": template.link_title, "url": base, "example": example})
    components = [body_of_template(template.body, examples), *([{"type": "BUTTONS", "buttons": buttons}] if buttons else [])]
    return {"name": template.name, "language": template.language, "category": "UTILITY", "components": components}


def template_parts(values: tuple[str, ...], choices: tuple[str, ...], link_end: str | None) -> list[dict[str, Any]]:
    """Write the values of one message: of the text, of each answer (what comes back), of the link's end.

    Raises:
        RefusedError: a value is empty, which Meta does not take.
    """
    buttons = [{"type": "POSTBACK", "payload": choice} for choice in _with_room(choices, links=link_end is not None)]
    if link_end is not None:
        buttons.append({"type": "URL", "url": link_end})
    return [*body_part(values), *([{"type": "buttons", "parameters": buttons}] if buttons else [])]


def choice_of(payload: str) -> str:
    """Return the answer's id in the payload of a button that was pressed; another's payload as it is."""
    return payload.removeprefix(_PREFIX)


def _with_room(choices: tuple[str, ...], *, links: bool) -> tuple[str, ...]:
    return choices[: _MOST_BUTTONS - links]
