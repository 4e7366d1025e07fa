"""Photos of a case → shown as pictures and nothing else; those that came by mail or telephone put to it."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.errors import NotFoundError
from doorstep.steps import case_moves
from doorstep.steps.photos import MOST_BYTES, MOST_PHOTOS, NoPhoto, Taken, take
from doorstep.steps.work import utc_now
from doorstep.store import case_files, case_queue
from doorstep.web.desk.case_shown import kept_case
from doorstep.web.desk.cases import case_page
from doorstep.web.desk.doors import id_of, note, tenant_of, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, network_of

#: Pictures that are shown as such; nothing else that lies there is.
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
#: Of a form with photos in it.
MOST_FORM_BYTES = MOST_PHOTOS * MOST_BYTES + 1_000_000
_WHY_NOT = {
    NoPhoto.TOO_LARGE: f"A photo is larger than {MOST_BYTES // 1_000_000} MB.",
    NoPhoto.HEIC: "HEIC photos cannot be read: save it as JPEG first.",
    NoPhoto.TYPE: "That is no photo: JPEG, PNG or WebP can be read.",
    NoPhoto.TOO_MANY: f"At most {MOST_PHOTOS} photos are kept.",
    NoPhoto.SLOW: "These were many photos within an hour; try again later.",
}


@get("/cases/{case_id:int}/photos/{file_id:int}", include_in_schema=False)
async def case_photo(request: AnyRequest, case_id: FromPath[int], file_id: FromPath[int]) -> Response[bytes]:
    """Show one photo of a case: a picture and nothing else, whatever is in it."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        kept = await kept_case(tx, merchant_id, id_of(case_id))
        row = await case_queue.photo(tx, merchant_id, kept.case, id_of(file_id))
    if row is None or row["content_type"] not in _PICTURES:
        raise NotFoundError("there is no such photo")
    headers = {
        "content-disposition": "inline",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "private, max-age=300",
    }
    return Response(row["body"], media_type=row["content_type"], headers=headers)


@post("/cases/{case_id:int}/photos", status_code=HTTP_200_OK, include_in_schema=False, request_max_body_size=MOST_FORM_BYTES)
async def add_photos(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """Put photos to a case that its customer sent in another way."""
    merchant_id, user, now = user_of(request).merchant_id, user_of(request), utc_now()
    database = house_of(request).database
    async with database.for_merchant(merchant_id) as tx:
        case = (await kept_case(tx, merchant_id, id_of(case_id))).case
    taken = await handed_over(request, case.order_id, room=max(0, MOST_PHOTOS - len(case.photos)))
    if taken.photos:
        async with database.for_merchant(merchant_id) as tx:
            await case_files.adopt(tx, merchant_id, case.order_id, case_id, taken.photos)
            photos = (*(await kept_case(tx, merchant_id, case_id)).case.photos, *taken.photos)
            why = f"{len(taken.photos)} photo{'' if len(taken.photos) == 1 else 's'} put to it"
            await case_moves.touch(tx, tenant_of(request), case_id, actor=f"user {user.user_id}", why=why, now=now, photos=photos)
            await note(tx, request, "add_photos", f"case {case_id}: {len(taken.photos)}")
    if taken.refused or not taken.photos:
        return await case_page(request, case_id, error=why_not(taken) or "Choose a photo first.", status=422)
    return Redirect(f"/desk/cases/{case_id}?done=photos", status_code=303)


async def handed_over(request: AnyRequest, order_id: int, room: int = MOST_PHOTOS) -> Taken:
    """Keep the photos of a form beside an order, drawn anew."""
    sent: Sequence[bytes] = [
        await one.read(MOST_BYTES + 1) for one in (await request.form()).getall("photo", []) if isinstance(one, UploadFile) and one.filename
    ]
    if not sent:
        return Taken()
    return await take(house_of(request).database, user_of(request).merchant_id, order_id, sent, network_of(request), utc_now(), room=room)


def why_not(taken: Taken) -> str:
    """Say why some photos were not kept; "" all were."""
    return " ".join(_WHY_NOT[one] for one in taken.refused)
