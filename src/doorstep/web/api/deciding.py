"""What the merchant's own systems decide about cases → done once, by the same steps as at the desk; amounts never above what is left."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from doorstep.actions.deciding import Grant
from doorstep.actions.settling import Inspected
from doorstep.domain.actions.kinds import Disposition, Remedy
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money
from doorstep.errors import ConflictError
from doorstep.steps import deciding_cases
from doorstep.steps.deciding_cases import LONGEST, Word
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.saying import Hindrance
from doorstep.steps.work import utc_now
from doorstep.store.cases import KeptCase
from doorstep.store.database import Tx
from doorstep.web.api.action_shapes import CaseShown, case_shown
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.api.paging import number_of
from doorstep.web.house import house_of
from doorstep.web.problems import ActionRefusedError, AnyRequest
from doorstep.web.tenants import tenant_of

_WRITE = {"scope": "cases:write", "body": "json"}
Answer = KeptCase | Refusal | Hindrance
#: (transaction, merchants, merchant, case, who says it, when) → what became of it.
Act = Callable[[Tx, Directory, Tenant, int, Word, datetime], Awaitable[Answer]]

Why = Annotated[str, Meta(max_length=LONGEST, description="For the records; customers do not read it.")]
Words = Annotated[str, Meta(max_length=LONGEST, description="The customer reads them.")]
Seen = Annotated[
    str,
    Meta(
        max_length=40,
        description="`seen` of the case as you read it: where it has changed since, nothing is done (409). Empty: as it stands.",
    ),
]


class _Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word on a case."""

    seen: Seen = ""
    why: Why = ""


class ApproveForm(_Decision, frozen=True, kw_only=True):
    """A yes: without more, to what was asked; else to a part, or against the policy."""

    units: Annotated[dict[str, int], Meta(description="line_id → units, where it is not all of them. Needs `words`.")] = {}
    percent: Annotated[int, Meta(ge=1, le=100, description="Of the price of these units. Needs `words`.")] | None = None
    amount: Annotated[Money | None, Meta(description="Instead of `percent`; at most what is left of what was paid. Needs `words`.")] = None
    words: Words = ""
    remedy: Annotated[Remedy | None, Meta(description="Another one than the policy gives. Needs `why`.")] = None
    keeps: Annotated[bool | None, Meta(description="The goods stay, or come back, against the policy. Needs `why`.")] = None
    no_fee: Annotated[bool, Meta(description="Nothing is taken off, against the policy. Needs `why`.")] = False


class RefuseForm(_Decision, frozen=True, kw_only=True):
    """A no, for a reason, in words, or both."""

    reason: Annotated[
        RefusalCode | None, Meta(description=f"One of {', '.join(deciding_cases.REASONS)}; told in the customer's language.")
    ] = None
    words: Words = ""


class AskForm(_Decision, frozen=True, kw_only=True):
    """A question to the customer; the case waits on."""

    words: Words


class FoundForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was found of one line."""

    line_id: str
    received: Annotated[int, Meta(ge=0)]
    disposition: Disposition
    condition: Annotated[str, Meta(pattern="^(|unopened|opened|used|damaged)$")] = ""
    granted_percent: Annotated[int, Meta(ge=0, le=100)] = 100
    note: Annotated[str, Meta(max_length=500)] = ""


class InspectForm(_Decision, frozen=True, kw_only=True):
    """What was found of each line; one that is left out did not come."""

    lines: Annotated[list[FoundForm], Meta(max_length=500)]


class SettleForm(_Decision, frozen=True, kw_only=True):
    """That it goes out now."""

    amount: Annotated[Money | None, Meta(description="Where nobody else can tell how much; null: as it comes to.")] = None


class PlainForm(_Decision, frozen=True, kw_only=True):
    """A word with nothing more to it."""


@post("/cases/{case_id:str}/approve", operation_id="approveCase", tags=["Actions"], status_code=HTTP_200_OK, opt=_WRITE)
async def approve_case(
    request: AnyRequest, case_id: FromPath[str], data: JSONBody[ApproveForm], once_key: OnceKey = None
) -> Response[CaseShown]:
    """Say yes to a case that waits: as asked, to a part of it, or to something else than the policy gives."""
    grant = Grant(units=data.units, percent=data.percent, amount=data.amount, remedy=data.remedy, keeps=data.keeps, no_fee=data.no_fee)

    async def work(tx: Tx, directory: Directory, tenant: Tenant, number: int, word: Word, now: datetime) -> Answer:
        if grant.beyond:
            return await deciding_cases.override(tx, directory, tenant, number, word, grant, now)
        if grant.partial:
            return await deciding_cases.approve_partly(tx, directory, tenant, number, word, grant, data.words, now)
        return await deciding_cases.approve(tx, directory, tenant, number, word, now)

    return await _said(request, case_id, data, once_key, work)


@post("/cases/{case_id:str}/refuse", operation_id="refuseCase", tags=["Actions"], status_code=HTTP_200_OK, opt=_WRITE)
async def refuse_case(
    request: AnyRequest, case_id: FromPath[str], data: JSONBody[RefuseForm], once_key: OnceKey = None
) -> Response[CaseShown]:
    """Say no to a case; its customer is told why."""

    async def work(tx: Tx, directory: Directory, tenant: Tenant, number: int, word: Word, now: datetime) -> Answer:
        return await deciding_cases.refuse(tx, directory, tenant, number, word, data.reason, data.words, now)

    return await _said(request, case_id, data, once_key, work)


@post("/cases/{case_id:str}/ask", operation_id="askAboutCase", tags=["Actions"], status_code=HTTP_200_OK, opt=_WRITE)
async def ask_about_case(
    request: AnyRequest, case_id: FromPath[str], data: JSONBody[AskForm], once_key: OnceKey = None
) -> Response[CaseShown]:
    """Write to the customer for what is missing."""

    async def work(tx: Tx, directory: Directory, tenant: Tenant, number: int, word: Word, now: datetime) -> Answer:
        return await deciding_cases.ask_more(tx, directory, tenant, number, word, data.words, now)

    return await _said(request, case_id, data, once_key, work)


@post("/cases/{case_id:str}/receive", operation_id="receiveCase", tags=["Actions"], status_code=HTTP_200_OK, opt=_WRITE)
async def receive_case(
    request: AnyRequest, case_id: FromPath[str], data: JSONBody[PlainForm], once_key: OnceKey = None
) -> Response[CaseShown]:
    """Say that the goods have come back."""
    return await _said(request, case_id, data, once_key, deciding_cases.receive)


@post("/cases/{case_id:str}/inspect", operation_id="inspectCase", tags=["Actions"], status_code=HTTP_200_OK, opt=_WRITE)
async def inspect_case(
    request: AnyRequest, case_id: FromPath[str], data: JSONBody[InspectForm], once_key: OnceKey = None
) -> Response[CaseShown]:
    """Say what was found in the parcel; what that comes to is then on its way to the customer."""
    seen = tuple(Inspected(**msgspec.structs.asdict(one)) for one in data.lines)

    async def work(tx: Tx, directory: Directory, tenant: Tenant, number: int, word: Word, now: datetime) -> Answer:
        return await deciding_cases.inspect(tx, directory, tenant, number, word, seen, now)

    return await _said(request, case_id, data, once_key, work)


@post("/cases/{case_id:str}/settle", operation_id="settleCase", tags=["Actions"], status_code=HTTP_200_OK, opt=_WRITE)
async def settle_case(
    request: AnyRequest, case_id: FromPath[str], data: JSONBody[SettleForm], once_key: OnceKey = None
) -> Response[CaseShown]:
    """Have a case settled whose amount only a human can say."""

    async def work(tx: Tx, directory: Directory, tenant: Tenant, number: int, word: Word, now: datetime) -> Answer:
        return await deciding_cases.settle(tx, directory, tenant, number, word, data.amount, now)

    return await _said(request, case_id, data, once_key, work)


@post("/cases/{case_id:str}/close", operation_id="closeCase", tags=["Actions"], status_code=HTTP_200_OK, opt=_WRITE)
async def close_case(
    request: AnyRequest, case_id: FromPath[str], data: JSONBody[PlainForm], once_key: OnceKey = None
) -> Response[CaseShown]:
    """Say that everything has been done."""
    return await _said(request, case_id, data, once_key, deciding_cases.close)


@post("/cases/{case_id:str}/cancel", operation_id="cancelCase", tags=["Actions"], status_code=HTTP_200_OK, opt=_WRITE)
async def cancel_case(
    request: AnyRequest, case_id: FromPath[str], data: JSONBody[PlainForm], once_key: OnceKey = None
) -> Response[CaseShown]:
    """Call a case off on its customer's wish."""
    return await _said(request, case_id, data, once_key, deciding_cases.cancel)


async def _said(request: AnyRequest, case_id: str, form: _Decision, once_key: str | None, act: Act) -> Response[CaseShown]:
    """Do one thing to a case, once.

    Raises:
        ConflictError: the case has changed since it was seen, or its customer cannot be written to.
        ActionRefusedError: it cannot be done.
    """
    house, key, number = house_of(request), key_of(request), number_of(case_id)
    tenant, word = await tenant_of(house, key.merchant_id), Word(actor=f"key {key.key_id}", seen=form.seen, why=form.why)

    async def work(tx: Tx) -> tuple[int, CaseShown]:
        answer = await act(tx, house.directory, tenant, number, word, utc_now())
        if isinstance(answer, Hindrance):
            raise ConflictError(f"the customer cannot be written to: {answer}")
        if isinstance(answer, Refusal):
            if answer.code is RefusalCode.CONFIRMATION_VOID:
                raise ConflictError("the case has changed since it was seen; read it again")
            raise ActionRefusedError(answer)
        return HTTP_200_OK, case_shown(answer)

    return await once(request, once_key, CaseShown, work)


ROUTES: list[Any] = [
    approve_case,
    refuse_case,
    ask_about_case,
    receive_case,
    inspect_case,
    settle_case,
    close_case,
    cancel_case,
]
