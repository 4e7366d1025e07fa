"""What every route needs, made once at start."""

from typing import cast

import msgspec
from litestar import Request
from litestar.datastructures import State

from doorstep.settings import Settings
from doorstep.steps.directory import Directory
from doorstep.steps.intake import Intake
from doorstep.steps.receive import Receiver
from doorstep.store.database import Database


class House(msgspec.Struct, frozen=True, kw_only=True):
    """The running installation as the web sees it."""

    settings: Settings
    database: Database
    directory: Directory
    receiver: Receiver
    intake: Intake = msgspec.field(default_factory=Intake)


def house_of(request: "Request[object, object, State]") -> House:
    """Return the house of the application that serves this request."""
    return cast("House", request.app.state.house)
