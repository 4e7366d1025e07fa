"""A house → an application that serves it; to register every route takes a quarter of a second, so one moves from house to house."""

from litestar import Litestar

from doorstep.web.app import make_app, move_in
from doorstep.web.house import House

_MADE: list[Litestar] = []


def app_over(house: House) -> Litestar:
    """Serve this house, and from now on none that was served before: a test that wants two at once makes its own."""
    if not _MADE:
        _MADE.append(make_app(house))
    move_in(_MADE[0], house)
    return _MADE[0]
