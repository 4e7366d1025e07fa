"""HTTP request → response, with time-outs, without redirects, cookies or the environment's proxies."""

import asyncio
import ssl
from functools import cache

import httpcore
import httpx

from doorstep.domain.plugins import HttpRequest, Response
from doorstep.errors import DoorstepError, MisconfiguredError, TryLaterError, UnknownOutcomeError
from doorstep.steps.wire.guard import CheckedBackend, Resolve, check_address

_CONNECT_TIMEOUT_S = 5.0
#: Pauses before the second and third try of what is safe to try again.
_PAUSES_S = (0.1, 0.5)
#: A try that failed slower than this is not repeated at once: the sender's own schedule does it.
_QUICK_S = 1.0
#: httpx says these when nothing of the request has left.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_UNSENDABLE = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.CookieConflict)
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=10.0)


@cache
def _tls() -> ssl.SSLContext:
    """Return the one TLS context of the process; reading the roots takes a tenth of a second."""
    return httpx.create_ssl_context(trust_env=False)


class _CheckedTransport(httpx.AsyncHTTPTransport):
    """HTTP over connections to public addresses only."""

    def __init__(self, resolve: Resolve) -> None:
        super().__init__(verify=_tls(), http2=True, trust_env=False, limits=_LIMITS)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_tls(),
            max_connections=_LIMITS.max_connections,
            max_keepalive_connections=_LIMITS.max_keepalive_connections,
            keepalive_expiry=_LIMITS.keepalive_expiry,
            http1=True,
            http2=True,
            network_backend=CheckedBackend(resolve),
        )


class Web:
    """The HTTP side of a wire."""

    def __init__(self, *, allow_private: bool, resolve: Resolve, read_timeout_s: float) -> None:
        self._allow_private = allow_private
        self._total_s = read_timeout_s + 4 * _CONNECT_TIMEOUT_S
        timeout = httpx.Timeout(read_timeout_s, connect=_CONNECT_TIMEOUT_S, pool=_CONNECT_TIMEOUT_S)
        self._open = httpx.AsyncClient(verify=_tls(), http2=True, timeout=timeout, limits=_LIMITS, follow_redirects=False, trust_env=False)
        self._checked = (
            self._open
            if allow_private
            else httpx.AsyncClient(
                verify=_tls(), transport=_CheckedTransport(resolve), timeout=timeout, follow_redirects=False, trust_env=False
            )
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._open.aclose()
        await self._checked.aclose()

    async def send(self, request: HttpRequest) -> Response:
        """Make one call, again only where that is safe.

        Raises:
            TryLaterError: nothing left, or a repeatable request got no answer.
            UnknownOutcomeError: it left and no answer came.
            MisconfiguredError: the address cannot be called, or may not be.
        """
        if request.guarded and not self._allow_private:
            check_address(request.url)
        loop = asyncio.get_running_loop()
        for pause_s in _PAUSES_S:
            started = loop.time()
            try:
                return await self._once(request)
            except TryLaterError:
                if loop.time() - started > _QUICK_S:
                    raise
                await asyncio.sleep(pause_s)
        return await self._once(request)

    async def _once(self, request: HttpRequest) -> Response:
        client = self._checked if request.guarded else self._open
        try:
            async with asyncio.timeout(self._total_s):
                return await _exchange(client, request)
        except _UNSENT as error:
            raise TryLaterError(f"no connection to the provider: {_named(error)}") from None
        except _UNSENDABLE as error:
            raise MisconfiguredError(f"the provider's address cannot be called: {_named(error)}") from None
        except (httpx.TransportError, TimeoutError) as error:
            raise _unanswered(request, error) from None


async def _exchange(client: httpx.AsyncClient, request: HttpRequest) -> Response:
    headers = {"accept-encoding": "identity", "user-agent": "Doorstep", **request.headers}
    async with client.stream(request.method, request.url, headers=headers, content=request.body or None) as answer:
        body = bytearray()
        try:
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) >= request.most_bytes:
                    break
        except (httpx.TransportError, TimeoutError):
            # The status is here, and it is what decides; the body is only the provider's words.
            pass
        client.cookies.clear()
        return Response(status=answer.status_code, headers=dict(answer.headers), body=bytes(body[: request.most_bytes]))


def _unanswered(request: HttpRequest, error: Exception) -> DoorstepError:
    if request.repeatable:
        return TryLaterError(f"the provider did not answer: {_named(error)}")
    return UnknownOutcomeError(f"the call left and was not answered: {_named(error)}")


def _named(error: Exception) -> str:
    """Return only the kind of an error: its text may hold addresses and secrets."""
    return type(error).__name__
