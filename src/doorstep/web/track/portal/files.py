"""A file of an order → its bytes, to whoever has the order's link."""

from litestar import Response, get
from litestar.params import FromPath

from doorstep.domain.actions.kinds import CaseKind
from doorstep.errors import NotFoundError
from doorstep.store import case_files
from doorstep.store.case_files import CaseFile
from doorstep.web.look.asking import AnyRequest, is_token
from doorstep.web.track.portal.entering import Visit, enter

#: Shown in the page; all else is saved.
_PICTURES = frozenset({"image/jpeg", "image/png"})
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf", "image/svg+xml": "svg"}


@get(["/o/{token:str}/files/{file:str}", "/g/{token:str}/files/{file:str}"], include_in_schema=False, opt={"public": True})
async def order_file(request: AnyRequest, token: FromPath[str], file: FromPath[str]) -> Response[bytes]:
    """Hand a photo or a label out."""
    visit = await enter(request, token)
    async with visit.house.database.for_merchant(visit.merchant_id) as tx:
        found = await case_files.read(tx, visit.merchant_id, visit.kept.order_id, file) if is_token(file) else None
    if found is None or not _may_see(visit, found):
        raise NotFoundError("there is no such file")
    return handed_out(found, name=_name(visit, found))


def _may_see(visit: Visit, file: CaseFile) -> bool:
    """Whoever got a present sees its own requests' files only."""
    return not visit.gift or file.case_id is None or any(case.case_id == file.case_id for case in visit.cases)


def _name(visit: Visit, file: CaseFile) -> str:
    rma = next((case.rma for case in visit.cases if case.case_id == file.case_id and case.kind in set(CaseKind)), "")
    return f"{file.kind}-{rma}" if rma else file.kind


def handed_out(file: CaseFile, *, name: str) -> Response[bytes]:
    """Answer with a file that no browser runs, guesses the type of, or shows inside another page."""
    shown = "inline" if file.content_type in _PICTURES else "attachment"
    headers = {
        "content-disposition": f'{shown}; filename="{name}.{_ENDINGS.get(file.content_type, "bin")}"',
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
        "cache-control": "private, max-age=600",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
    }
    return Response(
        file.body, media_type=file.content_type if file.content_type in _ENDINGS else "application/octet-stream", headers=headers
    )
