"""A form on a case's page → what somebody decided, done and written down; or the page again, with why it was not."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.actions.deciding import Grant
from doorstep.actions.settling import CONDITIONS, Inspected
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import Disposition, Remedy
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps import deciding_cases
from doorstep.steps.deciding_cases import LONGEST, Word
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.errands import Answer as Told
from doorstep.steps.errands import answer
from doorstep.steps.known import know_order
from doorstep.steps.saying import Hindrance
from doorstep.steps.work import utc_now
from doorstep.store import case_queue, orders
from doorstep.store.cases import KeptCase
from doorstep.store.database import Tx
from doorstep.web.desk.case_shown import kept_case
from doorstep.web.desk.case_words import refusal_words
from doorstep.web.desk.cases import case_page
from doorstep.web.desk.doors import id_of, note, tenant_of, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_lines, clean_text
from doorstep.web.look.saying import sentence

#: What is typed: name of a field → its text.
Form = dict[str, str]
Answer = KeptCase | Refusal | Hindrance
#: (transaction, merchants, merchant, case, who says it, what was typed) → what became of it.
Act = Callable[[Tx, Directory, Tenant, Case, Word, Form], Awaitable[Answer]]
_HINDERED = {
    Hindrance.PAUSED: "It was not sent: no e-mail connection is in use, or the order names no e-mail address.",
    Hindrance.SUPPRESSED: "It was not sent: the address of the customer is suppressed.",
}
_VOID = frozenset({RefusalCode.CONFIRMATION_VOID, RefusalCode.CASE_STATE})


async def _approve(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, _: Form) -> Answer:
    return await deciding_cases.approve(tx, directory, tenant, case.case_id, word, utc_now())


async def _part(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, form: Form) -> Answer:
    units = _units(case, form)
    whole = all(units.get(line.line_id) == case.units(line.line_id) for line in case.lines)
    currency = await _currency(tx, tenant, case)
    grant = Grant(units={} if whole else units, percent=_number(form, "percent"), amount=_amount(form, currency))
    return await deciding_cases.approve_partly(tx, directory, tenant, case.case_id, word, grant, form.get("words", ""), utc_now())


async def _override(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, form: Form) -> Answer:
    remedy = form.get("remedy", "")
    keeps = {"stay": True, "back": False}.get(form.get("keeps", ""))
    grant = Grant(
        remedy=Remedy(remedy) if remedy in set(Remedy) and remedy != case.remedy else None,
        keeps=None if keeps == case.keeps else keeps,
        no_fee=form.get("no_fee") == "1",
        amount=_amount(form, await _currency(tx, tenant, case)),
    )
    return await deciding_cases.override(tx, directory, tenant, case.case_id, word, grant, utc_now())


async def _refuse(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, form: Form) -> Answer:
    code = RefusalCode(form["code"]) if form.get("code") in set(RefusalCode) else None
    return await deciding_cases.refuse(tx, directory, tenant, case.case_id, word, code, form.get("words", ""), utc_now())


async def _ask(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, form: Form) -> Answer:
    return await deciding_cases.ask_more(tx, directory, tenant, case.case_id, word, form.get("words", ""), utc_now())


async def _received(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, _: Form) -> Answer:
    return await deciding_cases.receive(tx, directory, tenant, case.case_id, word, utc_now())


async def _inspect(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, form: Form) -> Answer:
    found = tuple(_inspected(line_id, form) for line_id in dict.fromkeys(line.line_id for line in case.lines))
    return await deciding_cases.inspect(tx, directory, tenant, case.case_id, word, found, utc_now())


async def _settle(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, form: Form) -> Answer:
    amount = _amount(form, await _currency(tx, tenant, case))
    return await deciding_cases.settle(tx, directory, tenant, case.case_id, word, amount, utc_now())


async def _close(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, _: Form) -> Answer:
    return await deciding_cases.close(tx, directory, tenant, case.case_id, word, utc_now())


async def _cancel(tx: Tx, directory: Directory, tenant: Tenant, case: Case, word: Word, _: Form) -> Answer:
    return await deciding_cases.cancel(tx, directory, tenant, case.case_id, word, utc_now())


async def _note(tx: Tx, _: Directory, tenant: Tenant, case: Case, word: Word, __: Form) -> Answer:
    return await deciding_cases.add_note(tx, tenant, case.case_id, word, utc_now())


#: Form → (what it does, what stands in the changes, what the page says then).
_ACTS: dict[str, tuple[Act, str, str]] = {
    "approve": (_approve, "approve_case", "approved"),
    "part": (_part, "approve_case_partly", "part"),
    "override": (_override, "override_case", "override"),
    "refuse": (_refuse, "refuse_case", "refused"),
    "ask": (_ask, "ask_about_case", "asked"),
    "received": (_received, "receive_case", "received"),
    "inspect": (_inspect, "inspect_case", "inspected"),
    "settle": (_settle, "settle_case", "settled"),
    "close": (_close, "close_case", "closed"),
    "cancel": (_cancel, "cancel_case", "cancelled"),
    "note": (_note, "note_on_case", "noted"),
}


@post("/cases/{case_id:int}/approve", status_code=HTTP_200_OK, include_in_schema=False)
async def approve_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Say yes as it was asked."""
    return await _done(request, case_id, "approve")


