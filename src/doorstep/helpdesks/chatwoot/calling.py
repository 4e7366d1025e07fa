"""A handover → Chatwoot's calls → receipt: a contact, a conversation in an API inbox, notes for agents, the customer's words.

Source: Chatwoot's application API (developers.chatwoot.com/api-reference) and the code of its contacts, conversations and messages
controllers and of its message builder (github.com/chatwoot/chatwoot), read 2026-11-30.
"""

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from doorstep.domain.helpdesks import HelpdeskOrder, HelpdeskTry, HelpdeskWords
from doorstep.domain.messages import Receipt
from doorstep.domain.plugins import Flow, HttpRequest, Response, Settings
from doorstep.domain.reading import setting_of
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import MisconfiguredError, RefusedError, UnknownOutcomeError
from doorstep.helpdesks.chatwoot.files import form_of
from doorstep.helpdesks.reading import answered, failure_of, is_gone, is_well, number_setting, numeral, part, rows, worded

NAME = "Chatwoot"
CLOUD = "https://app.chatwoot.com"
#: Where a conversation carries our key, among its custom attributes.
KEY = "doorstep_handover"
_ENCODE = msgspec.json.Encoder()
_UNPROCESSABLE = 422
#: Pages of a conversation's messages, twenty each, in which what was posted before is looked for.
_MOST_PAGES = 5
_PRIORITIES, _USUAL = ("urgent", "high", "medium", "low"), 2
_Asks = Generator[HttpRequest, Response, str]


def open_(wanted: HelpdeskTry, settings: Settings, now: datetime) -> Flow:
    """Make the contact and the conversation, unless they are there, then say what was said.

    Raises:
        RefusedError: Chatwoot does not take it as it stands.
        TryLaterError: too many calls, or Chatwoot is down.
        MisconfiguredError: the token, the account or the inbox is wrong.
        UnknownOutcomeError: an answer was lost; the next try looks for what is there.
    """
    order = wanted.order
    contact_id = yield from _contact(order, settings, now)
    remote_id = (yield from _found(order, contact_id, settings, now)) if wanted.again else ""
    if not remote_id:
        made = {
            "inbox_id": int(number_setting(settings, "inbox_id")),
            "contact_id": int(contact_id),
            "status": "open",
            "custom_attributes": {KEY: order.key},
        }
        response = yield _call("POST", "conversations", settings, made)
        if is_gone(response):
            raise MisconfiguredError(f"{NAME} knows no inbox {settings['inbox_id']} in this account, or the contact is gone")
        _check(response, now, "begin a conversation")
        remote_id = _id_in(response, "id")
        if order.priority != _USUAL:  # making it takes none
            priority = _PRIORITIES[min(max(order.priority, 0), 3)]
            yield _call("POST", f"conversations/{remote_id}/toggle_priority", settings, {"priority": priority})
        if order.tags:
            yield _call("POST", f"conversations/{remote_id}/labels", settings, {"labels": list(order.tags)})
    return (yield from _post(order, remote_id, settings, now, looks=wanted.again))


def say(wanted: HelpdeskTry, settings: Settings, now: datetime) -> Flow:
    """Add what the customer wrote, or a note.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as `open_`.
    """
    return (yield from _post(wanted.order, wanted.order.remote_id, settings, now, looks=wanted.again))


def close(wanted: HelpdeskTry, settings: Settings, now: datetime) -> Flow:
    """Resolve the conversation; done twice it is done once.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as `open_`.
    """
    return (yield from _turned("resolved", wanted.order, settings, now))


def reopen(wanted: HelpdeskTry, settings: Settings, now: datetime) -> Flow:
    """Open the conversation again; done twice it is done once.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as `open_`.
    """
    return (yield from _turned("open", wanted.order, settings, now))


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask for the inbox: tells whether the token, the account and the inbox fit.

    Raises:
        TryLaterError, MisconfiguredError, RefusedError: as `open_`.
    """
    inbox = number_setting(settings, "inbox_id")
    response = yield _call("GET", f"inboxes/{inbox}", settings)
    if is_gone(response):
        raise MisconfiguredError(f"{NAME} knows no inbox {inbox} in this account")
    _check(response, now, "show the inbox")
    found = answered(response)
    if (kind := worded(part(found, "channel_type"))) != "Channel::Api":
        raise MisconfiguredError(f"the inbox {inbox} is no API channel but {kind or 'something unknown'}; make one of the kind API")
    told = f"the inbox is {worded(part(found, 'name'))}"[:300]
    return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=told, at=now)


def base_of(settings: Settings) -> str:
    """Where Chatwoot lies, without a slash at the end."""
    return (settings.get("base_url") or CLOUD).strip().rstrip("/")


def page(remote_id: str, settings: Settings) -> str:
    """Write the address of the conversation's page."""
    account = settings.get("account_id", "").strip()
    return f"{base_of(settings)}/app/accounts/{account}/conversations/{quote(remote_id, safe='')}" if account else ""


def _call(method: str, path: str, settings: Settings, body: Mapping[str, Any] | None = None) -> HttpRequest:
    base = base_of(settings)
    return HttpRequest(
        method=method,
        url=f"{base}/api/v1/accounts/{number_setting(settings, 'account_id')}/{path}",
        headers={
            "api_access_token": setting_of(settings, "api_access_token"),
            "accept": "application/json",
            **({"content-type": "application/json"} if body is not None else {}),
        },
        body=_ENCODE.encode(body) if body is not None else b"",
        repeatable=method == "GET",
        guarded=base != CLOUD,
    )


