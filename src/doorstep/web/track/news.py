"""The link of a digest → the page of all the orders it told of, each as it stands now; of one order, that order's own page."""

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from doorstep.errors import NotFoundError
from doorstep.messages import tag_to_speak
from doorstep.steps.marks import read_news
from doorstep.steps.work import utc_now
from doorstep.store import orders, recipients, shipments
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, is_token
from doorstep.web.tenants import tenant_of
from doorstep.web.track.engaging import note_visit
from doorstep.web.track.framing import dress, framed, words_of
from doorstep.web.track.orders import Read, page_shown


@get("/n/{token:str}", include_in_schema=False, opt={"public": True})
async def news_page(request: AnyRequest, token: FromPath[str]) -> Response[str] | Redirect:
    """Show how each order stands."""
    if not is_token(token):
        raise NotFoundError("there is no such page")
    house = house_of(request)
    merchant_id, numbers = read_news(house.directory.sealer, token)
    tenant = await tenant_of(house, merchant_id)
    keys = [(merchant_id, number) for number in numbers]
    async with house.database.for_merchant(merchant_id) as tx:
        known, parcels = await orders.read(tx, keys), await shipments.of_orders(tx, keys)
        found = [known[key] for key in keys if key in known]
        if not found:
            raise NotFoundError("there is no such page")
        customer = found[0].order.customer
        chosen = await recipients.chosen_locale(tx, merchant_id, [one for one in (customer.email, customer.phone) if one])
    await note_visit(request, merchant_id)
    if len(found) == 1:
        return Redirect(f"/o/{found[0].token}", status_code=302, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})
    words = words_of(request, tag_to_speak(chosen, found[0].order.locale), tenant.brand.default_locale)
    read = [
        Read(merchant_id=merchant_id, order=one, shipments=parcels.get((merchant_id, one.order_id), []), scans={}, chosen=chosen, only=None)
        for one in found
    ]
    shown = [page_shown(one, tenant.brand.name, None, words, utc_now()) for one in read]
    return framed("track/news.html", words, dress(tenant), pages=shown)
