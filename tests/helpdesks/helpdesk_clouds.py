"""The two vendors' clouds in memory: each takes the requests of its published interface, keeps what it is told, and writes its webhooks."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Generator
from email import message_from_bytes
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from doorstep.domain.plugins import HttpRequest, Response
from doorstep.errors import UnknownOutcomeError

Flow = Generator[HttpRequest, Response, Any]


class Cloud:
    """Answers requests; `lose` names the n-th changing request whose answer never arrives, `away` those that never arrive themselves."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.changes = 0
        self.lose: set[int] = set()
        self.away: set[int] = set()
        #: Answers given in place of its own, by the number of the request.
        self.instead: dict[int, Response] = {}

    def run(self, flow: Flow) -> Any:
        """Drive a flow to its end."""
        try:
            request = next(flow)
            while True:
                self.requests.append(request)
                if (response := self.instead.get(len(self.requests))) is None:
                    try:
                        response = self._asked(request)
                    except UnknownOutcomeError as error:
                        request = flow.throw(error)
                        continue
                request = flow.send(response)
        except StopIteration as stop:
            return stop.value

    def _asked(self, request: HttpRequest) -> Response:
        if request.method == "GET":
            return self.answer(request)
        self.changes += 1
        if self.changes in self.away:
            raise UnknownOutcomeError("no answer came")
        response = self.answer(request)
        if self.changes in self.lose:
            raise UnknownOutcomeError("no answer came")
        return response

    def answer(self, request: HttpRequest) -> Response:
        """What stands for no vendor knows nothing."""
        return _json(404, {"error": request.url})


def _json(status: int, value: Any) -> Response:
    return Response(status=status, headers={"content-type": "application/json"}, body=json.dumps(value).encode())


