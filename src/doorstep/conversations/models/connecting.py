"""What a merchant gives for a model's connection → its limits; the record from which the form and the docs page are made."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from urllib.parse import urlsplit

from doorstep.conversations.models.context import Limits, Rights
from doorstep.domain.models import Model
from doorstep.domain.plugins import Setting
from doorstep.errors import BadInputError, NotFoundError

OPENAI = Model(
    slug="openai_compatible",
    name="Language model (OpenAI-compatible)",
    settings=(
        Setting(name="base_url", label="Address of the API, up to and with /v1", example="https://models.example/v1"),
        Setting(name="api_key", label="API key", secret=True, required=False),
        Setting(name="model", label="Name of the model", example="small-chat-2026"),
        Setting(name="may", label="What it may do: phrase, choose (talks and reading) or act (prepare actions too)", default="choose"),
        Setting(
            name="timeout_s", label="Seconds that a turn may take, all its calls together; then Doorstep answers by itself", default="6"
        ),
        Setting(name="max_tokens", label="Tokens of one answer at most", default="600"),
        Setting(name="rounds", label="Calls of one turn at most", default="4"),
        Setting(name="currency", label="Currency of prices and budgets", default="EUR"),
        Setting(name="price_in", label="Price of a million tokens that are sent", default="0", example="0.15"),
        Setting(name="price_out", label="Price of a million tokens that are answered", default="0", example="0.60"),
        Setting(name="budget_day", label="Budget of a day; empty: none", required=False, example="5"),
        Setting(name="budget_month", label="Budget of a month; empty: none", required=False, example="100"),
        Setting(
            name="languages", label="Languages in which it is asked, two letters each, with spaces between; empty: all", required=False
        ),
        Setting(name="redact", label="Placeholders stand for personal data: yes or no", default="yes"),
        Setting(name="stream", label="Answers are streamed: yes or no", default="no"),
    ),
)
_MODELS = {OPENAI.slug: OPENAI}
_MICROS = 1_000_000
Got = TypeVar("Got")


def models() -> dict[str, Model]:
    """All kinds of endpoints by slug."""
    return _MODELS


def model_named(slug: str) -> Model:
    """Find one kind of endpoint.

    Raises:
        NotFoundError: there is none of this slug; the text lists those there are.
    """
    try:
        return _MODELS[slug]
    except KeyError:
        raise NotFoundError(f"no model {slug!r}; there are: {', '.join(sorted(_MODELS))}") from None


def limits_of(settings: Mapping[str, str]) -> Limits:
    """Read a connection's settings.

    Raises:
        BadInputError: one cannot be read; the text names it.
    """
    given = {one.name: settings.get(one.name) or one.default or "" for one in OPENAI.settings}
    return Limits(
        base_url=_address(given["base_url"]),
        model=given["model"],
        api_key=given["api_key"],
        rights=_read(given, "may", Rights, "phrase, choose or act"),
        timeout_s=_between(given, "timeout_s", 1, 60),
        max_tokens=int(_between(given, "max_tokens", 16, 8_000)),
        rounds=int(_between(given, "rounds", 1, 8)),
        languages=frozenset(given["languages"].lower().split()),
        redact=_yes(given, "redact"),
        stream=_yes(given, "stream"),
        currency=given["currency"].upper(),
        price_in_micros=_micros(given, "price_in") or 0,
        price_out_micros=_micros(given, "price_out") or 0,
        day_micros=_micros(given, "budget_day"),
        month_micros=_micros(given, "budget_month"),
    )


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username is not None:
        raise BadInputError("base_url: write the address of the API, such as https://models.example/v1")
    return url.rstrip("/").removesuffix("/chat/completions")


def _between(given: Mapping[str, str], name: str, least: float, most: float) -> float:
    number = _read(given, name, float, f"a number from {least:g} to {most:g}")
    if not least <= number <= most:
        raise BadInputError(f"{name}: a number from {least:g} to {most:g}, not {given[name]!r}")
    return number


def _yes(given: Mapping[str, str], name: str) -> bool:
    return _read(given, name, {"yes": True, "no": False}.__getitem__, "yes or no")


def _micros(given: Mapping[str, str], name: str) -> int | None:
    if not given[name]:
        return None
    amount = _read(given, name, Decimal, "an amount such as 12.50")
    if not amount.is_finite() or not 0 <= amount <= _MICROS:
        raise BadInputError(f"{name}: an amount from 0 to a million, not {given[name]!r}")
    return int(amount * _MICROS)


def _read(given: Mapping[str, str], name: str, read: Callable[[str], Got], wanted: str) -> Got:
    try:
        return read(given[name].lower() if name != "api_key" else given[name])
    except (ValueError, KeyError, InvalidOperation):
        raise BadInputError(f"{name}: {wanted}, not {given[name]!r}") from None
