"""One GraphQL operation → its data, or who must act.

Shopify answers 200 with `errors` where it did not carry out the operation, and with `userErrors` inside the data where it did but says no.
"""

import re
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.plugins import HttpRequest, Response, Settings
from doorstep.errors import DoorstepError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.shops.reading import dig, listed, worded

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,98}\.myshopify\.com")
_VERSION = re.compile(r"20\d\d-(?:01|04|07|10)|unstable")
_OK, _TIMED_OUT, _LOCKED, _TOO_MANY, _FAULT = 200, 408, 423, 429, 500
_CREDENTIAL = frozenset({401, 402, 403, 404, _LOCKED})
#: Codes of `errors[].extensions.code`. Source: shopify.dev, "Status and error codes" of the GraphQL Admin API, as known on 2026-11-29.
_THROTTLED, _INTERNAL = "THROTTLED", "INTERNAL_SERVER_ERROR"
_FORBIDDEN = frozenset({"ACCESS_DENIED", "SHOP_INACTIVE", "UNAUTHORIZED"})
#: Codes of user errors. Source: shopify.dev, "Implementing idempotency", as known on 2026-11-29.
_BUSY = frozenset({"IDEMPOTENCY_CONCURRENT_REQUEST"})
_LONGEST_WAIT_S = 86_400.0
#: Addresses and telephone numbers that Shopify quotes back.
_PERSONAL = re.compile(r"\S+@\S+|\+?\d[\d ().-]{6,}\d")

Answer = Generator[HttpRequest, Response, Any]


class Admin(msgspec.Struct, frozen=True, kw_only=True):
    """How one shop's Admin API is called."""

    url: str
    token: str
    #: The address came from the merchant: private networks are refused.
    guarded: bool
    now: datetime

    @classmethod
    def of(cls, settings: Settings, version: str, now: datetime) -> "Admin":
        """Read a connection's settings.

        Raises:
            MisconfiguredError: the token is missing, or the shop's address or the version cannot be one.
        """
        domain = settings.get("shop_domain", "").strip().lower().removeprefix("https://").rstrip("/")
        token = settings.get("access_token", "").strip()
        told = settings.get("api_version", "").strip() or version
        if not token:
            raise MisconfiguredError("the connection has no access_token; without it Shopify does no errand")
        if not _DOMAIN.fullmatch(domain):
            raise MisconfiguredError("shop_domain is not an address such as brand.myshopify.com")
        if not _VERSION.fullmatch(told):
            raise MisconfiguredError("api_version is not a version such as 2026-10")
        base = settings.get("base_url", "").strip().rstrip("/")
        return cls(url=f"{base or f'https://{domain}'}/admin/api/{told}/graphql.json", token=token, guarded=bool(base), now=now)

    def ask(self, query: str, **variables: Any) -> Answer:
        """Ask what stands; it may be asked again.

        Raises:
            TryLaterError, MisconfiguredError, RefusedError: and nothing else.
        """
        response = yield self._request(query, variables, repeatable=True)
        return self._data(response, changes=False)

    def do(self, mutation: str, **variables: Any) -> Answer:
        """Have something done; return the mutation's own payload.

        Raises:
            TryLaterError: it was not carried out.
            UnknownOutcomeError: nobody knows whether it was.
            RefusedError: Shopify says no.
            MisconfiguredError: the token, its scopes, the shop or the version.
        """
        response = yield self._request(mutation, variables, repeatable=False)
        data = self._data(response, changes=True)
        payload = next(iter(data.values()), None) if isinstance(data, dict) else None
        if not isinstance(payload, dict):
            raise UnknownOutcomeError("Shopify answered without a payload")
        for name, errors in payload.items():
            if name.lower().endswith("usererrors") and listed(errors):
                raise _refusal(listed(errors))
        return payload

    def _request(self, document: str, variables: Mapping[str, Any], *, repeatable: bool) -> HttpRequest:
        return HttpRequest(
            method="POST",
            url=self.url,
            headers={"content-type": "application/json", "accept": "application/json", "x-shopify-access-token": self.token},
            body=msgspec.json.encode({"query": document, "variables": variables}),
            repeatable=repeatable,
            guarded=self.guarded,
        )

    def _data(self, response: Response, *, changes: bool) -> Any:
        """Return `data` of an answer in which nothing is wrong."""
        if response.status != _OK:
            raise self._fault(response, changes=changes)
        try:
            tree = msgspec.json.decode(response.body)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise _undecided("Shopify answered with what is no JSON", changes=changes) from None
        if errors := listed(dig(tree, "errors")):
            raise _error(errors, tree, changes=changes)
        return dig(tree, "data")

    def _fault(self, response: Response, *, changes: bool) -> DoorstepError:
        text = f"Shopify answered {response.status}"
        if response.status in _CREDENTIAL:
            return MisconfiguredError(f"{text}: check the access token, its scopes, the shop's address and whether the shop is open")
        if response.status == _TOO_MANY:
            return TryLaterError(f"{text}: too many calls", after_s=_retry_after_s(response, self.now))
        if response.status >= _FAULT or response.status == _TIMED_OUT:
            return _undecided(text, changes=changes, after_s=_retry_after_s(response, self.now))
        if response.status < 400:  # noqa: PLR2004 - HTTP's own number
            return MisconfiguredError(f"{text}: the address leads elsewhere")
        return RefusedError(text, suppress=False, code=str(response.status))


