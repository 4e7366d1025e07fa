"""The routes as Litestar describes them → the whole OpenAPI 3.1 document: bodies, errors, examples, how to enter."""

import copy
from typing import Any

from litestar import Request, Response, Router, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.status_codes import HTTP_404_NOT_FOUND
from typing_extensions import override

from doorstep import __version__
from doorstep.web.api.action_shapes import action_schemas
from doorstep.web.api.examples import EXAMPLES
from doorstep.web.api.forms import body_of_rows, row_schemas
from doorstep.web.api.reference import reference_page
from doorstep.web.api.scopes import APP_SCOPES, SCOPES
from doorstep.web.api.sending import MOST_ROWS
from doorstep.web.problems import problem

_ROOT = "/api/v1"
_DESCRIPTION = f"""\
Send orders and checkpoints; read shipments, messages and why they were sent.

**To enter** send `Authorization: Bearer dk_…`, a key made by `doorstep merchant key`. A key belongs to one merchant, has scopes \
({", ".join(f"`{scope}`" for scope in SCOPES)}) and a rate; beyond the rate the answer is 429 with `Retry-After`.

**The brand's own app** comes in by another door, below `/app`: with `Authorization: Bearer` and a token that your server signs for \
each customer, a JSON Web Token of HS256 with the `secret` of the connection "In-app". Its header has `kid`, the last part of the \
connection's address; its claims `customer_id`, `exp` (at most 31 days ahead) and, where your server knows them to be the customer's own, \
`email` and `phone`. `scope` may narrow it ({", ".join(f"`{scope}`" for scope in APP_SCOPES)}).

**Ids** of ours are texts of digits: they may exceed what JavaScript's numbers hold.

**Lists** come in pages: send `next` of one page as `cursor` to get the following one.

**To repeat safely** send `Idempotency-Key` with a POST: the same request under the same key within 24 hours has no second \
effect and gets the same answer; another request under that key gets 409.

**Errors** are `application/problem+json` (RFC 9457); `detail` says what was wrong and what to do.
"""
_PROBLEM = {
    "type": "object",
    "description": "What was wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong and what to do."},
        "errors": {"type": "array", "description": "The fields that do not fit.", "items": {"type": "object"}},
        "accepted": {"type": "integer", "description": "With rows: how many were kept."},
        "rejected": {"type": "array", "description": "With rows: those that could not be read.", "items": {"type": "object"}},
        "code": {"type": "string", "description": "With actions: why it is refused."},
        "facts": {"type": "object", "description": "With actions: what the refusal is about."},
        "sentence": {"type": "string", "description": "With actions: why not, and what is possible instead, in English."},
        "instead": {"type": "array", "description": "With actions: what may be asked for instead.", "items": {"type": "string"}},
        "needs": {"type": "string", "description": "With actions: how sure it must be who asks."},
    },
    "examples": [{"type": "about:blank", "title": "Not found", "status": 404, "detail": "there is no such order"}],
}
_ALWAYS = {
    "400": "The request cannot be read; `detail` or `errors` says where.",
    "401": "No API key, or one that is unknown or was revoked.",
    "403": "The key lacks the scope.",
    "429": "Too many requests for this key; see Retry-After.",
    "503": "The database is away; try again after Retry-After.",
}
_OF_APP = {
    "401": "No token of a customer, or one that is forged or over.",
    "403": "The token lacks the scope.",
    "429": "Too many requests of one customer; see Retry-After.",
}
_WITH_BODY = {"413": "The body is too large.", "415": "The body is not application/json."}
_WITH_ID = {"404": "There is no such thing, or it is another merchant's."}
_WITHOUT_ANSWER = {"404": "Parcels on this lane take longer than can be promised."}
_WITH_KEY = {"409": "The Idempotency-Key was used for another request, or the request contradicts what is recorded."}
_REFUSES = {
    "422": "The action is refused: `code` says why, `facts` what it is about, `instead` what is possible, `needs` how sure it must be who asks."
}
_FAULTY = {"422": "Something is wrong with it; `errors` says all that is, and nothing was changed."}
#: Operations whose body is a value of several kinds → its schema.
_FORMS = {"prepareAction": "action.ActionForm", "doAction": "action.ActionForm"}
#: Operations that are refused with a code.
_REFUSING = frozenset({*_FORMS, "confirmAction"})
_CALM = {"retry-after": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


def finished(described: dict[str, Any]) -> dict[str, Any]:
    """Complete the document that Litestar made of the routes."""
    document = copy.deepcopy(described)
    document["paths"] = {path: item for path, item in document["paths"].items() if path.startswith(_ROOT + "/")}
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas |= row_schemas() | action_schemas()
    schemas["Problem"] = _PROBLEM
    parts["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, dk_…"},
        "customer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A customer's token, signed by the shop."},
    }
    document["security"] = [{"key": []}]
    for path, item in document["paths"].items():
        for operation in item.values():
            _finish(operation, path)
    return document


