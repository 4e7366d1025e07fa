"""Carriers as their published protocols describe them, over real HTTP on the loopback; the parcels are what a test says."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    queries: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in self.queries.items()}

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


#: Status, document, further headers.
Reply = tuple[int, Any, dict[str, str]]


@dataclass
class Vendor:
    """One vendor: what it knows, what it was asked, how it is today."""

    #: Number → what the vendor would say of it, as its own document.
    parcels: dict[str, Any] = field(default_factory=dict)
    #: Numbers asked, in order; one entry for each number of a batch.
    asked: list[str] = field(default_factory=list)
    #: Numbers of each call.
    calls: list[list[str]] = field(default_factory=list)
    registered: set[str] = field(default_factory=set)
    tokens: list[str] = field(default_factory=list)
    #: Tokens that have ended.
    ended: set[str] = field(default_factory=set)
    lasts_s: int = 3600
    #: A status that answers everything (its token endpoint excepted), and its headers.
    down: tuple[int, dict[str, str]] | None = None
    #: Credentials it knows.
    client: tuple[str, str] = ("our-client", "our-secret")
    key: str = "our-key"
    #: Waits for this before it answers.
    gate: asyncio.Event | None = None
    base: str = ""

    def once_each(self) -> bool:
        return max(Counter(self.asked).values(), default=0) <= 1

    def token(self, given: tuple[str, str], **rest: Any) -> Reply:
        if given != self.client:
            return 401, {"response": {"errors": [{"code": "10401", "message": "ClientId is Invalid"}]}}, {}
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        return 200, {"token_type": "Bearer", "access_token": self.tokens[-1], "expires_in": self.lasts_s, **rest}, {}

    def admits(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return given in self.tokens and given not in self.ended

    def look_up(self, numbers: list[str]) -> None:
        self.asked += numbers
        self.calls.append(numbers)


def _login(request: Request) -> tuple[str, str]:
    given = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
    name, _, secret = given.partition(":")
    return name, secret


def ups(vendor: Vendor, request: Request) -> Reply:
    if request.path == "/security/v1/oauth/token":
        assert request.method == "POST"
        assert request.form == {"grant_type": "client_credentials"}
        return vendor.token(_login(request))
    assert request.path.startswith("/api/track/v1/details/")
    assert request.headers["transid"]
    assert request.headers["transactionsrc"]
    if not vendor.admits(request):
        return 401, {"response": {"errors": [{"code": "250002", "message": "Invalid Authentication Information."}]}}, {}
    number = unquote(request.path.rpartition("/")[2])
    vendor.look_up([number])
    if number not in vendor.parcels:
        return 404, {"response": {"errors": [{"code": "TW0001", "message": "Tracking Information Not Found"}]}}, {}
    return 200, vendor.parcels[number], {}


def fedex(vendor: Vendor, request: Request) -> Reply:
    if request.path == "/oauth/token":
        form = request.form
        assert form["grant_type"] == "client_credentials"
        if (form["client_id"], form["client_secret"]) != vendor.client:
            return 401, {"transactionId": "t", "errors": [{"code": "NOT.AUTHORIZED.ERROR", "message": "no"}]}, {}
        return vendor.token(vendor.client, scope="CXS")
    assert (request.method, request.path) == ("POST", "/track/v1/trackingnumbers")
    if not vendor.admits(request):
        return 401, {"transactionId": "t", "errors": [{"code": "NOT.AUTHORIZED.ERROR", "message": "Access token expired."}]}, {}
    assert request.document["includeDetailedScans"] is True
    numbers = [info["trackingNumberInfo"]["trackingNumber"] for info in request.document["trackingInfo"]]
    if len(numbers) > 30:
        return 400, {"errors": [{"code": "TRACKING.TRACKINGNUMBERS.EXCEEDED", "message": "too many"}]}, {}
    if "MALFORMED" in numbers:
        return 400, {"errors": [{"code": "TRACKING.TRACKINGNUMBER.INVALID", "message": "invalid"}]}, {}
    vendor.look_up(numbers)
    missing = {"error": {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND", "message": "Tracking number cannot be found."}}
    results = [
        vendor.parcels.get(n)
        or {"trackingNumber": n, "trackResults": [{"trackingNumberInfo": {"trackingNumber": n, "trackingNumberUniqueId": ""}, **missing}]}
        for n in numbers
    ]
    return 200, {"transactionId": f"call-{len(vendor.calls)}", "output": {"completeTrackResults": results}}, {}


def seventeentrack(vendor: Vendor, request: Request) -> Reply:
    def refused(code: int, numbers: list[str]) -> list[dict[str, Any]]:
        return [{"number": n, "error": {"code": code, "message": "no"}} for n in numbers]

    if request.headers.get("17token") != vendor.key:
        return 401, {"code": 0, "data": {"errors": [{"code": -18010002, "message": "Access token is invalid."}]}}, {}
    numbers = [item["number"] for item in request.document]
    assert 0 < len(numbers) <= 40
    match request.path.rpartition("/")[2]:
        case "register":
            vendor.registered |= set(numbers)
            return 200, {"code": 0, "data": {"accepted": [{"number": n, "carrier": 3011} for n in numbers], "rejected": []}}, {}
        case "gettrackinfo":
            vendor.look_up(numbers)
            known = [vendor.parcels[n] for n in numbers if n in vendor.registered and n in vendor.parcels]
            strangers = refused(-18019902, [n for n in numbers if n not in vendor.registered])
            silent = refused(-18019909, [n for n in numbers if n in vendor.registered and n not in vendor.parcels])
            return 200, {"code": 0, "data": {"accepted": known, "rejected": strangers + silent}}, {}
    raise AssertionError(request.path)


def usps(vendor: Vendor, request: Request) -> Reply:
    if request.path == "/oauth2/v3/token":
        given = request.document
        assert given["grant_type"] == "client_credentials"
        if (given["client_id"], given["client_secret"]) != vendor.client:
            return 401, {"error": "invalid_client", "error_description": "Client authentication failed."}, {}
        return vendor.token(vendor.client, scope="tracking")
    if not vendor.admits(request):
        return 401, {"apiVersion": "/tracking/v3", "error": {"code": "401", "message": "Unauthorized"}}, {}
    assert request.path.startswith("/tracking/v3/tracking/")
    assert request.query == {"expand": "DETAIL"}
    missing = {"apiVersion": "/tracking/v3", "error": {"code": "404", "message": "The tracking number is not known."}}
    return _one(vendor, request.path.rpartition("/")[2], missing)


def _one(vendor: Vendor, number: str, missing: Any) -> Reply:
    vendor.look_up([unquote(number)])
    return (200, vendor.parcels[number], {}) if number in vendor.parcels else (404, missing, {})


def dhl_universal(vendor: Vendor, request: Request) -> Reply:
    if request.headers.get("dhl-api-key") != vendor.key:
        return 401, {"title": "Unauthorized", "status": 401, "detail": "no"}, {}
    assert request.path == "/track/shipments"
    missing = {"title": "No result found", "status": 404, "detail": "No shipment with given tracking number found."}
    return _one(vendor, request.query["trackingNumber"], missing)


def aftership(vendor: Vendor, request: Request) -> Reply:
    if request.headers.get("as-api-key") != vendor.key:
        return 401, {"meta": {"code": 401, "type": "Unauthorized", "message": "The API key is invalid."}, "data": {}}, {}
    assert request.path == "/tracking/2025-01/trackings"
    if request.method == "POST":
        number = request.document["tracking_number"]
        if number in vendor.registered:
            return 400, {"meta": {"code": 4003, "type": "BadRequest", "message": "Tracking already exists."}, "data": {}}, {}
        vendor.registered.add(number)
        return 201, {"meta": {"code": 201}, "data": {"tracking_number": number}}, {}
    numbers = request.query["tracking_numbers"].split(",")
    vendor.look_up(numbers)
    known = [vendor.parcels[n] for n in numbers if n in vendor.registered and n in vendor.parcels]
    return 200, {"meta": {"code": 200}, "data": {"pagination": {}, "trackings": known}}, {}


def easypost(vendor: Vendor, request: Request) -> Reply:
    if _login(request) != (vendor.key, ""):
        return 401, {"error": {"code": "APIKEY.INACTIVE", "message": "no"}}, {}
    assert (request.method, request.path) == ("POST", "/v2/trackers")
    number = request.document["tracker"]["tracking_code"]
    vendor.look_up([number])
    if number not in vendor.parcels:
        return 422, {"error": {"code": "TRACKER.CREATE.ERROR", "message": "no such number", "errors": []}}, {}
    return (200 if number in vendor.registered else 201), vendor.parcels[number], {}


def shippo(vendor: Vendor, request: Request) -> Reply:
    if request.headers.get("authorization") != f"ShippoToken {vendor.key}":
        return 401, {"detail": "Invalid token"}, {}
    _, tracks, carrier, number = request.path.split("/")
    assert (tracks, carrier) == ("tracks", "usps")
    vendor.look_up([number])
    if number not in vendor.parcels:
        return 404, b"<h1>Not Found</h1><p>There is no such page.</p>", {"content-type": "text/html"}
    return 200, vendor.parcels[number], {}


def canadapost(vendor: Vendor, request: Request) -> Reply:
    if _login(request) != vendor.client:
        return 401, b'<messages xmlns="http://www.canadapost.ca/ws/messages"><message><code>E002</code></message></messages>', {}
    assert request.headers["accept"] == "application/vnd.cpc.track-v2+xml"
    *_, pin, number, detail = request.path.split("/")
    assert (pin, detail) == ("pin", "detail")
    missing = (
        b'<messages xmlns="http://www.canadapost.ca/ws/track"><message><code>004</code><description>none</description></message></messages>'
    )
    return _one(vendor, number, missing)


def postnl(vendor: Vendor, request: Request) -> Reply:
    if request.headers.get("apikey") != vendor.key:
        return 401, {"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}}, {}
    assert request.path.startswith("/shipment/v2/status/barcode/")
    assert request.query["detail"] == "true"
    missing = {"Errors": [{"Description": "No shipment found", "Code": "13"}]}
    return _one(vendor, request.path.rpartition("/")[2], missing)


def gls(vendor: Vendor, request: Request) -> Reply:
    if request.path == "/oauth2/v2/token":
        assert request.method == "POST"
        assert request.form == {"grant_type": "client_credentials"}
        return vendor.token(_login(request), scope="")
    if not vendor.admits(request):
        return 401, b"<html><body>Authorization failed</body></html>", {"content-type": "text/html"}
    assert request.path.startswith("/track-and-trace-v1/tracking/simple/trackids/")
    assert request.query == {"showEvents": "true"}
    numbers = [unquote(number) for number in request.path.rpartition("/")[2].split(",")]
    assert 0 < len(numbers) <= 10
    vendor.look_up(numbers)
    missing = {"errorCode": "E_404_01", "errorMessage": "Resource Not Found"}
    return 200, {"parcels": [vendor.parcels.get(n) or {"requested": n, **missing} for n in numbers]}, {}


def nova_poshta(vendor: Vendor, request: Request) -> Reply:
    def refused(code: str, text: str, *warnings: str) -> Reply:
        return 200, {"success": False, "data": [], "errors": [text], "warnings": list(warnings), "errorCodes": [code]}, {}

    assert (request.method, request.path) == ("POST", "/v2.0/json/")
    asked = request.document
    assert (asked["modelName"], asked["calledMethod"]) == ("TrackingDocument", "getStatusDocuments")
    if asked["apiKey"] != vendor.key:
        return refused("20000200068", "API key expired")
    numbers = [document["DocumentNumber"] for document in asked["methodProperties"]["Documents"]]
    assert 0 < len(numbers) <= 100
    vendor.look_up(numbers)
    if misspelt := [n for n in numbers if not (n.isdigit() and len(n) == 14)]:
        return refused("20001401442", "Document number is not correct", *(f"Invalid DocumentNumber: {n}" for n in misspelt))
    missing = {"StatusCode": "3", "Status": "Номер не знайдено"}
    return 200, {"success": True, "data": [vendor.parcels.get(n) or {"Number": n, **missing} for n in numbers], "errors": []}, {}


def nova_post(vendor: Vendor, request: Request) -> Reply:
    if request.path == "/clients/authorization":
        if request.query["apiKey"] != vendor.key:
            return 401, {"errors": {"apiKey": "Unauthorized"}}, {}
        status, document, headers = vendor.token(vendor.client)
        return status, {"jwt": document["access_token"]}, headers
    if request.headers.get("authorization", "").startswith("Bearer") or not vendor.admits(request):
        return 401, {"errors": {"": "Unauthorized"}}, {}
    assert (request.method, request.path) == ("GET", "/shipments/tracking/history")
    numbers = request.queries["numbers[]"]
    vendor.look_up(numbers)
    return 200, {"items": [vendor.parcels[n] for n in numbers if n in vendor.parcels]}, {}


PROTOCOLS: dict[str, Callable[[Vendor, Request], Reply]] = {
    "ups": ups,
    "fedex": fedex,
    "17track": seventeentrack,
    "usps": usps,
    "dhl_universal": dhl_universal,
    "aftership": aftership,
    "easypost": easypost,
    "shippo": shippo,
    "canadapost": canadapost,
    "postnl": postnl,
    "gls": gls,
    "nova_poshta": nova_poshta,
    "nova_post": nova_post,
}


async def _read(reader: asyncio.StreamReader) -> Request | None:
    if not (line := await reader.readline()):
        return None
    method, target, _ = line.decode().split()
    headers: dict[str, str] = {}
    while (row := await reader.readline()) not in (b"\r\n", b""):
        name, _, value = row.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    return Request(method, parts.path, parse_qs(parts.query), headers, body)


async def _reply(vendor: Vendor, protocol: Callable[[Vendor, Request], Reply], request: Request) -> bytes:
    if vendor.gate is not None:
        await vendor.gate.wait()
    if vendor.down is not None and "auth" not in request.path:
        status, headers = vendor.down
        document: Any = {"error": {"code": str(status), "message": "not today"}}
    else:
        status, document, headers = protocol(vendor, request)
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    lines = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{told}\r\n".encode() + body


@asynccontextmanager
async def serving(slug: str) -> AsyncIterator[Vendor]:
    """Serve one vendor's protocol."""
    vendor = Vendor()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                writer.write(await _reply(vendor, PROTOCOLS[slug], request))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    vendor.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield vendor
    finally:
        server.close()


