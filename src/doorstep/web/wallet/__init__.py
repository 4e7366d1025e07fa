"""What Apple Wallet asks below `/wallet/v1`: its registrations, its orders, its complaints."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from doorstep.steps.wallet import SERVICE
from doorstep.web.wallet.asking import changed_orders, newest_order
from doorstep.web.wallet.complaining import take_log
from doorstep.web.wallet.registering import register, unregister

#: Bytes of a body at most.
_MOST_BYTES = 65_536
_ALL: list[ControllerRouterHandler] = [register, unregister, changed_orders, newest_order, take_log]
ROUTES: list[ControllerRouterHandler] = [Router(f"{SERVICE}/v1", route_handlers=_ALL, request_max_body_size=_MOST_BYTES)]
