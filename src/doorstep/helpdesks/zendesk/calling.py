"""A handover → Zendesk's calls → receipt: an end user, a ticket, private comments for agents, the customer's words as public ones.

Source: Zendesk's pages on tickets, ticket audits, users, uploads and on idempotency (developer.zendesk.com/api-reference/ticketing),
read 2026-11-30.
"""

import base64
import re
from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from doorstep.domain.helpdesks import HelpdeskOrder, HelpdeskPerson, HelpdeskTry, HelpdeskWords
from doorstep.domain.messages import Receipt
from doorstep.domain.plugins import Flow, HttpRequest, Response, Settings
from doorstep.domain.reading import setting_of
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import MisconfiguredError, RefusedError, UnknownOutcomeError
from doorstep.helpdesks.reading import answered, failure_of, is_gone, is_well, numeral, part, rows, worded

NAME = "Zendesk"
#: Under this name the key of what was posted stands in the audit of the change that posted it.
_KEY = "doorstep"
_ENCODE = msgspec.json.Encoder()
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_PRIORITIES = ("urgent", "high", "normal", "low")
#: Characters of a subject, and of a comment. Source: Zendesk's pages on tickets (a comment's limit is 64 kB), read 2026-11-30.
_LONGEST_SUBJECT, _LONGEST_COMMENT = 150, 60_000
#: Pages of a ticket's audits, a hundred each, in which what was posted before is looked for.
_MOST_PAGES = 10
_Asks = Generator[HttpRequest, Response, str]
_Finds = Generator[HttpRequest, Response, Any]


def open_(wanted: HelpdeskTry, settings: Settings, now: datetime) -> Flow:
    """Make the end user and the ticket, unless they are there, then say what the customer wrote.

    The ticket's first comment is private. The end user has no address, so that Zendesk's own triggers mail nobody what we say ourselves.

    Raises:
        RefusedError: Zendesk does not take it as it stands.
        TryLaterError: too many calls, or Zendesk is down.
        MisconfiguredError: subdomain, login or permissions are wrong.
        UnknownOutcomeError: an answer was lost; the next try looks for what is there.
    """
    order = wanted.order
    requester = yield from _requester(order.person, settings, now)
    remote_id = (yield from _found(order.key, settings, now)) if wanted.again else ""
    if not remote_id:
        ticket: dict[str, Any] = {
            "subject": order.subject[:_LONGEST_SUBJECT],
            "requester_id": int(requester),
            "external_id": order.key,
            "priority": _PRIORITIES[min(max(order.priority, 0), 3)],
            "tags": [_KEY, *order.tags],
            "comment": {"body": order.note[:_LONGEST_COMMENT] or order.subject, "public": False},
            "metadata": {_KEY: order.note_key},
        }
        request = _call("POST", "tickets.json", settings, {"ticket": ticket})
        # Good for two hours; afterwards, and where it is lost, the ticket is found by its external id.
        response = yield msgspec.structs.replace(request, headers={**request.headers, "idempotency-key": order.key}, repeatable=True)
        _check(response, now, "make a ticket")
        if not (remote_id := numeral(part(answered(response), "ticket", "id"))):
            raise UnknownOutcomeError(f"{NAME} answered {response.status} without a ticket's id")
    there = (yield from _posted(remote_id, settings, now)) if wanted.again else frozenset()
    return (yield from _add(order.words, there, remote_id, requester, "", settings, now))


def say(wanted: HelpdeskTry, settings: Settings, now: datetime) -> Flow:
    """Add what the customer wrote as public comments of theirs; a ticket that waits for them is open again.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as `open_`.
    """
    order = wanted.order
    ticket = yield from _ticket(order.remote_id, settings, now)
    if not (requester := numeral(part(ticket, "requester_id"))):
        raise UnknownOutcomeError(f"{NAME} showed a ticket without a requester")
    there = (yield from _posted(order.remote_id, settings, now)) if wanted.again else frozenset()
    status = "" if worded(part(ticket, "status")) == "new" else "open"
    return (yield from _add(order.words, there, order.remote_id, requester, status, settings, now))


