"""A request → who is at the desk and what they may do; the one place that lets anybody in."""

import hmac
import secrets
from datetime import timedelta
from functools import partial
from typing import Any, cast

import structlog
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.exceptions import HTTPException, NotFoundException
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.errors import BadInputError, ConflictError, NotFoundError, TryLaterError
from doorstep.steps.directory import Tenant
from doorstep.steps.work import utc_now
from doorstep.store import access, connections
from doorstep.store.access import DeskUser
from doorstep.store.database import Tx
from doorstep.web import tenants
from doorstep.web.desk import roles
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text, is_same_origin, network_of
from doorstep.web.look.rendering import DESK_CSP, page
from doorstep.web.network import Buckets

_LOG = structlog.get_logger()
_COOKIE = "doorstep_desk"
_LASTS_S = 12 * 3600
#: Attempts to log in, a quarter of an hour: by network and by e-mail address.
_FROM_A_NETWORK, _AT_AN_EMAIL, _PER = 20, 8, timedelta(minutes=15)
_NETWORKS, _EMAILS = Buckets(_FROM_A_NETWORK, _PER.total_seconds()), Buckets(_AT_AN_EMAIL, _PER.total_seconds())
#: Ids are PostgreSQL's bigint.
_MOST_ID = 2**63 - 1


async def admit(request: Request[Any, Any, State]) -> Response[Any] | None:
    """Run before every route of the desk: a session for all but the log-in, for a POST its token, for everything the right role.

    A route says `opt={"public": True}` to be reached without a session. Who else may see or change what stands in `roles`; a route
    that the table there does not have is for owners.
    """
    if request.route_handler.opt.get("public"):
        return None
    house = house_of(request)
    session = request.cookies.get(_COOKIE, "")
    user = None
    if session:
        async with house.database.system() as tx:
            user = await access.user_of(tx, clean_text(session), utc_now())
    if user is None:
        return Redirect("/desk/login", status_code=303)
    request.state.user = user
    if request.method == "POST":
        given = (await request.form()).get("csrf")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), user.csrf.encode()):
            return _refused(user, "This form is too old or came from another page. Open the page again and retry.")
    need = roles.need_of(str(request.method), request.scope["path_template"])
    if not roles.may(user.role, need):
        return _refused(user, roles.only(need))
    await tenants.tenant_of(house, user.merchant_id)
    return None


def user_of(request: AnyRequest) -> DeskUser:
    """Whoever `admit` let in."""
    return cast("DeskUser", request.state.user)


def session_of(request: AnyRequest) -> str:
    """The session the request came by; "" none."""
    return clean_text(request.cookies.get(_COOKIE, ""))


def typed_password(value: object) -> str:
    """Take a password from a form, whatever its signs are."""
    return value.encode("utf-8", "replace").decode()[:1000] if isinstance(value, str) else ""


def tenant_of(request: AnyRequest) -> Tenant:
    """The merchant of whoever `admit` let in.

    Raises:
        NotFoundError: it is gone.
    """
    tenant = house_of(request).directory.tenant(user_of(request).merchant_id)
    if tenant is None:
        raise NotFoundError("there is no such merchant")
    return tenant


def id_of(number: int) -> int:
    """Check an id from an address.

    Raises:
        NotFoundError: no row can have it.
    """
    if not 0 < number <= _MOST_ID:
        raise NotFoundError("there is nothing here")
    return number


def before_of(request: AnyRequest) -> int | None:
    """Read `?before=`, the id a page of a list starts below; None: from the newest."""
    text = request.query_params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 - bigint


async def note(tx: Tx, request: AnyRequest, action: str, detail: str = "") -> None:
    """Write down who did what."""
    user = user_of(request)
    await connections.audit(tx, user.merchant_id, f"user {user.user_id}", action, detail)


def desk_page(request: AnyRequest, template: str, *, status: int = 200, **values: object) -> Response[str]:
    """Answer with a page of the desk."""
    return framed_page(request, template, DESK_CSP, status, values)


def framed_page(request: AnyRequest, template: str, csp: str, status: int, values: dict[str, object]) -> Response[str]:
    """Answer with a page of the desk that has a policy of its own."""
    user, tenant = user_of(request), tenant_of(request)
    frame: dict[str, object] = {"user": user, "merchant": tenant.merchant, "path": request.url.path}
    changing = roles.change_of(request.scope["path_template"])
    frame |= {"may_change": roles.may(user.role, changing), "only": roles.only(changing), "sees": partial(roles.may_see, user.role)}
    frame["changes_of"] = partial(roles.may_change, user.role)
    return page(f"desk/{template}", status=status, csp=csp, referrer="same-origin", **(frame | values))


