"""A request of an order → its page: followed, taken back, its own tracking number told."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.actions.arguments import CancelReturn
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.act import Done, Prepared
from doorstep.steps.own_numbers import sent_back
from doorstep.store import case_files, cases, shipments
from doorstep.store.database import Tx
from doorstep.web.look.asking import AnyRequest
from doorstep.web.track.portal.confirming import ask, say_yes
from doorstep.web.track.portal.entering import Visit, enter, turned_away, verify
from doorstep.web.track.portal.followed import case_shown
from doorstep.web.track.portal.reading import read_form
from doorstep.web.track.portal.refusing import refused

_LAST_ID = 2**63 - 1


@get(["/o/{token:str}/cases/{case_id:int}", "/g/{token:str}/cases/{case_id:int}"], include_in_schema=False, opt={"public": True})
async def case_page(request: AnyRequest, token: FromPath[str], case_id: FromPath[int]) -> Response[Any]:
    """Show how a request stands."""
    visit = await enter(request, token)
    return await _page(visit, _mine(visit, case_id))


@post(
    ["/o/{token:str}/cases/{case_id:int}", "/g/{token:str}/cases/{case_id:int}"],
    status_code=HTTP_200_OK,
    include_in_schema=False,
    opt={"public": True},
)
async def change_case(request: AnyRequest, token: FromPath[str], case_id: FromPath[int]) -> Response[Any]:
    """Take a request back, in two steps; or tell the tracking number of a parcel that was sent with a label of one's own."""
    visit = await enter(request, token)
    case = _mine(visit, case_id)
    if no := await turned_away(request, visit):
        return no
    form = await read_form(request)
    if form.one("number") or form.one("do") == "number":
        return await _numbered(visit, case, form.one("number", 60), form.one("carrier", 60))
    if form.one("yes"):
        done = await say_yes(visit, form.one("yes", 80))
        if isinstance(done, Done):
            return visit.to(f"/cases/{case.case_id}")
        return await _page(visit, case, refusal=done)
    answer = await ask(visit, CancelReturn(case=case.case_id))
    if isinstance(answer, Refusal):
        needs = answer.code is RefusalCode.IDENTITY and not visit.gift
        return verify(visit, f"/cases/{case.case_id}") if needs else await _page(visit, case, refusal=answer)
    return await _page(visit, case, prepared=answer)


def _mine(visit: Visit, case_id: int) -> Case:
    """Find a request of this order that whoever asks may see.

    Raises:
        NotFoundError: there is none, or it is another order's.
    """
    found = next((case for case in visit.cases if case.case_id == case_id), None)
    if found is None:
        raise NotFoundError("there is no such request")
    return found


async def _page(
    visit: Visit, case: Case, *, refusal: Refusal | None = None, prepared: Prepared | None = None, wrong_number: str = ""
) -> Response[Any]:
    async with visit.house.database.for_merchant(visit.merchant_id) as tx:
        events = (await cases.events(tx, visit.merchant_id, [case.case_id])).get(case.case_id, [])
        file_id = case.label.file_id if case.label else None
        file = await case_files.by_id(tx, visit.merchant_id, file_id) if file_id is not None and 0 < file_id <= _LAST_ID else None
        parcels = await _parcels(tx, visit, case)
    file = file if file is not None and file.order_id == visit.kept.order_id else None
    return visit.page(
        "case",
        case=case_shown(visit, case, events, file.token if file else "", file.content_type if file else ""),
        refused=refused(visit, refusal) if refusal else None,
        token=prepared.token if prepared else "",
        wrong_number=wrong_number,
        parcels=parcels,
        status=422 if refusal or wrong_number else 200,
    )


async def _parcels(tx: Tx, visit: Visit, case: Case) -> tuple[tuple[str, str], ...]:
    """Name and address of the parcels of a case; a parcel's page shows what was paid, so whoever got a present is not led there."""
    ways = (("cases.follow_back", case.return_shipment_id), ("cases.follow_new", case.new_shipment_id))
    found = []
    for name, shipment_id in ways if not visit.gift else ():
        parcel = await shipments.one(tx, visit.merchant_id, shipment_id) if shipment_id is not None else None
        if parcel is not None:
            found.append((visit.words(name), f"/t/{parcel.token}{visit.lang}"))
    return tuple(found)


async def _numbered(visit: Visit, case: Case, number: str, carrier: str) -> Response[Any]:
    """Follow it by the number under which the customer sends it."""
    database, directory = visit.house.database, visit.house.directory
    try:
        async with database.for_merchant(visit.merchant_id) as tx:
            await sent_back(tx, directory, visit.tenant, case.case_id, number, carrier=carrier, actor=visit.asker.actor, now=visit.now)
    except BadInputError:
        return await _page(visit, case, wrong_number=number)
    except ConflictError:
        return await _page(visit, case, refusal=Refusal(code=RefusalCode.CASE_STATE))
    return visit.to(f"/cases/{case.case_id}")
