"""The shop's console: what stands where, why each message was or was not sent, and what needs somebody."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from doorstep.web.desk import connections, doors, keys, letters, messages, overview, shipments

_PAGES: list[ControllerRouterHandler] = [
    doors.login_page,
    doors.log_in,
    doors.log_out,
    overview.overview,
    overview.reasons,
    overview.unknown_codes,
    overview.changes,
    shipments.list_shipments,
    shipments.one_shipment,
    shipments.one_order,
    messages.list_messages,
    messages.one_message,
    messages.shown_message,
    messages.list_suppressions,
    letters.list_letters,
    letters.replay,
    connections.list_connections,
    connections.new_form,
    connections.add,
    connections.edit_form,
    connections.change,
    connections.set_state,
    keys.list_keys,
    keys.make_key,
    keys.revoke_key,
]
#: Mounted by the application.
ROUTES: list[ControllerRouterHandler] = [
    Router(path="/desk", route_handlers=_PAGES, before_request=doors.admit, exception_handlers=doors.ERRORS)
]