def note(wanted: HelpdeskTry, settings: Settings, now: datetime) -> Flow:
    """Add a private comment.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as `open_`.
    """
    order = wanted.order
    there = (yield from _posted(order.remote_id, settings, now)) if wanted.again else frozenset()
    if order.note_key not in there:
        comment = {"body": order.note[:_LONGEST_COMMENT], "public": False}
        yield from _update(order.remote_id, {"comment": comment, "metadata": {_KEY: order.note_key}}, settings, now)
    return _done(order.remote_id, now)


def close(wanted: HelpdeskTry, settings: Settings, now: datetime) -> Flow:
    """Solve the ticket; done twice it is done once.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as `open_`.
    """
    return (yield from _turned("solved", wanted.order, settings, now))


def reopen(wanted: HelpdeskTry, settings: Settings, now: datetime) -> Flow:
    """Open the ticket again; done twice it is done once.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as `open_`.
    """
    return (yield from _turned("open", wanted.order, settings, now))


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask who we are: tells whether subdomain and login fit, and whether the login is an agent's.

    Raises:
        TryLaterError, MisconfiguredError, RefusedError: as `open_`.
    """
    response = yield _call("GET", "users/me.json", settings)
    if is_gone(response):
        raise MisconfiguredError(f"there is no {NAME} at this subdomain")
    _check(response, now, "tell who we are")
    if (role := worded(part(answered(response), "user", "role"))) not in {"agent", "admin"}:
        raise MisconfiguredError(f"{NAME} takes the login for {role or 'nobody'}; it has to be an agent's or an administrator's")
    return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=f"the login is an {role}'s", at=now)


def page(remote_id: str, settings: Settings) -> str:
    """Write the address of the ticket's page."""
    subdomain = settings.get("subdomain", "").strip()
    return f"https://{subdomain}.zendesk.com/agent/tickets/{quote(remote_id, safe='')}" if _SUBDOMAIN.fullmatch(subdomain) else ""


def _call(method: str, path: str, settings: Settings, body: Mapping[str, Any] | None = None) -> HttpRequest:
    subdomain = setting_of(settings, "subdomain")
    if not _SUBDOMAIN.fullmatch(subdomain):
        raise MisconfiguredError("subdomain is the part of your Zendesk's address before .zendesk.com")
    return HttpRequest(
        method=method,
        url=f"https://{subdomain}.zendesk.com/api/v2/{path}",
        headers={
            "authorization": _login(settings),
            "accept": "application/json",
            **({"content-type": "application/json"} if body is not None else {}),
        },
        body=_ENCODE.encode(body) if body is not None else b"",
        repeatable=method == "GET",
    )


def _login(settings: Settings) -> str:
    if token := settings.get("oauth_token", "").strip():
        return f"Bearer {token}"
    if not settings.get("api_token", "").strip():
        raise MisconfiguredError("the connection has neither an oauth_token nor an email with its api_token")
    pair = f"{setting_of(settings, 'email')}/token:{setting_of(settings, 'api_token')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _check(response: Response, now: datetime, what: str) -> None:
    if not is_well(response):
        raise failure_of(response, NAME, now, what=what)


def _requester(person: HelpdeskPerson, settings: Settings, now: datetime) -> _Asks:
    """Make the end user, or find them by our key: one call does either, so it may be repeated."""
    reach = "\n".join(one for one in (person.email, person.phone) if one)
    user = {"name": person.name or person.email or person.phone or "Customer", "external_id": person.key, "details": reach}
    request = _call("POST", "users/create_or_update.json", settings, {"user": user, "skip_verify_email": True})
    response = yield msgspec.structs.replace(request, repeatable=True)
    _check(response, now, "make the customer")
    if not (found := numeral(part(answered(response), "user", "id"))):
        raise UnknownOutcomeError(f"{NAME} answered {response.status} without a user's id")
    return found