def _bare(title: str, text: str, status: int, user: DeskUser | None = None) -> Response[str]:
    values = {"title": title, "text": text, "user": user}
    return page("desk/sorry.html", status=status, csp=DESK_CSP, referrer="same-origin", **values)


def _refused(user: DeskUser, text: str) -> Response[str]:
    return _bare("Not allowed", text, 403, user)


def _user(request: AnyRequest) -> DeskUser | None:
    return cast("DeskUser | None", request.state.get("user"))


def missing(request: AnyRequest, _: Exception) -> Response[str]:
    """Answer for what this merchant does not have, whether or not another one does."""
    return _bare("Not found", "There is nothing at this address, or not any more.", 404, _user(request))


def wrong(request: AnyRequest, error: Exception) -> Response[str]:
    """Answer for a form that cannot be taken."""
    return _bare("That did not work", str(error), 409 if isinstance(error, ConflictError) else 400, _user(request))


def busy(request: AnyRequest, _: Exception) -> Response[str]:
    """Answer while the database is away."""
    return _bare("Back in a moment", "The database is away. Nothing is lost; try again in a minute.", 503, _user(request))


def refused(request: AnyRequest, error: HTTPException) -> Response[str]:
    """Answer for what the framework refuses."""
    return _bare("That did not work", error.detail, error.status_code, _user(request))


def failed(request: AnyRequest, error: Exception) -> Response[str]:
    """Answer for an error nobody foresaw."""
    _LOG.exception("desk_failed", route=", ".join(sorted(request.route_handler.paths)), exc_info=error)
    return _bare("An error of ours", "The log has it under desk_failed.", 500, _user(request))


ERRORS: Any = {
    NotFoundError: missing,
    NotFoundException: missing,
    BadInputError: wrong,
    ConflictError: wrong,
    TryLaterError: busy,
    HTTPException: refused,
    Exception: failed,
}


def _login_form(error: str = "", email: str = "", status: int = 200) -> Response[str]:
    return page("desk/login.html", status=status, csp=DESK_CSP, referrer="same-origin", error=error, email=email)


@get("/login", opt={"public": True}, include_in_schema=False)
async def login_page() -> Response[str]:
    """Ask for e-mail address and password."""
    return _login_form()


@post("/login", opt={"public": True}, status_code=HTTP_200_OK, include_in_schema=False)
async def log_in(request: AnyRequest) -> Response[Any]:
    """Open a session."""
    form = await request.form()
    email, password = clean_text(form.get("email"), 320).lower(), form.get("password")
    if not is_same_origin(request):
        return _login_form("The form came from another page. Please try again here.", status=403)
    if not await _may_try(request, email):
        return _login_form("Too many attempts. Please wait a quarter of an hour.", email, status=429)
    house = house_of(request)
    session, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    async with house.database.system() as tx:
        user = await access.log_in(tx, email, typed_password(password), session, csrf, utc_now())
        if user is not None:
            await connections.audit(tx, user.merchant_id, f"user {user.user_id}", "log_in")
    if user is None:
        return _login_form("E-mail address or password is wrong.", email, status=401)
    answer = Redirect("/desk", status_code=303)
    answer.set_cookie(_cookie(session, _LASTS_S, secure=house.settings.base_url.startswith("https:")))
    return answer


async def _may_try(request: AnyRequest, email: str) -> bool:
    """Take one attempt from each count: first of this process, which costs nothing, then of all together."""
    network = network_of(request)
    if max(_NETWORKS.take(network), _EMAILS.take(email)):
        return False
    counts = {f"log_in network {network}": _FROM_A_NETWORK, f"log_in email {email}": _AT_AN_EMAIL}
    async with house_of(request).database.system() as tx:
        return await access.attempt(tx, 0, counts, _PER, utc_now())


@post("/logout", status_code=HTTP_200_OK, include_in_schema=False)
async def log_out(request: AnyRequest) -> Response[Any]:
    """End the session."""
    house = house_of(request)
    async with house.database.for_merchant(user_of(request).merchant_id) as tx:
        await access.log_out(tx, session_of(request), utc_now())
    answer = Redirect("/desk/login", status_code=303)
    answer.set_cookie(_cookie("", 0, secure=house.settings.base_url.startswith("https:")))
    return answer


def _cookie(value: str, max_age_s: int, *, secure: bool) -> Cookie:
    return Cookie(key=_COOKIE, value=value, max_age=max_age_s, path="/desk", httponly=True, samesite="lax", secure=secure)
