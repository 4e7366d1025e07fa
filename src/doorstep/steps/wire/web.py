"""HTTP request → response, with time-outs, without redirects, cookies or the environment's proxies."""

import asyncio
import hashlib
import ssl
import tempfile
from collections import OrderedDict
from functools import cache
from pathlib import Path

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
_NOT_TAKEN = "the other side does not take our certificate"
#: Clients kept that show a certificate; each holds its connections and some hundred kB of roots.
_CERTIFIED = 32


@cache
def _tls() -> ssl.SSLContext:
    """Return the one TLS context of the process; reading the roots takes a tenth of a second."""
    return httpx.create_ssl_context(trust_env=False)


def _tls_with(certificate: str, authorities: str) -> ssl.SSLContext:
    """Make a TLS context that shows a certificate and trusts `authorities` (PEM) beside the public ones.

    Raises:
        MisconfiguredError: the certificate or its key cannot be read.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if authorities:
        context.load_verify_locations(cadata=authorities)
    with tempfile.TemporaryDirectory(prefix="doorstep-") as folder:  # nobody else may enter it; OpenSSL reads keys from files only
        path = Path(folder, "client.pem")
        path.write_text(certificate)
        try:
            context.load_cert_chain(path, password="")
        except (ssl.SSLError, OSError, ValueError) as error:
            raise MisconfiguredError(f"the certificate to call with cannot be used: {_named(error)}") from None
    return context


class _CheckedTransport(httpx.AsyncHTTPTransport):
    """HTTP over connections to public addresses only."""

    def __init__(self, resolve: Resolve, tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls, http2=True, trust_env=False, limits=_LIMITS)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=_LIMITS.max_connections,
            max_keepalive_connections=_LIMITS.max_keepalive_connections,
            keepalive_expiry=_LIMITS.keepalive_expiry,
            http1=True,
            http2=True,
            network_backend=CheckedBackend(resolve),
        )


class Web:
    """The HTTP side of a wire."""

    def __init__(self, *, allow_private: bool, resolve: Resolve, read_timeout_s: float, authorities: str = "") -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._authorities = authorities
        self._total_s = read_timeout_s + 4 * _CONNECT_TIMEOUT_S
        self._timeout = httpx.Timeout(read_timeout_s, connect=_CONNECT_TIMEOUT_S, pool=_CONNECT_TIMEOUT_S)
        self._open = self._client(_tls(), checked=False)
        self._checked = self._open if allow_private else self._client(_tls(), checked=True)
        #: Clients that show a certificate, by its hash and whether they are checked; the longest unused goes first.
        self._certified: OrderedDict[tuple[bytes, bool], httpx.AsyncClient] = OrderedDict()

    def _client(self, tls: ssl.SSLContext, *, checked: bool) -> httpx.AsyncClient:
        transport = _CheckedTransport(self._resolve, tls) if checked else None
        return httpx.AsyncClient(
            verify=tls,
            http2=True,
            transport=transport,
            timeout=self._timeout,
            limits=_LIMITS,
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._open.aclose()
        await self._checked.aclose()
        for client in self._certified.values():
            await client.aclose()

    async def _client_for(self, request: HttpRequest) -> httpx.AsyncClient:
        """Return the client of a request: one that shows its certificate is its own, so that no connection is ever another's."""
        checked = request.guarded and not self._allow_private
        if not request.certificate:
            return self._checked if checked else self._open
        key = (hashlib.sha256(request.certificate.encode()).digest(), checked)
        if key not in self._certified:
            tls = await asyncio.to_thread(_tls_with, request.certificate, self._authorities)
            self._certified.setdefault(key, self._client(tls, checked=checked))
            if len(self._certified) > _CERTIFIED:
                _, idle = self._certified.popitem(last=False)  # so many others were called since that it has nothing under way
                await idle.aclose()
        self._certified.move_to_end(key)
        return self._certified[key]

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
        client = await self._client_for(request)
        try:
            async with asyncio.timeout(self._total_s):
                return await _exchange(client, request)
        except _UNSENT as error:
            if _refuses_certificate(request, error):
                raise MisconfiguredError(_NOT_TAKEN) from None
            raise TryLaterError(f"no connection to the provider: {_named(error)}") from None
        except _UNSENDABLE as error:
            raise MisconfiguredError(f"the provider's address cannot be called: {_named(error)}") from None
        except (httpx.TransportError, ssl.SSLError, TimeoutError) as error:  # httpx lets an alert that comes late through as it is
            if _refuses_certificate(request, error):
                raise MisconfiguredError(_NOT_TAKEN) from None
            raise _unanswered(request, error) from None


def _refuses_certificate(request: HttpRequest, error: BaseException | None) -> bool:
    """Tell whether the TLS of the other side said no to who we are: by an alert, in the handshake or after our first words."""
    while request.certificate and error is not None:
        text = str(error).upper() if isinstance(error, ssl.SSLError) else ""
        if "ALERT" in text and ("CERTIFICATE" in text or "UNKNOWN_CA" in text or "ACCESS_DENIED" in text):
            return True
        error = error.__cause__ or error.__context__
    return False


async def _exchange(client: httpx.AsyncClient, request: HttpRequest) -> Response:
    headers = {"accept-encoding": "identity", "user-agent": "Doorstep", **request.headers}
    async with client.stream(request.method, request.url, headers=headers, content=request.body or None) as answer:
        body, whole = bytearray(), False
        try:
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) >= request.most_bytes:
                    break
            else:
                whole = True
        except (httpx.TransportError, TimeoutError):
            # The status is here, and it is what decides; the body is only the provider's words.
            pass
        client.cookies.clear()
        return Response(status=answer.status_code, headers=dict(answer.headers), body=bytes(body[: request.most_bytes]), whole=whole)


def _unanswered(request: HttpRequest, error: Exception) -> DoorstepError:
    if request.repeatable:
        return TryLaterError(f"the provider did not answer: {_named(error)}")
    return UnknownOutcomeError(f"the call left and was not answered: {_named(error)}")


def _named(error: Exception) -> str:
    """Return only the kind of an error: its text may hold addresses and secrets."""
    return type(error).__name__
