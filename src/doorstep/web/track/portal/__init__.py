"""The customer's portal: what may be asked for about an order, from its own link; complete without scripts."""

from litestar.types import ControllerRouterHandler

from doorstep.web.track.portal.cases import case_page, change_case
from doorstep.web.track.portal.claiming import claim_page, send_claim
from doorstep.web.track.portal.files import order_file
from doorstep.web.track.portal.gifts import gift_link, gift_page
from doorstep.web.track.portal.returning import return_page, send_back
from doorstep.web.track.portal.wishing import change_page, delivery_page, send_wish

PAGES: list[ControllerRouterHandler] = [
    return_page,
    send_back,
    claim_page,
    send_claim,
    delivery_page,
    change_page,
    send_wish,
    case_page,
    change_case,
    order_file,
    gift_link,
    gift_page,
]
