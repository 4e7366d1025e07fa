"""Errors → answers, by who must act: the one table, as problem+json (RFC 9457)."""

from typing import Any

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_401_UNAUTHORIZED, HTTP_500_INTERNAL_SERVER_ERROR

from doorstep.domain.actions.refusals import Refusal
from doorstep.domain.actions.saying import instead_text, refusal_text
from doorstep.errors import (
    BadInputError,
    BadSignatureError,
    ConflictError,
    DoorstepError,
    MisconfiguredError,
    NotFoundError,
    RefusedError,
    TryLaterError,
)
from doorstep.steps.talk_versions import FaultyTalksError

_LOG = structlog.get_logger()


class ActionRefusedError(DoorstepError):
    """What a customer may not do; answered with its code, what it is about and what is possible instead."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"this action is refused: {refusal.code}")
        self.refusal = refusal


#: The nearest class wins. A misconfigured connection is the merchant's to mend, so its sender is told to come back.
STATUS_OF: dict[type[DoorstepError], int] = {
    BadSignatureError: 401,
    BadInputError: 400,
    NotFoundError: 404,
    ConflictError: 409,
    RefusedError: 422,
    ActionRefusedError: 422,
    FaultyTalksError: 422,
    TryLaterError: 503,
    MisconfiguredError: 503,
}
_TITLES = {
    400: "Bad request",
    401: "Not authorised",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Refused",
    429: "Too many requests",
    503: "Try again later",
}
_KIND = "application/problem+json"
_UNSERVED = "the request cannot be served"
_OURS = "an error of ours; the log has it under request_failed"

AnyRequest = Request[Any, Any, Any]


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: object) -> Response[dict[str, object]]:
    """Make a problem+json answer; `detail` says what was wrong and what to do."""
    return Response(_body(status, detail, more), status_code=status, media_type=_KIND, headers=headers or {})


def _body(status: int, detail: str, more: dict[str, object]) -> dict[str, object]:
    return {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status, "detail": detail, **more}


def doorstep_error(_: AnyRequest, error: DoorstepError) -> Response[dict[str, object]]:
    """Answer for an error of the house."""
    status, detail, headers = _refusal(error)
    return problem(status, detail, headers, **_more(error))


def _more(error: DoorstepError) -> dict[str, object]:
    if isinstance(error, ActionRefusedError):
        return _of_action(error.refusal)
    return {"errors": [{"message": one} for one in error.faults]} if isinstance(error, FaultyTalksError) else {}


def _of_action(refusal: Refusal) -> dict[str, object]:
    """Tell why an action is refused, for programs, and in a sentence for whoever sits before them."""
    needs = {"needs": refusal.needs.name.lower()} if refusal.needs is not None else {}
    sentence = f"{refusal_text(refusal, 'en')} {instead_text(refusal, 'en')}".strip()
    return {"code": refusal.code, "sentence": sentence, "facts": refusal.facts, "instead": list(refusal.instead), **needs}


def _refusal(error: DoorstepError) -> tuple[int, str, dict[str, str]]:
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    headers = {}
    if isinstance(error, TryLaterError | MisconfiguredError):
        after_s = error.after_s if isinstance(error, TryLaterError) else None
        headers["retry-after"] = str(int(after_s or 60))
    if status == HTTP_401_UNAUTHORIZED:
        headers["www-authenticate"] = "Signature"
    return status, str(error), headers


def bare_answer(error: Exception) -> tuple[int, dict[str, str], bytes]:
    """Answer for any error outside the framework: status, headers, body. One nobody foresaw is logged whole."""
    if isinstance(error, DoorstepError):
        status, detail, headers = _refusal(error)
    elif isinstance(error, HTTPException):
        status, detail, headers = error.status_code, error.detail or _UNSERVED, dict(error.headers or {})
    else:
        _LOG.error("request_failed", exc_info=error)
        status, detail, headers = HTTP_500_INTERNAL_SERVER_ERROR, _OURS, {}
    return status, {**headers, "content-type": _KIND}, msgspec.json.encode(_body(status, detail, {}))


def http_error(_: AnyRequest, error: HTTPException) -> Response[dict[str, object]]:
    """Answer for what the framework refuses."""
    more = {"errors": error.extra} if isinstance(error.extra, list) and error.extra else {}
    return problem(error.status_code, error.detail or _UNSERVED, dict(error.headers or {}), **more)


def unforeseen(request: AnyRequest, error: Exception) -> Response[dict[str, object]]:
    """Answer for an error nobody foresaw: logged whole, told in one line."""
    _LOG.exception("request_failed", method=request.method, route=_route(request), exc_info=error)
    return problem(HTTP_500_INTERNAL_SERVER_ERROR, _OURS)


def _route(request: AnyRequest) -> str:
    """The route's template, never the address itself: addresses carry tokens."""
    handler = request.scope.get("route_handler")
    return ", ".join(sorted(getattr(handler, "paths", ())))


def wants_page(request: AnyRequest) -> bool:
    """Tell whether a person's browser asks."""
    return MediaType.HTML in request.headers.get("accept", "")