class Chatwoot(Cloud):
    """One account with one API inbox."""

    def __init__(self, account: str = "12", inbox: int = 67, token: str = "an-access-token", *, one_conversation: bool = False) -> None:
        super().__init__()
        self.account, self.inbox, self.token, self.one_conversation = account, inbox, token, one_conversation
        self._ticks = count()
        self.contacts: list[dict[str, Any]] = []
        self.conversations: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []

    def answer(self, request: HttpRequest) -> Response:
        parts = urlsplit(request.url)
        if request.headers.get("api_access_token") != self.token:
            return _json(401, {"error": "Invalid Access Token"})
        found = re.fullmatch(rf"/api/v1/accounts/{self.account}/(.*)", parts.path)
        if not found:
            return _json(404, {"error": "Resource could not be found"})
        path, asked = found[1].split("/"), parse_qs(parts.query)
        if path[0] == "inboxes":
            known = path[1] == str(self.inbox)
            return _json(200, {"id": self.inbox, "name": "Parcels", "channel_type": "Channel::Api"}) if known else _json(404, {})
        known_paths = self._of_contacts if path[0] == "contacts" else self._of_conversations
        return known_paths(request.method, path[1:], asked, self._body(request))

    def _of_contacts(self, method: str, path: list[str], asked: dict[str, list[str]], body: dict[str, Any]) -> Response:
        names = ("identifier", "email", "phone_number")
        match (method, *path):
            case ("GET", "search"):
                return _json(200, {"payload": [c for c in self.contacts if any(asked["q"][0] in str(c.get(n) or "") for n in names)]})
            case ("POST",):
                for name in names:
                    if body.get(name) and any(c.get(name) == body[name] for c in self.contacts):
                        return _json(422, {"message": f"{name.capitalize()} has already been taken", "attributes": [name]})
                self.contacts.append({"id": len(self.contacts) + 1, **body})
                return _json(200, {"payload": {"contact": self.contacts[-1]}})
            case ("GET", number, "conversations"):
                return _json(200, {"payload": [c for c in self.conversations if c["contact_id"] == int(number)]})
        return _json(404, {"error": "Resource could not be found"})

    def _of_conversations(self, method: str, path: list[str], asked: dict[str, list[str]], body: dict[str, Any]) -> Response:
        match (method, *path):
            case ("POST",):
                return self._begin(body)
            case ("POST", _, "labels"):
                return _json(200, {"payload": body["labels"]})
            case ("GET", number, "messages") if self.conversation(int(number)):
                before = int(asked.get("before", ["1000000"])[0])
                mine = [m for m in self.messages if m["conversation_id"] == int(number) and m["id"] < before]
                return _json(200, {"payload": mine[-20:]})
            case ("POST", number, "messages"):
                return self._post(int(number), body)
            case ("POST", number, "toggle_priority"):
                if found := self.conversation(int(number)):
                    found["priority"] = body["priority"]
                return _json(200, {})
            case ("POST", number, "toggle_status"):
                return self._turn(int(number), body["status"])
        return _json(404, {"error": "Resource could not be found"})

    @staticmethod
    def _body(request: HttpRequest) -> dict[str, Any]:
        kind = request.headers.get("content-type", "")
        if not kind.startswith("multipart/"):
            return json.loads(request.body) if request.body else {}
        form = message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + request.body)
        fields: dict[str, Any] = {"attachments": []}
        for part in form.get_payload():
            name = part.get_param("name", header="content-disposition")
            if name == "attachments[]":
                fields["attachments"].append((part.get_filename(), part.get_content_type(), part.get_payload(decode=True)))
            else:
                fields[name] = part.get_payload(decode=True).decode()
        fields["private"] = fields.get("private") == "true"
        return fields

    def _begin(self, body: dict[str, Any]) -> Response:
        if body["inbox_id"] != self.inbox or not any(c["id"] == body["contact_id"] for c in self.contacts):
            return _json(404, {"error": "Resource could not be found"})
        mine = [c for c in self.conversations if c["contact_id"] == body["contact_id"]]
        if self.one_conversation and mine:
            return _json(200, mine[-1])
        self.conversations.append({"id": 100 + len(self.conversations), "status": "open", **body})
        return _json(200, self.conversations[-1])

    def conversation(self, number: int) -> dict[str, Any] | None:
        return next((c for c in self.conversations if c["id"] == number), None)

    def _post(self, number: int, body: dict[str, Any]) -> Response:
        conversation = self.conversation(number)
        if conversation is None:
            return _json(404, {"error": "Resource could not be found"})
        self.messages.append({"id": len(self.messages) + 1, "conversation_id": number, **body})
        if body["message_type"] == "incoming":
            conversation["status"] = "open"
        return _json(200, {name: value for name, value in self.messages[-1].items() if name != "attachments"})

    def _turn(self, number: int, status: str) -> Response:
        conversation = self.conversation(number)
        if conversation is None:
            return _json(404, {"error": "Resource could not be found"})
        conversation["status"] = status
        return _json(200, {"payload": {"success": True, "current_status": status, "conversation_id": number}})

    def webhook(self, message: dict[str, Any], sender: str = "Marta") -> bytes:
        """`message_created`, as Chatwoot writes it."""
        conversation = self.conversation(message["conversation_id"])
        assert conversation
        event = {
            "event": "message_created",
            "id": message["id"],
            "content": message["content"],
            "created_at": "2026-11-18T11:05:00.000Z",
            "message_type": message["message_type"],
            "content_type": "text",
            "private": message["private"],
            "source_id": message.get("source_id"),
            "attachments": message.get("attachments") or [],
            "sender": {"id": 3, "name": sender, "type": "user"},
            "inbox": {"id": self.inbox, "name": "Parcels"},
            "account": {"id": int(self.account), "name": "Shop"},
            "conversation": self._shown(conversation),
        }
        return json.dumps(event).encode()

    def says(self, text: str, *, number: int = 100, private: bool = False, files: tuple[str, ...] = (), sender: str = "Marta") -> bytes:
        """An agent writes; return the webhook."""
        attachments = [{"id": place, "file_type": "image", "data_url": url} for place, url in enumerate(files)]
        message = {
            "id": len(self.messages) + 1,
            "conversation_id": number,
            "content": text,
            "message_type": "outgoing",
            "private": private,
            "attachments": attachments,
        }
        self.messages.append(message)
        return self.webhook(message, sender)

    def turns(self, status: str, before: str, number: int = 100) -> bytes:
        """An agent resolves or reopens; return the webhook."""
        conversation = self.conversation(number)
        assert conversation
        conversation["status"] = status
        changed = [{"status": {"previous_value": before, "current_value": status}}]
        return json.dumps({"event": "conversation_status_changed", **self._shown(conversation), "changed_attributes": changed}).encode()

    def assigns(self, name: str, number: int = 100) -> bytes:
        conversation = self.conversation(number)
        assert conversation
        changed = [{"assignee_id": {"previous_value": None, "current_value": 3}}]
        shown = {**self._shown(conversation), "meta": {"assignee": {"id": 3, "name": name}}}
        return json.dumps({"event": "conversation_updated", **shown, "changed_attributes": changed}).encode()

    def _shown(self, conversation: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": conversation["id"],
            "inbox_id": conversation["inbox_id"],
            "status": conversation["status"],
            "custom_attributes": conversation["custom_attributes"],
            "meta": {"sender": {"id": conversation["contact_id"]}, "assignee": None},
            "updated_at": 1_794_999_900 + next(self._ticks),
        }

    def signed(self, body: bytes, secret: str, at: int) -> dict[str, str]:
        digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return {"x-chatwoot-timestamp": str(at), "x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-delivery": "d1"}


