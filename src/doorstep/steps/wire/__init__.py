"""A plug-in's flow + its connection → what it ends in: the one place that talks to providers.

Nothing is sent twice here: a call is repeated only when nothing of it had left, or when its channel says that a second
one has no effect. Where a call left and no answer came, the flow is thrown an UnknownOutcomeError.
"""

import asyncio
import time
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

from doorstep.domain.messages import Receipt
from doorstep.domain.plugins import Channel, Flow, HttpRequest, Request, Response
from doorstep.errors import DoorstepError, MisconfiguredError, TryLaterError, UnknownOutcomeError
from doorstep.steps.wire.guard import Resolve, resolved
from doorstep.steps.wire.lanes import Lane
from doorstep.steps.wire.post import Post
from doorstep.steps.wire.web import Web

#: Told of each call: the provider's slug, "answered", "later", "unknown" or "misconfigured", and the seconds it took.
Observe = Callable[[str, str, float], None]
#: A call that would have to wait longer than this for its turn is put off.
_LONGEST_WAIT_S = 5.0
Ended = TypeVar("Ended")
Wanted = TypeVar("Wanted", bound=Request)
_SERVER_FAULT = 500
_SMTP_CLOSING = 421


class Wire:
    """Runs flows over one HTTP client and one set of SMTP connections; an async context manager.

    A connection is (merchant id, connection id): each has its own rate and its own circuit breaker, one for each host where others than
    its provider gave the address.
    """

    def __init__(  # noqa: PLR0913 - each may be left out
        self,
        *,
        allow_private: bool = False,
        hello: str | None = None,
        observe: Observe | None = None,
        resolve: Resolve = resolved,
        clock: Callable[[], float] = time.monotonic,
        read_timeout_s: float = 20.0,
        failures_to_open: int = 5,
        rest_s: float = 30.0,
        authorities: str = "",
    ) -> None:
        """Make a wire.

        Args:
            allow_private: let guarded requests reach private networks, over plain HTTP as well; for tests and the demo.
            hello: our name in SMTP's EHLO; None: the address literal of the loopback.
            observe: told of each call.
            resolve: host and port → IP addresses.
            clock: monotonic seconds.
            read_timeout_s: how long to wait for an answer.
            failures_to_open: so many failures in a row rest a connection, or a host of its.
            rest_s: for so many seconds, until one call tries it again.
            authorities: PEM of roots that calls with a certificate trust beside the public ones; for tests.
        """
        self._observe = observe
        self._clock = clock
        self._failures_to_open, self._rest_s = failures_to_open, rest_s
        self._lanes: dict[tuple[int, int], Lane] = {}
        self._web = Web(allow_private=allow_private, resolve=resolve, read_timeout_s=read_timeout_s, authorities=authorities)
        self._post = Post(hello=hello, read_timeout_s=read_timeout_s, clock=clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._web.close()
        await self._post.close()

    async def run(self, flow: Flow, *, connection: tuple[int, int], channel: Channel) -> Receipt:
        """Run a flow to its receipt.

        Raises:
            RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as the flow raises them, and nothing else.
        """
        return await self.carry(flow, connection=connection, provider=channel.slug, rate_per_s=channel.rate_per_s)

    async def carry(self, flow: Flow, *, connection: tuple[int, int], provider: str, rate_per_s: float | None) -> Receipt:
        """Run a flow to its receipt, of whatever plug-in it is.

        Raises:
            RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: as the flow raises them, and nothing else.
        """
        return await self._drive(flow, connection, provider, rate_per_s)

    async def ask(self, flow: Generator[HttpRequest, Response, Ended], *, connection: tuple[int, int], provider: str) -> Ended:
        """Run a flow that asks a carrier; its rate is kept elsewhere, for all workers together.

        Raises:
            BadInputError, TryLaterError, MisconfiguredError: as the flow raises them, and nothing else.
        """
        return await self._drive(flow, connection, provider, None)

    async def _drive(
        self, flow: Generator[Wanted, Response, Ended], connection: tuple[int, int], provider: str, rate_per_s: float | None
    ) -> Ended:
        try:
            request = next(flow)
            while True:
                try:
                    response = await self._answer(request, connection, provider, rate_per_s)
                except DoorstepError as error:
                    request = flow.throw(error)
                else:
                    request = flow.send(response)
        except StopIteration as stop:
            ended: Ended = stop.value
            return ended
        finally:
            flow.close()

    async def _answer(self, request: Request, connection: tuple[int, int], provider: str, rate_per_s: float | None) -> Response:
        lane = self._lanes.get(connection)
        if lane is None:
            lane = self._lanes[connection] = Lane(rate_per_s, failures_to_open=self._failures_to_open, rest_s=self._rest_s)
        host = _host_of(request)
        await self._turn(lane, host)
        started, outcome = self._clock(), "unknown"
        try:
            response = await (self._web.send(request) if isinstance(request, HttpRequest) else self._post.send(request))
        except (TryLaterError, UnknownOutcomeError) as error:
            outcome = "later" if isinstance(error, TryLaterError) else "unknown"
            lane.failed(self._clock(), host)
            raise
        except MisconfiguredError:
            outcome = "misconfigured"
            raise
        else:
            outcome = "answered"
            if _is_fault(request, response):
                lane.failed(self._clock(), host)
            else:
                lane.succeeded(host)
            return response
        finally:
            if self._observe is not None:
                self._observe(provider, outcome, self._clock() - started)

    async def _turn(self, lane: Lane, host: str) -> None:
        """Wait for this connection's turn.

        Raises:
            TryLaterError: it, or the host, rests after failures, or its turn is too far off.
        """
        now = self._clock()
        wait_s = lane.wait_s(now)
        if wait_s > _LONGEST_WAIT_S:
            raise TryLaterError("the provider's rate leaves no room for this call yet", after_s=wait_s)
        if (rest_s := lane.rest_left_s(now, host)) > 0:
            raise TryLaterError(f"this {'address' if host else 'connection'} rests after repeated failures", after_s=rest_s)
        lane.take(now)
        if wait_s:
            await asyncio.sleep(wait_s)


def _host_of(request: Request) -> str:
    """Name the host and port of an address that others gave; "" where the provider gave it: its hosts stand and fall together."""
    if not isinstance(request, HttpRequest) or not request.guarded:
        return ""
    try:
        return urlsplit(request.url).netloc.rpartition("@")[2].lower()
    except ValueError:  # whoever calls it refuses it
        return ""


def _is_fault(request: Request, response: Response) -> bool:
    """Say whether an answer means that the other side, not this message, is in trouble."""
    return response.status >= _SERVER_FAULT if isinstance(request, HttpRequest) else response.status == _SMTP_CLOSING