def _check(response: Response, now: datetime, what: str) -> None:
    if not is_well(response):
        raise failure_of(response, NAME, now, what=what)


def _id_in(response: Response, *path: str) -> str:
    if not (found := numeral(part(answered(response), *path))):
        raise UnknownOutcomeError(f"{NAME} answered {response.status} without an id")
    return found


def _contact(order: HelpdeskOrder, settings: Settings, now: datetime) -> _Asks:
    """Find the contact by our key, else make it; where its address is another contact's already, that one is meant."""
    person = order.person
    if found := (yield from _searched(person.key, ("identifier",), settings, now)):
        return found
    made = {"name": person.name or person.email or person.phone or "Customer", "identifier": person.key}
    made |= {"email": person.email} if person.email else {}
    made |= {"phone_number": person.phone} if person.phone else {}
    response = yield _call("POST", "contacts", settings, made)
    if response.status == _UNPROCESSABLE:
        for value, name in ((person.email, "email"), (person.phone, "phone_number")):
            if value and (found := (yield from _searched(value, (name,), settings, now))):
                return found
        # Refused for another reason, such as a number that Chatwoot does not take: then without them.
        response = yield _call("POST", "contacts", settings, {"name": made["name"], "identifier": person.key})
    _check(response, now, "make a contact")
    tree = answered(response)
    return numeral(part(tree, "payload", "contact", "id")) or _id_in(response, "id")


def _searched(value: str, names: tuple[str, ...], settings: Settings, now: datetime) -> _Asks:
    response = yield _call("GET", f"contacts/search?q={quote(value, safe='')}", settings)
    _check(response, now, "look for a contact")
    for one in rows(part(answered(response), "payload")):
        if any(worded(part(one, name)).lower() == value.lower() for name in names) and (found := numeral(part(one, "id"))):
            return found
    return ""


def _found(order: HelpdeskOrder, contact_id: str, settings: Settings, now: datetime) -> _Asks:
    """Find the conversation that an earlier try made; "" where there is none."""
    response = yield _call("GET", f"contacts/{contact_id}/conversations", settings)
    _check(response, now, "list a contact's conversations")
    for one in rows(part(answered(response), "payload")):
        if part(one, "custom_attributes", KEY) == order.key:
            return numeral(part(one, "id"))
    return ""


def _posted(remote_id: str, settings: Settings, now: datetime) -> Generator[HttpRequest, Response, frozenset[str]]:
    """Collect the keys of what was posted lately."""
    keys: set[str] = set()
    before = ""
    for _ in range(_MOST_PAGES):
        response = yield _call("GET", f"conversations/{remote_id}/messages{f'?before={before}' if before else ''}", settings)
        if is_gone(response):
            raise _gone(remote_id)
        _check(response, now, "list messages")
        listed = rows(part(answered(response), "payload"))
        keys |= {worded(part(one, "source_id")) for one in listed}
        ids = [int(found) for one in listed if (found := numeral(part(one, "id")))]
        if not ids or str(min(ids)) == before:
            break
        before = str(min(ids))
    return frozenset(keys)


def _post(order: HelpdeskOrder, remote_id: str, settings: Settings, now: datetime, *, looks: bool) -> Flow:
    there = (yield from _posted(remote_id, settings, now)) if looks else frozenset()
    if order.note and order.note_key not in there:
        note = {"content": order.note, "message_type": "outgoing", "private": True, "source_id": order.note_key}
        yield from _message(note, remote_id, settings, now)
    for words in order.words:
        if words.key not in there:
            yield from _message(_incoming(words), remote_id, settings, now, words)
    return Receipt(message_id=None, provider_id=remote_id, state=MessageState.REACHED, at=now)


def _incoming(words: HelpdeskWords) -> dict[str, Any]:
    return {"content": words.text, "message_type": "incoming", "private": False, "source_id": words.key}


def _message(
    body: dict[str, Any], remote_id: str, settings: Settings, now: datetime, words: HelpdeskWords | None = None
) -> Generator[HttpRequest, Response, None]:
    request = _call("POST", f"conversations/{remote_id}/messages", settings, body)
    if words is not None and words.files:
        kind, form = form_of(body, words)
        request = msgspec.structs.replace(request, headers={**request.headers, "content-type": kind}, body=form)
    response = yield request
    if is_gone(response):
        raise _gone(remote_id)
    _check(response, now, "add a message")


def _turned(status: str, order: HelpdeskOrder, settings: Settings, now: datetime) -> Flow:
    request = _call("POST", f"conversations/{order.remote_id}/toggle_status", settings, {"status": status})
    response = yield msgspec.structs.replace(request, repeatable=True)
    if is_gone(response):
        raise _gone(order.remote_id)
    _check(response, now, f"turn a conversation {status}")
    return Receipt(message_id=None, provider_id=order.remote_id, state=MessageState.REACHED, at=now)


def _gone(remote_id: str) -> RefusedError:
    return RefusedError(f"{NAME} has no conversation {remote_id} any more", suppress=False, code="404")
