"""The shop's console: what stands where, why each message was or was not sent, and what needs somebody."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from doorstep.web.desk import (
    brand,
    codes,
    connections,
    doors,
    keys,
    letters,
    messages,
    overview,
    people,
    pitfalls,
    rules,
    shipments,
    suppressions,
)

_PAGES: list[ControllerRouterHandler] = [
    doors.login_page,
    doors.log_in,
    doors.log_out,
    overview.overview,
    overview.reasons,
    codes.list_codes,
    codes.mapping_form,
    codes.map_one,
    codes.take_back,
    codes.written_out,
    overview.changes,
    shipments.list_shipments,
    shipments.one_shipment,
    shipments.one_order,
    pitfalls.list_pitfalls,
    pitfalls.tell_pitfall,
    pitfalls.close_pitfall,
    pitfalls.mute_pitfall,
    messages.list_messages,
    messages.one_message,
    messages.shown_message,
    suppressions.list_suppressions,
    suppressions.add_suppression,
    suppressions.lift_suppression,
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
    brand.brand_form,
    brand.save_brand,
    rules.rules_form,
    rules.save_rules,
    people.list_users,
    people.add_user,
    people.reset_password,
    people.set_user_state,
    people.change_own_password,
]
#: Mounted by the application.
ROUTES: list[ControllerRouterHandler] = [
    Router(path="/desk", route_handlers=_PAGES, before_request=doors.admit, exception_handlers=doors.ERRORS)
]
