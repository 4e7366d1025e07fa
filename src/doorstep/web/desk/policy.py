"""What customers may do, as the desk keeps it: in words, version by version, tried against past orders before it counts."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.actions.reading import look_over
from doorstep.actions.wording import differences, said
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.backtest import MOST, backtest, plain_returns
from doorstep.steps.policy_versions import Version, in_force, keep_draft, put_in_force, version, written
from doorstep.steps.work import utc_now
from doorstep.store import policies
from doorstep.web.desk.doors import desk_page, tenant_of, user_of
from doorstep.web.desk.policy_form import CHOICES, SECTIONS, shown, typed, with_form
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_lines, clean_text

_LONGEST, _LONGEST_NOTE = 200_000, 300
#: A number of a version is a PostgreSQL int.
_MOST_VERSION = 2**31 - 1
#: Days back that a test may look, and looks where nobody says.
_MOST_DAYS, _USUAL_DAYS, _ARRIVED_DAYS = 365, 30, 90
#: Rows of a test's list; its counts tell of all.
_LISTED = 200


@get("/policy", include_in_schema=False)
async def live_policy(request: AnyRequest) -> Response[str]:
    """Show what is in force, in words, and all versions."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        current = await in_force(tx, merchant_id, utc_now())
        every = await policies.versions(tx, merchant_id)
    values: dict[str, Any] = {
        "current": current,
        "versions": every,
        "sections": said(current.policy),
        "saved": request.query_params.get("saved", ""),
    }
    return desk_page(request, "policy.html", **values)


@get("/policy/{number:int}", include_in_schema=False)
async def one_version(request: AnyRequest, number: FromPath[int]) -> Response[str]:
    """Show one version in words, and what it says otherwise than another: the one in force, or the one asked for."""
    merchant_id, now = user_of(request).merchant_id, utc_now()
    against = clean_text(request.query_params.get("against"), 10)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        current = await in_force(tx, merchant_id, now)
        this = await version(tx, merchant_id, _number(number))
        other = await version(tx, merchant_id, _number(int(against))) if against.isascii() and against.isdigit() else current
        every = await policies.versions(tx, merchant_id)
    values: dict[str, Any] = {
        "this": this,
        "other": other,
        "current": current,
        "versions": every,
        "sections": said(this.policy),
        "differences": differences(other.policy, this.policy),
        "days": _USUAL_DAYS,
        "saved": request.query_params.get("saved", ""),
    }
    return desk_page(request, "policy_version.html", **values)


@get("/policy/{number:int}/test", include_in_schema=False)
async def try_version(request: AnyRequest, number: FromPath[int]) -> Response[str]:
    """Judge past requests, or the goods that arrived lately, by a version and by what is in force."""
    tenant, now = tenant_of(request), utc_now()
    merchant_id = tenant.merchant.merchant_id
    days, lately = _days(request.query_params.get("days")), request.query_params.get("of") == "arrived"
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        current = await in_force(tx, merchant_id, now)
        this = await version(tx, merchant_id, _number(number))
        if lately:
            days = _ARRIVED_DAYS
            found = await plain_returns(tx, tenant, current.policy, this.policy, now - timedelta(days=days), now)
        else:
            found = await backtest(tx, tenant, current.policy, this.policy, now - timedelta(days=days))
    values: dict[str, Any] = {
        "this": this,
        "current": current,
        "found": found,
        "days": days,
        "lately": lately,
        "most": MOST,
        "listed": _LISTED,
    }
    return desk_page(request, "policy_test.html", **values)


@post("/policy/{number:int}/live", status_code=HTTP_200_OK, include_in_schema=False)
async def go_live(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """Put a version into force from now on."""
    user = user_of(request)
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        await put_in_force(tx, user.merchant_id, _number(number), f"user {user.user_id}", utc_now())
    return Redirect("/desk/policy?saved=live", status_code=303)


@get("/policy/edit", include_in_schema=False)
async def policy_form(request: AnyRequest) -> Response[str]:
    """Show the form, filled in with a version; the one in force where none is named."""
    merchant_id = user_of(request).merchant_id
    wanted = clean_text(request.query_params.get("from"), 10)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        base = await _base(tx, merchant_id, wanted)
    return _form(request, base, shown(base.policy), written(base.policy).decode())


@post("/policy/edit", status_code=HTTP_200_OK, include_in_schema=False)
async def save_policy(request: AnyRequest) -> Response[Any]:
    """Keep what the form says as a new version that is not in force."""
    user, form = user_of(request), await request.form()
    note = clean_text(form.get("note"), _LONGEST_NOTE)
    as_text = form.get("as") == "json"
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        base = await _base(tx, user.merchant_id, clean_text(form.get("from"), 10))
        text = clean_lines(form.get("document"), _LONGEST) if as_text else ""
        try:
            document = text.encode() if as_text else written(with_form(base.policy, form))
            policy, wrong = look_over(document)
        except BadInputError as error:
            policy, wrong = None, [str(error)]
        if policy is not None and not wrong:
            number = await keep_draft(tx, user.merchant_id, policy, note, f"user {user.user_id}", utc_now())
            return Redirect(f"/desk/policy/{number}?saved=draft", status_code=303)
    if as_text:
        return _form(request, base, shown(base.policy), text, wrong=wrong, note=note, as_text=True)
    return _form(request, base, typed(form), written(base.policy).decode(), wrong=wrong, note=note)


async def _base(tx: Any, merchant_id: int, wanted: str) -> Version:
    if wanted.isascii() and wanted.isdigit():
        return await version(tx, merchant_id, _number(int(wanted)))
    return await in_force(tx, merchant_id, utc_now())


def _form(
    request: AnyRequest,
    base: Version,
    filled: dict[str, Any],
    document: str,
    *,
    wrong: list[str] | None = None,
    note: str = "",
    as_text: bool = False,
) -> Response[str]:
    values: dict[str, Any] = {
        "base": base,
        "sections": SECTIONS,
        "choices": CHOICES,
        "shown": filled,
        "document": document,
        "wrong": wrong or [],
        "note": note,
        "as_text": as_text,
        "longest_note": _LONGEST_NOTE,
    }
    return desk_page(request, "policy_edit.html", status=422 if wrong else 200, **values)


def _number(number: int) -> int:
    if not 0 <= number <= _MOST_VERSION:
        raise NotFoundError("there is no such version")
    return number


def _days(text: object) -> int:
    given = clean_text(text, 5)
    return min(max(int(given), 1), _MOST_DAYS) if given.isascii() and given.isdigit() else _USUAL_DAYS
