"""What an assistant prepared → exactly what would happen, to the customer it acts for; their one button → done, once."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.actions.arguments import ChangeProfile
from doorstep.domain.actions.plans import CaseOpened, Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.steps import assistant_asks
from doorstep.steps.act import Done, Prepared
from doorstep.steps.assistant_asks import Opened, Standing
from doorstep.steps.identity import Proof
from doorstep.steps.work import utc_now
from doorstep.store.database import Tx
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.track.assistants.doors import Guest, enter, turned_away
from doorstep.web.track.portal.confirming import Fact, ItemShown, address_text, facts_of, items_of
from doorstep.web.track.portal.entering import Visit, visit_for
from doorstep.web.track.portal.saying import action_name, refusal_text

_BELOW = "/yes"


@get("/me/{merchant_slug:str}/assistant/yes", include_in_schema=False, opt={"public": True})
async def yes_page(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Show what would happen."""
    guest = await enter(request, merchant_slug)
    if guest.proof is None:
        return await _sign_in(guest)
    async with guest.house.database.for_merchant(guest.merchant_id) as tx:
        standing = await assistant_asks.open_for(tx, guest.house.directory.sealer, guest.tenant, guest.proof, guest.ask, utc_now())
        return await _page(tx, guest, guest.proof, standing)


@post("/me/{merchant_slug:str}/assistant/yes", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def answer_yes(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Do it, or see to it that nobody does."""
    guest = await enter(request, merchant_slug)
    if no := turned_away(request, guest):
        return no
    if guest.proof is None:
        return await _sign_in(guest)
    form = await request.form()
    token, house, now = clean_text(form.get("yes"), 80), guest.house, utc_now()
    async with house.database.for_merchant(guest.merchant_id) as tx:
        if form.get("no"):
            await assistant_asks.say_no(tx, house.directory.sealer, guest.tenant, guest.proof, guest.ask, now)
            return _said(guest, "yes_no")
        answer = await assistant_asks.say_yes(tx, house.directory, guest.tenant, guest.proof, guest.ask, token, now)
    if isinstance(answer, Done):
        return _said(guest, "yes_done")
    async with house.database.for_merchant(guest.merchant_id) as tx:
        standing = await assistant_asks.open_for(tx, house.directory.sealer, guest.tenant, guest.proof, guest.ask, now)
        return await _page(tx, guest, guest.proof, standing, said_again=isinstance(answer, Refusal))


async def _sign_in(guest: Guest) -> Response[Any]:
    """Lead to the code: it goes to the address on the order, where the assistant came by an order's link."""
    async with guest.house.database.for_merchant(guest.merchant_id) as tx:
        kept = await assistant_asks.linked_order(tx, guest.house.directory.sealer, guest.merchant_id, guest.ask)
    return guest.sign_in(_BELOW, kept.token if kept else "")


def _said(guest: Guest, said: str, status: int = 200) -> Response[str]:
    return guest.page("assistant_said", status=status, said=said, back=f"/me/{guest.tenant.merchant.slug}{guest.lang}")


async def _page(tx: Tx, guest: Guest, proof: Proof, standing: Standing | Opened, *, said_again: bool = False) -> Response[Any]:
    if isinstance(standing, Opened):
        return _said(guest, "yes_old" if standing is Opened.OLD else "yes_other", 404)
    if standing.done is not None:
        return _said(guest, "yes_done")
    now, action = utc_now(), standing.waiting.action
    asker, answer = await assistant_asks.show(tx, guest.tenant, proof, standing, now)
    visit = await visit_for(tx, guest.house, guest.tenant, asker, action, guest.words, now)
    refused = isinstance(answer, Refusal)
    values: dict[str, Any] = {
        "title": action_name(action.kind, guest.words) if visit is not None else guest.words("assistant.profile"),
        "name": standing.name,
        "number": visit.order.number if visit is not None else "",
        "facts": _facts(guest, visit, answer.plan) if isinstance(answer, Prepared) else (),
        "items": _items(visit, answer.plan) if isinstance(answer, Prepared) else (),
        "token": answer.token if isinstance(answer, Prepared) else "",
        "why": _why(guest, answer) if isinstance(answer, Refusal) else "",
        "said_again": said_again and not refused,
        "action": f"{guest.path(_BELOW)}?ask={guest.ask}{guest.lang.replace('?', '&')}",
        "back": f"/me/{guest.tenant.merchant.slug}{guest.lang}",
    }
    return guest.page("assistant_yes", status=422 if refused else 200, **values)


def _why(guest: Guest, refusal: Refusal) -> str:
    return guest.words("assistant.yes_old") if refusal.code is RefusalCode.CONFIRMATION_OLD else refusal_text(refusal, guest.words)


def _facts(guest: Guest, visit: Visit | None, plan: Plan) -> tuple[Fact, ...]:
    if visit is not None:
        return tuple(facts_of(visit, plan, _case_of(plan)))
    if isinstance(plan.action, ChangeProfile):
        return ((guest.words("change.change_address"), address_text(guest.words, plan.action.address)),)
    return ()


def _items(visit: Visit | None, plan: Plan) -> tuple[ItemShown, ...]:
    case = _case_of(plan)
    return items_of(visit, case.lines) if visit is not None and case is not None else ()


def _case_of(plan: Plan) -> Any:
    return next((one.case for one in plan.changes if isinstance(one, CaseOpened)), None)