class Zendesk(Cloud):
    """One account of Zendesk Support."""

    def __init__(self, login: str = "agent@shop.example/token:a-token") -> None:
        super().__init__()
        self.login = "Basic " + base64.b64encode(login.encode()).decode()
        self.users: list[dict[str, Any]] = []
        self.tickets: list[dict[str, Any]] = []
        self.audits: list[dict[str, Any]] = []
        self.uploads: dict[str, tuple[str, bytes]] = {}
        self.keys: dict[str, Response] = {}
        self.agent = 1

    def answer(self, request: HttpRequest) -> Response:
        parts = urlsplit(request.url)
        if parts.netloc != "shop.zendesk.com" or request.headers.get("authorization") != self.login:
            return _json(401, {"error": "Couldn't authenticate you"})
        path, asked = parts.path.removeprefix("/api/v2/").removesuffix(".json").split("/"), parse_qs(parts.query)
        path[-1] = path[-1].removesuffix(".json")
        match (request.method, *path):
            case ("GET", "users", "me"):
                return _json(200, {"user": {"id": self.agent, "role": "agent"}})
            case ("POST", "users", "create_or_update"):
                return self._person(json.loads(request.body)["user"])
            case ("POST", "uploads"):
                token = f"upload-{len(self.uploads)}"
                self.uploads[token] = (unquote(asked["filename"][0]), request.body)
                return _json(201, {"upload": {"token": token}})
            case (method, "tickets", *rest):
                return self._of_tickets(method, rest, asked, request)
        return _json(404, {"error": "InvalidEndpoint"})

    def _person(self, wanted: dict[str, Any]) -> Response:
        for user in self.users:
            if user["external_id"] == wanted["external_id"]:
                user.update(wanted)
                return _json(200, {"user": user})
        self.users.append({"id": 9000 + len(self.users), **wanted})
        return _json(201, {"user": self.users[-1]})

    def _of_tickets(self, method: str, path: list[str], asked: dict[str, list[str]], request: HttpRequest) -> Response:
        match (method, *path):
            case ("GET",):
                return _json(200, {"tickets": [t for t in self.tickets if t["external_id"] == asked["external_id"][0]]})
            case ("POST",):
                return self._make(request)
            case ("GET", number):
                found = self.ticket(int(number))
                return _json(200, {"ticket": found}) if found else _json(404, {"error": "RecordNotFound", "description": "Not found"})
            case ("PUT", number):
                return self._change(int(number), json.loads(request.body)["ticket"])
            case ("GET", number, "audits"):
                return self._audits(int(number), int(asked.get("page[after]", ["0"])[0]), int(asked["page[size]"][0]))
        return _json(404, {"error": "InvalidEndpoint"})

    def ticket(self, number: int) -> dict[str, Any] | None:
        return next((t for t in self.tickets if t["id"] == number), None)

    def _make(self, request: HttpRequest) -> Response:
        if (kept := self.keys.get(key := request.headers["idempotency-key"])) is not None:
            return kept
        wanted = json.loads(request.body)["ticket"]
        if not any(user["id"] == wanted["requester_id"] for user in self.users):
            return _json(422, {"error": "RecordInvalid", "description": "Record validation errors"})
        ticket = {"id": 500 + len(self.tickets), "status": "new", **wanted}
        comment, metadata = ticket.pop("comment"), ticket.pop("metadata", {})
        self.tickets.append(ticket)
        self._note(ticket["id"], comment, metadata)
        self.keys[key] = _json(201, {"ticket": ticket})
        return self.keys[key]

    def _change(self, number: int, wanted: dict[str, Any]) -> Response:
        if (ticket := self.ticket(number)) is None:
            return _json(404, {"error": "RecordNotFound", "description": "Not found"})
        if ticket["status"] == "closed":
            return _json(422, {"error": "RecordInvalid", "description": "Record validation errors"})
        comment, metadata = wanted.pop("comment", None), wanted.pop("metadata", {})
        ticket |= wanted
        if comment:
            self._note(number, comment, metadata)
        return _json(200, {"ticket": ticket})

    def _note(self, number: int, comment: dict[str, Any], metadata: dict[str, Any]) -> None:
        audit = {"id": 7000 + len(self.audits), "ticket_id": number, "metadata": {"custom": metadata, "system": {}}, "comment": comment}
        self.audits.append(audit)

    def _audits(self, number: int, after: int, size: int) -> Response:
        mine = [a for a in self.audits if a["ticket_id"] == number and a["id"] > after]
        meta = {"has_more": len(mine) > size, "after_cursor": str(mine[:size][-1]["id"]) if mine else None}
        return _json(200, {"audits": mine[:size], "meta": meta})

    def comments(self, number: int = 500) -> list[dict[str, Any]]:
        """Comments of a ticket, oldest first."""
        return [a["comment"] for a in self.audits if a["ticket_id"] == number]

    def event(self, kind: str, event: dict[str, Any], number: int = 500) -> bytes:
        """A webhook, as Zendesk writes it."""
        ticket = self.ticket(number)
        assert ticket
        detail = {
            "id": str(number),
            "external_id": ticket["external_id"],
            "status": ticket["status"].upper(),
            "requester_id": str(ticket["requester_id"]),
        }
        told = {
            "account_id": 22129848,
            "detail": detail,
            "event": event,
            "id": f"event-{len(self.audits)}-{kind}",
            "subject": f"zen:ticket:{number}",
            "time": "2026-11-18T11:05:00.123456789Z",
            "type": f"zen:event-type:ticket.{kind}",
            "zendesk_event_version": "2022-11-06",
        }
        return json.dumps(told).encode()

    def says(self, text: str, *, ident: str, number: int = 500, public: bool = True, staff: bool = True) -> bytes:
        author = {"id": str(self.agent), "is_staff": staff, "name": "Marta"}
        return self.event("comment_added", {"comment": {"id": ident, "body": text, "is_public": public, "author": author}}, number)

    def links(self, ident: str, of: str, url: str, number: int = 500) -> bytes:
        file = {"id": ident, "content_type": "image/jpeg", "content_url": url, "filename": "label.jpg", "is_public": False}
        return self.event("attachment_linked_to_comment", {"comment": {"id": of, "attachment": file}}, number)

    def turns(self, current: str, previous: str, number: int = 500) -> bytes:
        ticket = self.ticket(number)
        assert ticket
        ticket["status"] = current
        return self.event("status_changed", {"current": current.upper(), "previous": previous.upper()}, number)

    def signed(self, body: bytes, secret: str, at: str) -> dict[str, str]:
        digest = base64.b64encode(hmac.new(secret.encode(), at.encode() + body, hashlib.sha256).digest()).decode()
        return {"x-zendesk-webhook-signature": digest, "x-zendesk-webhook-signature-timestamp": at, "x-zendesk-webhook-invocation-id": "i1"}