def _undecided(text: str, *, changes: bool, after_s: float | None = None) -> DoorstepError:
    """Nobody knows what a change came to; a question is simply asked again."""
    return UnknownOutcomeError(text) if changes else TryLaterError(text, after_s=after_s)


def _error(errors: list[Any], tree: Any, *, changes: bool) -> DoorstepError:
    """Say who must act on the errors beside the data; their texts are left out, they may quote what is personal."""
    codes = [worded(dig(one, "extensions", "code")) or "" for one in errors]
    text = f"Shopify says {', '.join(sorted({code for code in codes if code})) or 'that the operation cannot be read'}"
    if _THROTTLED in codes:
        return TryLaterError(text, after_s=_refill_s(tree))
    if not _FORBIDDEN.isdisjoint(codes):
        needed = next((words for one in errors if (words := worded(dig(one, "extensions", "requiredAccess")))), "")
        return MisconfiguredError(f"{text}: the token lacks a scope, or the shop is not active. {needed[:200]}".strip())
    if _INTERNAL in codes or dig(tree, "data") is not None:
        return _undecided(text, changes=changes)
    return MisconfiguredError(f"{text}: this version of the Admin API does not take it")


def _refill_s(tree: Any) -> float:
    """Return the seconds until the bucket holds what the operation costs. Source: shopify.dev, "API rate limits", as known on 2026-11-29."""
    cost = dig(tree, "extensions", "cost")
    wanted, there = _number(dig(cost, "requestedQueryCost")), _number(dig(cost, "throttleStatus", "currentlyAvailable"))
    rate = _number(dig(cost, "throttleStatus", "restoreRate"))
    return min(max((wanted - there) / rate, 1.0), _LONGEST_WAIT_S) if rate > 0 else 1.0


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _refusal(errors: list[Any]) -> DoorstepError:
    codes = [worded(dig(one, "code")) or "" for one in errors]
    if not _BUSY.isdisjoint(codes):
        return TryLaterError("Shopify is still at the same request", after_s=5.0)
    fields = [".".join(str(part) for part in listed(dig(one, "field"))) for one in errors]
    said = _PERSONAL.sub("…", " ".join("; ".join(words for one in errors if (words := worded(dig(one, "message")))).split()))[:300]
    where = ", ".join(field for field in fields if field)
    code = next((code for code in codes if code), "user_error")
    return RefusedError(f"Shopify says no: {said or code}" + (f" ({where})" if where else ""), suppress=False, code=code)


def _retry_after_s(response: Response, now: datetime) -> float | None:
    text = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), "").strip()
    try:
        return min(max(float(text), 0.0), _LONGEST_WAIT_S)
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return min(max(((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds(), 0.0), _LONGEST_WAIT_S)


def gid(kind: str, number: str) -> str:
    """Write Shopify's global id of a number of its REST API and webhooks; a global id stays as it is.

    Raises:
        RefusedError: it is neither.
    """
    told = number.strip()
    if told.startswith(f"gid://shopify/{kind}/"):
        return told
    if not (told.isascii() and told.isdigit()):
        raise RefusedError(f"{kind}: no id of Shopify's", suppress=False, code="id")
    return f"gid://shopify/{kind}/{told}"


def amount_of(money: Money) -> dict[str, str]:
    """Write an amount as a `MoneyInput`: a decimal text, exact, never a float."""
    return {"amount": f"{money.decimal:f}", "currencyCode": money.currency}


def nodes(tree: Any, *path: str) -> list[Any]:
    """List a connection's nodes."""
    return listed(dig(tree, *path, "nodes"))