def ups_parcel(number: str, *scans: tuple[str, str, str]) -> dict[str, Any]:
    """UPS's answer: scans are (type, code, "YYYY-MM-DD HH:MM" in UTC), oldest first."""
    activity = [
        {
            "location": {"address": {"city": "Madrid", "countryCode": "ES"}},
            "status": {"type": kind, "code": code, "description": f"{kind} {code}"},
            "date": at[:10].replace("-", ""),
            "time": at[11:].replace(":", "") + "00",
            "gmtDate": at[:10].replace("-", ""),
            "gmtTime": at[11:] + ":00",
            "gmtOffset": "+00:00",
        }
        for kind, code, at in reversed(scans)
    ]
    return {"trackResponse": {"shipment": [{"inquiryNumber": number, "package": [{"trackingNumber": number, "activity": activity}]}]}}


def fedex_parcel(number: str, *scans: tuple[str, str]) -> dict[str, Any]:
    """One of FedEx's results: scans are (event type, "YYYY-MM-DD HH:MM" in UTC), oldest first."""
    events = [
        {
            "date": at.replace(" ", "T") + ":00+00:00",
            "eventType": code,
            "eventDescription": code,
            "scanLocation": {"city": "Madrid", "countryCode": "ES"},
            "derivedStatusCode": code,
        }
        for code, at in reversed(scans)
    ]
    return {"trackingNumber": number, "trackResults": [{"trackingNumberInfo": {"trackingNumber": number}, "scanEvents": events}]}


def seventeentrack_parcel(number: str, *scans: tuple[str, str]) -> dict[str, Any]:
    """One of 17TRACK's records: scans are (sub-status, "YYYY-MM-DD HH:MM" in UTC), oldest first."""
    events = [
        {"time_iso": at.replace(" ", "T") + ":00+00:00", "time_utc": at.replace(" ", "T") + ":00Z", "description": code, "sub_status": code}
        for code, at in reversed(scans)
    ]
    provider = {"provider": {"key": 3011, "name": "China Post"}, "events": events}
    return {"number": number, "carrier": 3011, "track_info": {"tracking": {"providers": [provider]}}}