def _found(key: str, settings: Settings, now: datetime) -> _Asks:
    """Find the ticket that an earlier try made; "" where there is none."""
    response = yield _call("GET", f"tickets.json?external_id={quote(key, safe='')}", settings)
    _check(response, now, "look for a ticket")
    for one in rows(part(answered(response), "tickets")):
        if part(one, "external_id") == key:
            return numeral(part(one, "id"))
    return ""


def _ticket(remote_id: str, settings: Settings, now: datetime) -> _Finds:
    response = yield _call("GET", f"tickets/{quote(remote_id, safe='')}.json", settings)
    if is_gone(response):
        raise _gone(remote_id)
    _check(response, now, "show a ticket")
    return part(answered(response), "ticket")


def _posted(remote_id: str, settings: Settings, now: datetime) -> Generator[HttpRequest, Response, frozenset[str]]:
    """Collect the keys of what was posted: they stand in the audits' custom metadata."""
    keys: set[str] = set()
    after = ""
    for _ in range(_MOST_PAGES):
        path = f"tickets/{quote(remote_id, safe='')}/audits.json?page[size]=100"
        response = yield _call("GET", path + (f"&page[after]={quote(after, safe='')}" if after else ""), settings)
        if is_gone(response):
            raise _gone(remote_id)
        _check(response, now, "list a ticket's audits")
        tree = answered(response)
        keys |= {worded(part(one, "metadata", "custom", _KEY)) for one in rows(part(tree, "audits"))}
        after = worded(part(tree, "meta", "after_cursor"))
        if part(tree, "meta", "has_more") is not True or not after:
            break
    return frozenset(keys)


def _add(
    words: tuple[HelpdeskWords, ...],
    there: frozenset[str],
    remote_id: str,
    requester: str,
    status: str,
    settings: Settings,
    now: datetime,
) -> Flow:
    for one in words:
        if one.key in there:
            continue
        comment: dict[str, Any] = {"body": one.text[:_LONGEST_COMMENT] or "(no text)", "public": True, "author_id": int(requester)}
        if uploads := (yield from _uploads(one, settings, now)):
            comment["uploads"] = uploads
        change = {"comment": comment, "metadata": {_KEY: one.key}}
        yield from _update(remote_id, change | ({"status": status} if status else {}), settings, now)
    return _done(remote_id, now)


def _uploads(words: HelpdeskWords, settings: Settings, now: datetime) -> Generator[HttpRequest, Response, list[str]]:
    tokens = []
    for file in words.files:
        request = _call("POST", f"uploads.json?filename={quote(file.name, safe='')}", settings)
        headers = {**request.headers, "content-type": file.content_type or "application/octet-stream"}
        # What no comment uses is thrown away there by itself.
        response = yield msgspec.structs.replace(request, headers=headers, body=file.content, repeatable=True)
        _check(response, now, "take a file")
        if token := worded(part(answered(response), "upload", "token")):
            tokens.append(token)
    return tokens


def _update(
    remote_id: str, change: Mapping[str, Any], settings: Settings, now: datetime, *, repeatable: bool = False
) -> Generator[HttpRequest, Response, None]:
    request = _call("PUT", f"tickets/{quote(remote_id, safe='')}.json", settings, {"ticket": change})
    response = yield msgspec.structs.replace(request, repeatable=repeatable)
    if is_gone(response):
        raise _gone(remote_id)
    _check(response, now, "change a ticket")


def _turned(status: str, order: HelpdeskOrder, settings: Settings, now: datetime) -> Flow:
    yield from _update(order.remote_id, {"status": status}, settings, now, repeatable=True)
    return _done(order.remote_id, now)


def _done(remote_id: str, now: datetime) -> Receipt:
    return Receipt(message_id=None, provider_id=remote_id, state=MessageState.REACHED, at=now)


def _gone(remote_id: str) -> RefusedError:
    return RefusedError(f"{NAME} has no ticket {remote_id} any more", suppress=False, code="404")
