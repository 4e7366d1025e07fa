"""The shop's console."""

from litestar.types import ControllerRouterHandler

ROUTES: list[ControllerRouterHandler] = []
