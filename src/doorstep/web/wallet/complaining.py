"""What a device says went wrong → a line in the log without anything that tells of a person; nothing is kept."""

import re
from typing import Any

import msgspec
import structlog
from litestar import Response, post
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.reading import redacted
from doorstep.web.look.asking import network_of
from doorstep.web.network import Buckets
from doorstep.web.problems import problem
from doorstep.web.wallet.doors import AnyRequest

_LOG = structlog.get_logger()
#: Lines of one request that are read, and characters of each.
_MOST_LINES, _LONGEST = 10, 200
#: Requests: a minute by network, and of all together.
_NETWORKS, _ALL = Buckets(10, 60.0), Buckets(60, 60.0)
#: Addresses, device names, tokens: whatever is long and no word.
_NAMES = re.compile(r"\S*(?:https?://|/v1/)\S*|[\w=+-]*\d[\w=+-]{15,}|[\w=+-]{24,}")


class Complaint(msgspec.Struct, frozen=True):
    """What Wallet sends."""

    logs: list[str] = []


@post("/log", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def take_log(request: AnyRequest) -> Response[Any]:
    """Note what a device could not do. Anybody may say anything here, so it is little, rare, and only read by people."""
    if _NETWORKS.take(network_of(request)) or _ALL.take(""):
        return problem(429, "that was often enough", {"retry-after": "60"})
    try:
        lines = msgspec.json.decode(await request.body(), type=Complaint).logs
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return problem(400, 'send {"logs": ["…"]}')
    for line in lines[:_MOST_LINES]:
        _LOG.warning("wallet_complained", said=without_names(line))
    return Response(b"", status_code=HTTP_200_OK)


def without_names(line: str) -> str:
    """Leave out addresses, tokens, devices and orders, and cut it short."""
    return redacted(_NAMES.sub("<name>", line[: 4 * _LONGEST].encode("utf-8", "replace").decode()), _LONGEST)