@post("/cases/{case_id:int}/part", status_code=HTTP_200_OK, include_in_schema=False)
async def approve_part(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Say yes to a part."""
    return await _done(request, case_id, "part")


@post("/cases/{case_id:int}/override", status_code=HTTP_200_OK, include_in_schema=False)
async def override_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Say yes to something else than the policy gives."""
    return await _done(request, case_id, "override")


@post("/cases/{case_id:int}/refuse", status_code=HTTP_200_OK, include_in_schema=False)
async def refuse_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Say no."""
    return await _done(request, case_id, "refuse")


@post("/cases/{case_id:int}/ask", status_code=HTTP_200_OK, include_in_schema=False)
async def ask_about_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Ask the customer for what is missing."""
    return await _done(request, case_id, "ask")


@post("/cases/{case_id:int}/received", status_code=HTTP_200_OK, include_in_schema=False)
async def receive_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Note that the goods are here."""
    return await _done(request, case_id, "received")


@post("/cases/{case_id:int}/inspect", status_code=HTTP_200_OK, include_in_schema=False)
async def inspect_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Note what was found of each line."""
    return await _done(request, case_id, "inspect")


@post("/cases/{case_id:int}/settle", status_code=HTTP_200_OK, include_in_schema=False)
async def settle_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Have it settled now."""
    return await _done(request, case_id, "settle")


@post("/cases/{case_id:int}/close", status_code=HTTP_200_OK, include_in_schema=False)
async def close_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Say that everything has been done."""
    return await _done(request, case_id, "close")


@post("/cases/{case_id:int}/cancel", status_code=HTTP_200_OK, include_in_schema=False)
async def cancel_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Call it off on the customer's wish."""
    return await _done(request, case_id, "cancel")


@post("/cases/{case_id:int}/note", status_code=HTTP_200_OK, include_in_schema=False)
async def note_on_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Write something down beside it."""
    return await _done(request, case_id, "note")


@post("/cases/{case_id:int}/errands/{errand_id:int}", status_code=HTTP_200_OK, include_in_schema=False)
async def answer_errand(request: AnyRequest, case_id: FromPath[int], errand_id: FromPath[int]) -> Response[Any]:
    """Note what somebody outside said of what they were asked for."""
    user, tenant, house, form = user_of(request), tenant_of(request), house_of(request), await typed_in(request)
    if form.get("done") not in {"0", "1"}:
        raise BadInputError("say whether it was done")
    told = Told(done=form["done"] == "1", actor=f"user {user.user_id}", why=form.get("why", "")[:300])
    try:
        async with house.database.for_merchant(user.merchant_id) as tx:
            await kept_case(tx, user.merchant_id, id_of(case_id))
            if not any(row["errand_id"] == errand_id for row in await case_queue.errands(tx, user.merchant_id, case_id)):
                raise NotFoundError("there is no such errand")
            await answer(tx, house.directory, tenant, errand_id, told, utc_now())
            await note(tx, request, "answer_errand", f"case {case_id}, errand {errand_id}: {'done' if told.done else 'not possible'}")
    except ConflictError as error:
        return await case_page(request, case_id, error=f"{sentence(error)}.", status=409)
    return Redirect(f"/desk/cases/{case_id}?done=errand", status_code=303)


async def _done(request: AnyRequest, case_id: int, name: str) -> Response[Any]:
    """Do one thing to a case and write it into the changes, or show the page again with why it could not be done."""
    act, action, done = _ACTS[name]
    user, tenant, house, form = user_of(request), tenant_of(request), house_of(request), await typed_in(request)
    word = Word(actor=f"user {user.user_id}", seen=form.get("seen", ""), why=form.get("why", ""))
    try:
        async with house.database.for_merchant(user.merchant_id) as tx:
            kept = await kept_case(tx, user.merchant_id, id_of(case_id))
            answer = await act(tx, house.directory, tenant, kept.case, word, form)
            if isinstance(answer, KeptCase):
                why = f": {word.why}" if word.why and name in {"approve", "override"} else ""
                await note(tx, request, action, f"case {case_id}, {kept.case.rma}{why}"[:500])
    except (BadInputError, ConflictError) as error:
        status = 409 if isinstance(error, ConflictError) else 422
        return await case_page(request, case_id, error=f"{sentence(error)}.", typed=form, opened=name, status=status)
    if isinstance(answer, Refusal):
        status = 409 if answer.code in _VOID else 422
        return await case_page(request, case_id, error=refusal_words(answer), typed=form, opened=name, status=status)
    if isinstance(answer, Hindrance):
        return await case_page(request, case_id, error=_HINDERED.get(answer, "It was not sent."), typed=form, opened=name, status=409)
    return Redirect(f"/desk/cases/{case_id}?done={done}", status_code=303)


async def typed_in(request: AnyRequest) -> Form:
    """Read a form's texts, lines kept in the long ones."""
    form = await request.form()
    return {
        name: clean_lines(form.get(name), LONGEST + 1) if name in {"words", "why"} else clean_text(form.get(name))
        for name in form
        if name != "csrf" and isinstance(form.get(name), str)
    }


async def _currency(tx: Tx, tenant: Tenant, case: Case) -> str:
    key = (tenant.merchant.merchant_id, case.order_id)
    order = (await orders.read(tx, [key])).get(key)
    known = (await know_order(tx, tenant, order, utc_now())).order if order is not None else None
    return known.currency if known is not None else ""


def _units(case: Case, form: Form) -> dict[str, int]:
    """Read how many units of each line are meant; a line without a number: none of it."""
    found = {}
    for line_id in dict.fromkeys(line.line_id for line in case.lines):
        found[line_id] = _number(form, f"units-{line_id}") or 0
    return found


def _number(form: Form, name: str) -> int | None:
    text = form.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):  # noqa: PLR2004 - nobody buys a million
        raise BadInputError(f"{name.partition('-')[0]} is a whole number")
    return int(text)


def _amount(form: Form, currency: str) -> Money | None:
    text = form.get("amount", "").replace(",", ".")
    if not text:
        return None
    try:
        return Money.of(text, currency)
    except ValueError as error:
        raise BadInputError(str(error)) from error


def _inspected(line_id: str, form: Form) -> Inspected:
    disposition, condition = form.get(f"disposition-{line_id}", ""), form.get(f"condition-{line_id}", "")
    if disposition not in set(Disposition):
        raise BadInputError("say of each line what becomes of it")
    percent = _number(form, f"percent-{line_id}")
    return Inspected(
        line_id=line_id,
        received=_number(form, f"received-{line_id}") or 0,
        disposition=Disposition(disposition),
        condition=condition if condition in CONDITIONS else "",
        granted_percent=100 if percent is None else percent,
        note=form.get(f"note-{line_id}", ""),
    )
