"""What customers may ask for, over the API: listed, prepared, confirmed; the cases that come of it."""

from typing import Annotated, Any

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from doorstep.actions import needs_yes
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance, CaseKind, CaseState
from doorstep.domain.actions.refusals import Refusal
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps import act
from doorstep.steps.directory import Tenant
from doorstep.steps.work import utc_now
from doorstep.store import cases
from doorstep.store.database import Tx
from doorstep.web.api.action_shapes import (
    ActionForm,
    ActionList,
    BehalfForm,
    CasePage,
    CaseWhole,
    ConfirmForm,
    DoneShown,
    PreparedShown,
    action_form,
    assurance_named,
    case_shown,
    case_whole,
    declared,
    plan_shown,
)
from doorstep.web.api.entering import key_of
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, number_in, number_of, page_of
from doorstep.web.house import house_of
from doorstep.web.problems import ActionRefusedError, AnyRequest
from doorstep.web.tenants import tenant_of

_READ = {"scope": "cases:read"}
_ACTS = {"scope": "actions:write", "body": "json"}

OfState = Annotated[CaseState | None, QueryParameter(name="state", description="Only cases that stand so.")]
OfKind = Annotated[CaseKind | None, QueryParameter(description="Only cases of this kind.")]
OfEmail = Annotated[str | None, QueryParameter(description="Only of this customer.", max_length=400)]
OfOrder = Annotated[str | None, QueryParameter(description="Only of this order, our id.", pattern="^[0-9]{1,18}$")]


@get("/actions", operation_id="listActions", tags=["Actions"], opt={"scope": "actions:write"}, sync_to_thread=False)
def list_actions() -> ActionList:
    """List what customers may ask for, what each action needs, changes and tells, and the schema of its arguments."""
    return declared()


@post("/actions/prepare", operation_id="prepareAction", tags=["Actions"], status_code=HTTP_200_OK, opt=_ACTS)
async def prepare_action(request: AnyRequest) -> PreparedShown:
    """Judge an action and keep what it would do until the customer says yes. Nothing else is changed."""
    form, house, key = action_form(await request.body()), house_of(request), key_of(request)
    tenant = await tenant_of(house, key.merchant_id)
    asker = _asker(request, tenant, form.on_behalf_of)
    async with house.database.for_merchant(key.merchant_id) as tx:
        answer = await act.prepare(tx, tenant, asker, form.action, utc_now())
    if isinstance(answer, Refusal):
        raise ActionRefusedError(answer)
    return PreparedShown(
        plan=plan_shown(answer.plan), token=answer.token, expires_at=answer.expires_at, needs_yes=needs_yes(form.action.kind)
    )


@post("/actions/confirm", operation_id="confirmAction", tags=["Actions"], status_code=HTTP_200_OK, opt=_ACTS)
async def confirm_action(request: AnyRequest, data: JSONBody[ConfirmForm]) -> DoneShown:
    """Do what was prepared. The same yes again changes nothing; where things have changed since, it is refused."""
    return await _done(request, data.on_behalf_of, token=data.token)


@post("/actions", operation_id="doAction", tags=["Actions"], status_code=HTTP_200_OK, opt=_ACTS)
async def do_action(request: AnyRequest) -> DoneShown:
    """Do what needs no yes: see an order, a product or a profile, ask for an invoice or a human."""
    form = action_form(await request.body())
    return await _done(request, form.on_behalf_of, form=form)


@get("/cases", operation_id="listCases", tags=["Actions"], opt=_READ)
async def list_cases(
    request: AnyRequest,
    cursor: Cursor = None,
    limit: Limit = USUAL,
    standing: OfState = None,
    kind: OfKind = None,
    email: OfEmail = None,
    order_id: OfOrder = None,
) -> CasePage:
    """List returns, exchanges, claims and changes, newest first."""
    house, merchant_id, before = house_of(request), key_of(request).merchant_id, number_in("cases", cursor)
    of_order = number_of(order_id) if order_id is not None else None
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await cases.page(
            tx,
            merchant_id,
            before=before,
            most=limit + 1,
            states=[standing] if standing else (),
            kinds=[kind] if kind else (),
            email=email or "",
            order_id=of_order,
        )
    page, more = page_of(rows, limit)
    return CasePage(cases=[case_shown(one) for one in page], next=cursor_to("cases", str(page[-1].case_id)) if more else None)


@get("/cases/{case_id:str}", operation_id="readCase", tags=["Actions"], opt=_READ)
async def read_case(request: AnyRequest, case_id: FromPath[str]) -> CaseWhole:
    """Read a case with its steps."""
    house, merchant_id, number = house_of(request), key_of(request).merchant_id, number_of(case_id)
    async with house.database.for_merchant(merchant_id) as tx:
        return await _whole(tx, merchant_id, number)


async def _whole(tx: Tx, merchant_id: int, case_id: int) -> CaseWhole:
    kept = (await cases.read(tx, [(merchant_id, case_id)])).get((merchant_id, case_id))
    if kept is None:
        raise NotFoundError("there is no such case")
    events = await cases.events(tx, merchant_id, [case_id])
    return case_whole(kept, events.get(case_id, []))


async def _done(request: AnyRequest, behalf: BehalfForm | None, *, form: ActionForm | None = None, token: str = "") -> DoneShown:
    house, key, now = house_of(request), key_of(request), utc_now()
    tenant = await tenant_of(house, key.merchant_id)
    asker = _asker(request, tenant, behalf)
    async with house.database.for_merchant(key.merchant_id) as tx:
        if form is not None:
            answer = await act.do(tx, house.directory, tenant, asker, form.action, now)
        else:
            answer = await act.commit(tx, house.directory, tenant, asker, token, now)
    if isinstance(answer, Refusal):
        raise ActionRefusedError(answer)
    return DoneShown(plan=plan_shown(answer.plan), case=case_shown(answer.case) if answer.case else None, again=answer.again)


def _asker(request: AnyRequest, tenant: Tenant, behalf: BehalfForm | None) -> Asker:
    """Whoever the key's owner asks for: a customer of whom it is sure, else the merchant itself.

    Raises:
        BadInputError: the customer is named by a shop's id, and the merchant has several shops, whose ids may be the same.
    """
    if behalf is not None and behalf.customer and sum(one.kind == "shop" for one in tenant.connections.values()) > 1:
        raise BadInputError("on_behalf_of.customer: with several shops an id may be two people's; name the customer by email or phone")
    actor = f"key {key_of(request).key_id}"
    if behalf is None:
        return Asker(assurance=Assurance.LOGIN, channel="api", actor=actor, staff=True)
    return Asker(
        assurance=assurance_named(behalf.assurance),
        customer=behalf.customer,
        email=behalf.email.strip().lower(),
        phone=behalf.phone,
        channel="api",
        actor=actor,
    )


ROUTES: list[Any] = [list_actions, prepare_action, confirm_action, do_action, list_cases, read_case]
