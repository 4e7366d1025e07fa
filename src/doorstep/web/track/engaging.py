"""A link of a message that is followed, a picture in it that is shown → noted; then the page, or the other site it leads to."""

import base64
from uuid import UUID

import structlog
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from doorstep.domain.vocabulary import MessageState
from doorstep.errors import NotFoundError
from doorstep.messages.wording import web
from doorstep.steps.engage import engaged
from doorstep.steps.marks import id_of, read_redirect
from doorstep.steps.work import utc_now
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, is_token

_LOG = structlog.get_logger()
#: One transparent point.
_DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
NEVER_KEPT = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


async def note_visit(request: AnyRequest, merchant_id: int) -> None:
    """Note that one of our pages was opened from a message, as its address says (`m`); a page never fails for that."""
    ref = request.query_params.get("m", "")
    message_id = id_of(ref) if ref else None
    if message_id is not None:
        await note(request, merchant_id, message_id, MessageState.CLICKED, request.url.path)


@get("/c/{token:str}", include_in_schema=False, opt={"public": True})
async def follow(request: AnyRequest, token: FromPath[str]) -> Redirect:
    """Lead on to the page that a message of ours pointed to, and nowhere else."""
    if not is_token(token):
        raise NotFoundError("there is no such page")
    merchant_id, message_id, url = read_redirect(house_of(request).directory.sealer, token)
    if web(url) is None:
        raise NotFoundError("there is no such page")
    if message_id is not None:
        await note(request, merchant_id, message_id, MessageState.CLICKED, url)
    return Redirect(url, status_code=302, headers=NEVER_KEPT)


@get("/e/{ref:str}", include_in_schema=False, opt={"public": True})
async def opened(request: AnyRequest, ref: FromPath[str]) -> Response[bytes]:
    """Note that a message was shown: `MERCHANT.REF.gif`; anything else gets the same point and says nothing."""
    merchant, _, rest = ref.removesuffix(".gif").partition(".")
    message_id = id_of(rest) if merchant.isascii() and merchant.isdigit() and len(merchant) < 19 else None  # noqa: PLR2004 - bigint
    if message_id is not None:
        await note(request, int(merchant), message_id, MessageState.READ, "")
    return Response(_DOT, media_type="image/gif", headers=NEVER_KEPT)


async def note(request: AnyRequest, merchant_id: int, message_id: UUID, state: MessageState, url: str) -> None:
    """Note that a message was shown or a link in it followed; whoever did it gets their page all the same."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        async with house_of(request).database.for_merchant(merchant_id) as tx:
            await engaged(tx, merchant_id, message_id, state, url, request.method, headers, utc_now())
    except Exception:  # noqa: BLE001 - the reader wants the page, not our statistics
        _LOG.warning("engagement_lost", exc_info=True)
