"""What a provider sent → what is kept of it, where checking or understanding it takes calls of ours first.

It stands before `receive`: nothing is kept, and the provider is told to come back, until the calls have succeeded; so a certificate that
cannot be had, or a mail that cannot be fetched now, costs nothing but time. See docs/decisions/0011-what-a-webhook-must-ask-first.md.
"""

from collections.abc import Generator
from datetime import datetime

from doorstep.domain.plugins import Channel, HttpRequest, IntakeFlow, Raw, Response
from doorstep.errors import DoorstepError, TryLaterError, UnknownOutcomeError
from doorstep.steps.sum_up import observe_call
from doorstep.steps.wire import Wire
from doorstep.store.connections import Connection

#: Providers give up on us after 10 to 15 seconds.
_TIMEOUT_S = 6.0
#: Answers that never change, kept in memory at most.
_MOST_KEPT = 64


class Intake:
    """Runs the channels' `intake` flows in the web process, over a wire that is made when it is first needed."""

    def __init__(self, *, allow_private: bool = False, wire: Wire | None = None) -> None:
        self._allow_private = allow_private
        self._wire = wire
        self._kept: dict[str, Response] = {}

    async def take_in(self, channel: Channel, raw: Raw, connection: Connection, now: datetime) -> bytes:
        """Return the body to keep.

        Raises:
            BadSignatureError, BadInputError: the provider did not send this, or it cannot be read.
            TryLaterError, MisconfiguredError: the calls failed; nothing may be kept.
        """
        if channel.intake is None:
            return raw.body
        if self._wire is None:
            self._wire = Wire(allow_private=self._allow_private, observe=observe_call, read_timeout_s=_TIMEOUT_S)
        flow = self._remembering(channel.intake(raw, connection.settings, now))
        try:
            return await self._wire.ask(flow, connection=(connection.merchant_id, connection.connection_id), provider=channel.slug)
        except UnknownOutcomeError as error:  # what is asked here may be asked again
            raise TryLaterError("a call that this webhook needs was not answered") from error

    async def close(self) -> None:
        """Let go of the wire."""
        if self._wire is not None:
            await self._wire.__aexit__(None, None, None)

    def _remembering(self, flow: IntakeFlow) -> Generator[HttpRequest, Response, bytes]:
        """Answer a flow's lasting requests from memory; what is new is remembered once the flow has come to a good end with it."""
        lasting: dict[str, Response] = {}
        try:
            request = next(flow)
            while True:
                response = self._kept.get(request.url) if request.lasting else None
                if response is None:
                    try:
                        response = _whole(request, (yield request))
                    except DoorstepError as error:
                        request = flow.throw(error)
                        continue
                    if request.lasting:
                        lasting[request.url] = response
                request = flow.send(response)
        except StopIteration as stop:
            self._remember(lasting)
            body: bytes = stop.value
            return body
        finally:
            flow.close()

    def _remember(self, lasting: dict[str, Response]) -> None:
        self._kept |= lasting
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]


def _whole(request: HttpRequest, response: Response) -> Response:
    """Return a response that came whole; the wire passes on what it has where the connection broke in the middle.

    Raises:
        TryLaterError: it broke.
    """
    told = next((value for name, value in response.headers.items() if name.lower() == "content-length"), "")
    if told.isdecimal() and len(response.body) < min(int(told[:12]), request.most_bytes):
        raise TryLaterError("the answer to a call that this webhook needs broke off")
    return response