def _finish(operation: dict[str, Any], path: str) -> None:
    name = operation["operationId"]
    sent, answered = EXAMPLES[name]
    if row := {"sendOrders": "order", "sendCheckpoints": "tracking"}.get(name):
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body_of_rows(row, MOST_ROWS)}}}
    if form := _FORMS.get(name):
        schema = {"$ref": f"#/components/schemas/{form}"}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if body := operation.get("requestBody"):
        body["content"]["application/json"]["example"] = sent
    responses = operation["responses"]
    for status, response in responses.items():
        if status.startswith("2") and answered is not None:
            response["content"]["application/json"]["example"] = answered
    once = any(parameter["name"].lower() == "idempotency-key" for parameter in operation.get("parameters", ()))
    removes = "{" in path and name.startswith(("lift", "remove"))
    unanswered = _WITHOUT_ANSWER if name == "readPromise" else {}
    of_app = _OF_APP if path.startswith(f"{_ROOT}/app/") else {}
    if of_app:
        operation["security"] = [{"customer": []}]
    told = (
        _ALWAYS
        | of_app
        | unanswered
        | (_WITH_BODY if body else {})
        | (_WITH_ID if "{" in path else {})
        | (_WITH_KEY if once or removes else {})
        | (_REFUSES if name in _REFUSING else {})
        | (_FAULTY if name == "putTalks" else {})
    )
    for status, description in told.items():
        responses[status] = {
            "description": description,
            **({"headers": _CALM} if status in {"429", "503"} else {}),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


class _Document(JsonRenderPlugin):
    """The finished document, beside the page of it."""

    @override
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Write the document."""
        return self.render_json(request, finished(openapi_schema))


class _Page(OpenAPIRenderPlugin):
    """The document as one page that loads nothing."""

    @override
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Write the page."""
        return reference_page(finished(openapi_schema)).encode()


@get(f"{_ROOT}/openapi.json", include_in_schema=False, sync_to_thread=False, opt={"public": True})
def openapi_document(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Serve the document; it holds no secret, so that it needs no key."""
    return Response(finished(request.app.openapi_schema.to_schema()), media_type="application/vnd.oai.openapi+json")


async def _said_as_a_problem(response: Response[Any]) -> Response[Any]:
    """Answer as the rest of the API does for what is not beside the page; the framework would send a page of its own."""
    if response.status_code != HTTP_404_NOT_FOUND:
        return response
    return problem(HTTP_404_NOT_FOUND, f"there is nothing here; the reference is at {_ROOT}/docs, the document at {_ROOT}/openapi.json")


OPENAPI = OpenAPIConfig(
    title="Doorstep API",
    version=__version__,
    description=_DESCRIPTION,
    openapi_router=Router(f"{_ROOT}/docs", route_handlers=[], include_in_schema=False, after_request=_said_as_a_problem),
    render_plugins=[_Page(path="/"), _Document(path="/openapi.json")],
    use_handler_docstrings=True,
)
