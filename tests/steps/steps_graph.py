"""Meta's Graph API as published, over real HTTP on the loopback: messages, templates, numbers and pages, errors in its envelope."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

NUMBER, WABA, PAGE, TOKEN = "106540352242922", "102290129340398", "104152438000001", "a-system-users-token"
CUSTOMER, PSID = "+34600000001", "1254477777772919"
_LONGEST = {"text": 4_096, "body": 1_024}


def error(code: int, subcode: int | None = None, details: str = "") -> dict[str, Any]:
    """An error as the Graph API writes it."""
    found: dict[str, Any] = {"message": f"(#{code}) it failed", "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf123"}
    if subcode is not None:
        found["error_subcode"] = subcode
    if details:
        found["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return {"error": found}


@dataclass
class Graph:
    """One business: its number, its page, its templates, what it was asked to send, how the API is today."""

    base: str = ""
    #: Bodies of what was taken, by its id; in order.
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: (name, language) → the template as listed.
    templates: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    #: What a template becomes when it is handed in: its status and category.
    verdict: tuple[str, str] = ("PENDING", "UTILITY")
    #: Status and document that answer the next call, whatever it is.
    instead: list[tuple[int, Any]] = field(default_factory=list)
    #: Called with a whole answer; what it returns is written in its place (None: hang up).
    mangle: Callable[[bytes], bytes | None] | None = None
    #: Seconds until an answer.
    slow_s: float = 0.0
    per_page: int = 2
    #: (method, path) of every call.
    calls: list[tuple[str, str]] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:  # noqa: PLR0911 - a list of routes
        """Answer a call."""
        url = urlsplit(target)
        version, _, path = url.path.strip("/").partition("/")
        self.calls.append((method, path))
        if self.instead:
            return self.instead.pop(0)
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, error(190)
        if not version.startswith("v"):
            return 400, error(2500)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        match method, path:
            case "POST", p if p == f"{NUMBER}/messages":
                return self._whatsapp(json.loads(body))
            case "POST", p if p == f"{PAGE}/messages":
                return self._messenger(json.loads(body))
            case "GET", p if p in {f"{WABA}/message_templates", f"{PAGE}/message_templates"}:
                return self._list(query)
            case "POST", p if p in {f"{WABA}/message_templates", f"{PAGE}/message_templates"}:
                return self._create(json.loads(body))
            case "GET", p if p == NUMBER:
                return 200, {"id": NUMBER, "verified_name": "Teapots", "quality_rating": "GREEN", "display_phone_number": "+1 555-078-3881"}
            case "GET", p if p == PAGE:
                return 200, {"id": PAGE, "name": "Teapots"}
        if method == "POST" and path in {one["id"] for one in self.templates.values()}:
            return self._change(path, json.loads(body))
        return 400, error(100, 33)

    def _change(self, ident: str, body: dict[str, Any]) -> tuple[int, Any]:
        key = next(key for key, one in self.templates.items() if one["id"] == ident)
        self.templates[key] |= {"components": body["components"], "status": "PENDING"}
        return 200, {"success": True}

    def _whatsapp(self, body: dict[str, Any]) -> tuple[int, Any]:
        kind = body.get("type", "")
        if (
            body.get("messaging_product") != "whatsapp"
            or not isinstance(body.get(kind), dict)
            or not (body.get("to") or body.get("recipient"))
        ):
            return 400, error(100)
        if kind == "template":
            template = body["template"]
            there = self.templates.get((template["name"], template["language"]["code"]))
            if there is None or there["status"] != "APPROVED":
                return 404, error(132001)
            said = next(part["text"] for part in there["components"] if part["type"] == "BODY")
            given = [part["parameters"] for part in template.get("components", []) if part["type"] == "body"]
            if said.count("{{") != sum(map(len, given)):
                return 400, error(132000)
        if kind == "text" and len(body["text"]["body"]) > _LONGEST["text"]:
            return 400, error(131009)
        if kind == "interactive" and len(body["interactive"]["body"]["text"]) > _LONGEST["body"]:
            return 400, error(131009)
        wamid = f"wamid.{next(self._ids)}"
        self.taken[wamid] = body
        contact = {"input": body.get("to", body.get("recipient")), "wa_id": str(body.get("to", "")).lstrip("+")}
        return 200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid, "message_status": "accepted"}]}

    def _messenger(self, body: dict[str, Any]) -> tuple[int, Any]:
        if body.get("messaging_type") not in {"RESPONSE", "UTILITY"} or not body.get("recipient", {}).get("id"):
            return 400, error(100)
        if body["recipient"]["id"] != PSID:
            return 400, error(100, 2018001)
        mid = f"m_{next(self._ids)}"
        self.taken[mid] = body
        return 200, {"recipient_id": PSID, "message_id": mid}

    def _list(self, query: dict[str, str]) -> tuple[int, Any]:
        every = [self.templates[key] for key in sorted(self.templates) if query.get("name", "") in key[0]]
        start = int(query.get("after", "0"))
        shown, end = every[start : start + self.per_page], start + self.per_page
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(every):
            paging["next"] = f"{self.base}/v25.0/{WABA}/message_templates?after={end}"
        return 200, {"data": shown, "paging": paging}

    def _create(self, body: dict[str, Any]) -> tuple[int, Any]:
        key = (body["name"], body["language"])
        if key in self.templates:
            return 400, error(100, 2388024)
        status, category = self.verdict
        self.have(*key, status=status, category=category, components=body["components"])
        return 200, {"id": "1", "status": status, "category": category}

    def have(self, name: str, language: str, **rest: Any) -> None:
        """Have a template."""
        components = [{"type": "BODY", "text": "Hello {{1}}, it is on its way."}]
        ident = str(7_000 + len(self.templates))
        listed = {"name": name, "language": language, "status": "APPROVED", "category": "UTILITY", "id": ident, "components": components}
        self.templates[name, language] = {**listed, **rest}


@asynccontextmanager
async def graph_api() -> AsyncIterator[Graph]:
    """Serve the API for a while."""
    graph = Graph()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                method, target, _ = line.decode().split()
                headers = {}
                while (row := await reader.readline()).strip():
                    name, _, value = row.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status, document = graph.answer(method, target, headers, body)
                said = document if isinstance(document, bytes) else json.dumps(document).encode()
                head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(said)}\r\n\r\n"
                whole: bytes | None = head.encode() + said
                if graph.mangle is not None:
                    whole = graph.mangle(head.encode() + said)
                await asyncio.sleep(graph.slow_s)
                if whole is None:
                    break
                writer.write(whole)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    graph.base = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"
    try:
        yield graph
    finally:
        running.close()


def whatsapp_settings(graph: Graph, **rest: str) -> dict[str, str]:
    """A connection to it."""
    given = {"phone_number_id": NUMBER, "waba_id": WABA, "access_token": TOKEN, "app_secret": "s3cret", "verify_token": "v3rify"}
    return {**given, "base_url": graph.base, **rest}


def messenger_settings(graph: Graph) -> dict[str, str]:
    """A connection to it."""
    return {"page_id": PAGE, "access_token": TOKEN, "app_secret": "s3cret", "verify_token": "v3rify", "base_url": graph.base}


def webhook(value: dict[str, Any], field_name: str = "messages") -> bytes:
    """A webhook of WhatsApp's."""
    whole = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER}, **value}
    change = {"field": field_name, "value": whole if field_name == "messages" else value}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]}).encode()


def status(wamid: str, word: str, ours: str | None = None, **rest: Any) -> bytes:
    """What became of a message."""
    told: dict[str, Any] = {"id": wamid, "status": word, "timestamp": "1764417600", "recipient_id": CUSTOMER.lstrip("+"), **rest}
    if ours:
        told["biz_opaque_callback_data"] = ours
    return webhook({"statuses": [told]})


def template_update(name: str, language: str, event: str, category: str = "UTILITY", reason: str = "NONE") -> bytes:
    """What became of a template."""
    value = {"message_template_name": name, "message_template_language": language, "event": event, "reason": reason}
    return webhook({**value, "message_template_category": category}, "message_template_status_update")


def category_update(name: str, language: str, category: str) -> bytes:
    """A template's new category."""
    value = {"message_template_name": name, "message_template_language": language, "new_category": category}
    return webhook(value, "template_category_update")
