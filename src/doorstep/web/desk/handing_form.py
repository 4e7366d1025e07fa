"""How a merchant's people answer ↔ the form of it; each wrong field is named."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict

from doorstep.conversations.handing.hours import Hours, Span
from doorstep.conversations.handing.routing import Handing, Priority, Queue, Route, check
from doorstep.conversations.handing.rules import Rules
from doorstep.domain.money import Money
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.errors import BadInputError
from doorstep.web.look.asking import clean_lines, clean_text

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Empty rows to be filled in, below the queues and routes that there are.
SPARE = 2
_MOST_ROWS = 40


def shown(handing: Handing) -> dict[str, Any]:
    """Write what is kept as the form shows it."""
    days = [
        ", ".join(f"{span.opens}-{span.closes}" for span in handing.hours.spans if day in span.days) for day in range(1, len(WEEKDAYS) + 1)
    ]
    rules = handing.rules
    return {
        "zone": handing.hours.zone,
        "days": days,
        "holidays": "\n".join(day.isoformat() for day in handing.hours.holidays),
        "queues": [msgspec.structs.asdict(one) for one in handing.queues],
        "routes": [
            msgspec.structs.asdict(one)
            | {
                "reasons": " ".join(one.reasons),
                "intents": " ".join(one.intents),
                "languages": " ".join(one.languages),
                "worth": _worths_shown(one.value_minor),
                "priority": "" if one.priority is None else str(int(one.priority)),
            }
            for one in handing.routes
        ],
        "assign": handing.assign,
        "ask_csat": handing.ask_csat,
        "anger": "" if rules.anger is None else f"{rules.anger:g}",
        "worth": _worths_shown(rules.value_minor),
        "repeated": "" if rules.repeated is None else str(rules.repeated),
        "repeated_days": str(rules.repeated_days),
        "unsure": str(rules.unsure),
        "disputed": rules.disputed,
        "resume_hours": "" if rules.resume_hours is None else str(rules.resume_hours),
    }


def _worths_shown(worths: dict[str, int]) -> str:
    return ", ".join(f"{Money(amount, currency).decimal} {currency}" for currency, amount in worths.items())


def read(form: FormMultiDict, kept: Handing) -> Handing:
    """Read the form; hours that queues have of their own stay as they were.

    Raises:
        BadInputError: it says which field, and what it takes.
    """
    own_hours = {one.name: one.hours for one in kept.queues}
    raw = {
        "hours": {"zone": clean_text(form.get("zone"), 60), "spans": _spans(form), "holidays": _holidays(form)},
        "queues": [row | {"hours": own_hours.get(row["name"])} for row in _queues(form)],
        "routes": _routes(form),
        "rules": _rules(form),
        "assign": clean_text(form.get("assign"), 20),
        "ask_csat": form.get("ask_csat") == "yes",
    }
    try:
        handing = Handing(
            hours=msgspec.convert(raw["hours"], Hours),
            queues=tuple(msgspec.convert(row, Queue) for row in _list(raw["queues"])),
            routes=tuple(msgspec.convert(row, Route) for row in _list(raw["routes"])),
            rules=msgspec.convert(raw["rules"], Rules),
            assign="round_robin" if raw["assign"] == "round_robin" else "pull",
            ask_csat=bool(raw["ask_csat"]),
        )
    except msgspec.ValidationError as error:
        raise BadInputError(f"this cannot be read: {error}") from error
    check(handing)
    return handing


def _list(value: object) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else []


def _spans(form: FormMultiDict) -> list[Span]:
    spans = []
    for number, name in enumerate(WEEKDAYS, 1):
        for text in clean_text(form.get(f"day-{number}"), 100).replace("\N{EN DASH}", "-").split(","):
            if not text.strip():
                continue
            opens, _, closes = (part.strip() for part in text.partition("-"))
            try:
                spans.append(msgspec.convert({"days": (number,), "opens": opens.zfill(5), "closes": closes.zfill(5)}, Span))
            except msgspec.ValidationError as error:
                raise BadInputError(f"{name}: hours such as 09:00-18:00, more with a comma between") from error
    return spans


def _holidays(form: FormMultiDict) -> list[date]:
    found = []
    for text in clean_lines(form.get("holidays"), 8000).split():
        try:
            found.append(date.fromisoformat(text))
        except ValueError as error:
            raise BadInputError(f"holidays: days such as 2026-12-25, not {text[:20]}") from error
    return sorted(set(found))


def _rows(form: FormMultiDict, name: str) -> list[int]:
    return [number for number in range(_MOST_ROWS) if clean_text(form.get(f"{name}-{number}"), 60)]


def _whole(form: FormMultiDict, name: str, label: str) -> int | None:
    text = clean_text(form.get(name), 9)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise BadInputError(f"{label}: a whole number")
    return int(text)


def _queues(form: FormMultiDict) -> list[dict[str, Any]]:
    found = []
    for number in _rows(form, "queue-name"):
        row: dict[str, Any] = {"name": clean_text(form.get(f"queue-name-{number}"), 40).lower()}
        row["title"] = clean_text(form.get(f"queue-title-{number}"), 60) or row["name"].capitalize()
        for field, label in (("first_minutes", "minutes to the first answer"), ("next_minutes", "minutes to each further one")):
            if (minutes := _whole(form, f"queue-{field}-{number}", label)) is not None:
                row[field] = minutes
        found.append(row)
    return found


def _routes(form: FormMultiDict) -> list[dict[str, Any]]:
    found = []
    for number in _rows(form, "route-queue"):

        def of(name: str, number: int = number) -> str:
            return clean_text(form.get(f"route-{name}-{number}"), 200)

        for reason in of("reasons").split():
            if reason not in set(HandoverReason):
                raise BadInputError(f"routes: {reason} is no reason; there are {', '.join(HandoverReason)}")
        row: dict[str, Any] = {
            "queue": of("queue"),
            "reasons": of("reasons").split(),
            "intents": of("intents").split(),
            "languages": of("languages").lower().split(),
            "value_minor": _worths(of("worth"), "routes"),
            "earlier_orders": _whole(form, f"route-earlier_orders-{number}", "orders before") or 0,
            "skill": of("skill"),
        }
        if of("priority") in {str(int(one)) for one in Priority}:
            row["priority"] = int(of("priority"))
        found.append(row)
    return found


def _worths(text: str, label: str) -> dict[str, int]:
    """Read "200 EUR, 250 USD" as minor units by currency."""
    found = {}
    for part in text.split(","):
        if not part.strip():
            continue
        amount, _, currency = part.strip().partition(" ")
        currency = currency.strip().upper()
        try:
            Decimal(amount)
            found[currency] = Money.of(amount, currency).amount_minor
        except (InvalidOperation, ValueError) as error:
            raise BadInputError(f"{label}: amounts such as 200 EUR") from error
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():  # noqa: PLR2004 - ISO 4217
            raise BadInputError(f"{label}: amounts such as 200 EUR")
    return found


def _rules(form: FormMultiDict) -> dict[str, Any]:
    anger = clean_text(form.get("anger"), 6)
    try:
        level = float(anger) if anger else None
    except ValueError as error:
        raise BadInputError("anger: a number between 0 and 1") from error
    rules: dict[str, Any] = {
        "anger": level,
        "value_minor": _worths(clean_text(form.get("worth"), 200), "worth"),
        "repeated": _whole(form, "repeated", "the same again"),
        "disputed": form.get("disputed") == "yes",
        "resume_hours": _whole(form, "resume_hours", "hours until the machine answers again"),
    }
    for name, label in (("repeated_days", "days"), ("unsure", "turns not understood")):
        if (number := _whole(form, name, label)) is not None:
            rules[name] = number
    return rules
