"""An order's page → a link for whoever got it as a present; that link → its own page, without prices and without whoever bought it."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from doorstep.web.look.asking import AnyRequest
from doorstep.web.track.parcels import web_url
from doorstep.web.track.portal.entering import enter, gift_token
from doorstep.web.track.portal.followed import listed
from doorstep.web.track.portal.saying import options_text


@get("/o/{token:str}/gift", include_in_schema=False, opt={"public": True})
async def gift_link(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Show the link that may be passed on."""
    visit = await enter(request, token)
    url = f"{visit.house.settings.base_url.rstrip('/')}/g/{gift_token(visit.house, visit.kept)}"
    return visit.page("gift_link", url=url)


@get("/g/{token:str}", include_in_schema=False, opt={"public": True})
async def gift_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Welcome whoever got the present."""
    visit = await enter(request, token)
    items = tuple((line.name, options_text(line.options), web_url(line.image_url), line.quantity) for line in visit.order.lines)
    return visit.page("gift", items=items, may=bool(visit.gist.returnable), cases=listed(visit))
