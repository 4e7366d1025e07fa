"""Customers' pages: a parcel, an order, finding an order, what to be written about, and out."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from doorstep.web import look
from doorstep.web.track.assistants import PAGES as ASSISTANTS
from doorstep.web.track.choosing import preference_page, save_preferences, unsubscribe, unsubscribe_page
from doorstep.web.track.engaging import follow, opened
from doorstep.web.track.entering import ask_code, leave, me_page, type_code
from doorstep.web.track.finding import find_order, find_page
from doorstep.web.track.framing import ERRORS
from doorstep.web.track.news import news_page
from doorstep.web.track.notifying import leave_order, leave_parcel, push_script, subscribe_order, subscribe_parcel
from doorstep.web.track.opting_in import confirm_optin, optin_page
from doorstep.web.track.pages import order_page, parcel_page
from doorstep.web.track.passing import order_for_wallet
from doorstep.web.track.portal import PAGES as PORTAL
from doorstep.web.track.published import delivery_jsonld, keys_json, method_page, performance_json, performance_jws
from doorstep.web.track.shortened import follow_short
from doorstep.web.track.telling import tell_problem
from doorstep.web.track.well_known import directory_of_host, directory_of_slug

_PAGES: list[ControllerRouterHandler] = [
    parcel_page,
    tell_problem,
    order_page,
    news_page,
    order_for_wallet,
    find_page,
    find_order,
    me_page,
    ask_code,
    type_code,
    leave,
    preference_page,
    save_preferences,
    unsubscribe_page,
    unsubscribe,
    follow,
    follow_short,
    opened,
    optin_page,
    confirm_optin,
    performance_json,
    performance_jws,
    keys_json,
    delivery_jsonld,
    method_page,
    directory_of_host,
    directory_of_slug,
    *PORTAL,
    *ASSISTANTS,
]
#: What pages' scripts ask, answered in JSON.
_ASKED: list[ControllerRouterHandler] = [push_script, subscribe_parcel, subscribe_order, leave_parcel, leave_order]
#: Mounted by the application; the look's files come with them, for the desk too.
ROUTES: list[ControllerRouterHandler] = [*look.ROUTES, *_ASKED, Router(path="/", route_handlers=_PAGES, exception_handlers=ERRORS)]
