"""What the merchant's own systems have to do for cases → listed, and answered: done, or refused and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from doorstep.errors import NotFoundError
from doorstep.steps.errands import Answer, answer
from doorstep.steps.work import utc_now
from doorstep.store import cases, errands
from doorstep.store.database import Tx
from doorstep.store.errands import OPEN, ErrandState, KeptErrand
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, number_in, number_of, page_of
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest
from doorstep.web.tenants import tenant_of

_READ = {"scope": "cases:read"}
_WRITE = {"scope": "cases:write", "body": "json"}

InState = Annotated[
    ErrandState | None,
    QueryParameter(name="state", description="Only errands in this state; without it all that are waiting, sent or escalated."),
]


class ErrandShown(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody outside has to do for a case."""

    id: str
    case_id: str
    #: What the case is called, e.g. "R-7K2M9QDX".
    rma: str
    #: shop, carrier, payment or warehouse.
    to: str
    #: refund, cancel_order, delivery_change, …: docs/rules/errands.md.
    kind: str
    body: dict[str, Any]
    #: waiting, sent, escalated, done, refused or withdrawn.
    state: str
    #: shop, carrier, mail, webhook or desk; null: it has gone no way yet.
    way: str | None
    made_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    answer: str
    #: The other's id of what was made.
    external_id: str


class ErrandPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some errands, newest first."""

    errands: list[ErrandShown]
    #: Cursor of the next page; null: there is none.
    next: str | None


class AnswerForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of an errand."""

    outcome: Literal["done", "refused"]
    reason: Annotated[str, Meta(max_length=500, description="Why it was refused, or what was done; no personal data.")] = ""
    external_id: Annotated[str, Meta(max_length=200, description="Your own id of what was made: a refund, a return, an order.")] = ""


@get("/errands", operation_id="listErrands", tags=["Actions"], opt=_READ)
async def list_errands(request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL, in_state: InState = None) -> ErrandPage:
    """List what others have to do for cases, newest first."""
    house, merchant_id, before = house_of(request), key_of(request).merchant_id, number_in("errands", cursor)
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await errands.page(tx, merchant_id, states=(in_state,) if in_state else OPEN, before=before, most=limit + 1)
        page, more = page_of(rows, limit)
        shown = await _shown(tx, page)
    return ErrandPage(errands=shown, next=cursor_to("errands", str(page[-1].errand_id)) if more else None)


@get("/errands/{errand_id:str}", operation_id="readErrand", tags=["Actions"], opt=_READ)
async def read_errand(request: AnyRequest, errand_id: FromPath[str]) -> ErrandShown:
    """Read one errand."""
    house, merchant_id, number = house_of(request), key_of(request).merchant_id, number_of(errand_id)
    async with house.database.for_merchant(merchant_id) as tx:
        kept = await errands.one(tx, merchant_id, number)
        if kept is None:
            raise NotFoundError("there is no such errand")
        return (await _shown(tx, [kept]))[0]


@post("/errands/{errand_id:str}/answer", operation_id="answerErrand", tags=["Actions"], status_code=HTTP_200_OK, opt=_WRITE)
async def answer_errand(
    request: AnyRequest, errand_id: FromPath[str], data: JSONBody[AnswerForm], once_key: OnceKey = None
) -> Response[ErrandShown]:
    """Say what became of an errand; its case goes on by it. The same answer again changes nothing, another one is refused with 409."""
    house, key, number = house_of(request), key_of(request), number_of(errand_id)
    tenant = await tenant_of(house, key.merchant_id)

    async def work(tx: Tx) -> tuple[int, ErrandShown]:
        told = Answer(done=data.outcome == "done", actor=f"key {key.key_id}", why=data.reason.strip(), external_id=data.external_id.strip())
        kept = await answer(tx, house.directory, tenant, number, told, utc_now())
        return HTTP_200_OK, (await _shown(tx, [kept]))[0]

    return await once(request, once_key, ErrandShown, work)


async def _shown(tx: Tx, page: Sequence[KeptErrand]) -> list[ErrandShown]:
    found = await cases.read(tx, list({(one.merchant_id, one.case_id) for one in page})) if page else {}
    return [errand_shown(one, found[one.merchant_id, one.case_id].case.rma) for one in page]


def errand_shown(kept: KeptErrand, rma: str) -> ErrandShown:
    """Write an errand as the API shows it."""
    return ErrandShown(
        id=str(kept.errand_id),
        case_id=str(kept.case_id),
        rma=rma,
        to=kept.target,
        kind=kept.kind,
        body=kept.body,
        state=kept.state,
        way=kept.way,
        made_at=kept.made_at,
        sent_at=kept.sent_at,
        answered_at=kept.answered_at,
        answer=kept.answer,
        external_id=kept.external_id,
    )


ROUTES: list[Any] = [list_errands, read_errand, answer_errand]
