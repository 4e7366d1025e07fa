"""SMTP request → the server's reply, over connections that are kept for many mails.

The line between safe and unknown is the end of DATA: lost before it was written, the mail did not leave; lost after it,
nobody knows.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from functools import cache

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from doorstep.domain.plugins import Response, SmtpRequest
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

_CONNECT_TIMEOUT_S = 10.0
#: Servers end long sessions in their own time; we do so in ours.
_MOST_MAILS = 100
_MOST_CONNECTIONS = 8
_LONGEST_IDLE_S = 60.0
_PAUSE_S = 0.2
_LINE_END = re.compile(rb"\r\n|\r|\n")
_READY = 354
_LOST = (aiosmtplib.SMTPException, OSError, TimeoutError)


@cache
def _tls() -> ssl.SSLContext:
    """Return the one TLS context of the process; reading the roots takes a tenth of a second."""
    return ssl.create_default_context()


class _LostError(Exception):
    """The connection broke while nothing of the mail had left."""


class _Session:
    """One logged-in SMTP connection."""

    def __init__(self, smtp: aiosmtplib.SMTP) -> None:
        self.smtp = smtp
        self.mails = 0
        self.idle_since = 0.0

    async def deliver(self, request: SmtpRequest, content: bytes, timeout_s: float) -> Response:
        """Hand over one mail.

        Raises:
            _LostError: the connection broke before the mail left.
            UnknownOutcomeError: it broke after.
        """
        size = f" SIZE={len(content)}" if self.smtp.supports_extension("size") else ""
        commands = (
            ("mail", f"MAIL FROM:<{request.envelope_from}>{size}", 200),
            ("rcpt", f"RCPT TO:<{request.envelope_to}>", 200),
            ("data", "DATA", _READY),
        )
        try:
            for stage, command, wanted in commands:
                code, text = await self.smtp.execute_command(command.encode("ascii"))
                if code != wanted and not (wanted != _READY and 200 <= code < 300):  # noqa: PLR2004 - SMTP's success
                    return await self._refused(stage, code, text)
            protocol = self._write(content)
        except _LOST as error:
            raise _LostError from error
        try:
            code, text = await protocol.read_response(timeout=timeout_s)
        except _LOST as error:
            self.smtp.close()
            raise UnknownOutcomeError(f"the mail left and the server did not answer: {type(error).__name__}") from None
        self.mails += 1
        return _response(code, text, "data")

    def _write(self, content: bytes) -> SMTPProtocol:
        protocol = self.smtp.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("closed")
        protocol.write(content)
        return protocol

    async def _refused(self, stage: str, code: int, text: str) -> Response:
        """Leave the session ready for the next mail, and pass the refusal on."""
        if self.smtp.is_connected:
            try:
                await self.smtp.rset()
            except _LOST:
                self.smtp.close()
        return _response(code, text, stage)


class _Office:
    """The connections to one server under one login."""

    def __init__(self) -> None:
        self.idle: list[_Session] = []
        self.slots = asyncio.Semaphore(_MOST_CONNECTIONS)

    def take(self, now: float) -> _Session | None:
        """Take a connection that is still up; None when there is none."""
        while self.idle:
            session = self.idle.pop()
            if session.smtp.is_connected and now - session.idle_since < _LONGEST_IDLE_S:
                return session
            session.smtp.close()
        return None


class Post:
    """The SMTP side of a wire."""

    def __init__(self, *, hello: str | None, read_timeout_s: float, clock: Callable[[], float]) -> None:
        self._hello = hello or "[127.0.0.1]"
        self._timeout_s = read_timeout_s
        self._clock = clock
        self._offices: dict[tuple[str, int, str, str | None, str | None], _Office] = {}

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        for office in self._offices.values():
            for session in office.idle:
                try:
                    await session.smtp.quit(timeout=1.0)
                except _LOST:
                    session.smtp.close()
            office.idle.clear()

    async def send(self, request: SmtpRequest) -> Response:
        """Hand one mail to the server; the reply's header `stage` names the command it answers.

        Raises:
            TryLaterError: no connection, or it broke before the mail left.
            UnknownOutcomeError: it broke after the mail left.
            MisconfiguredError: the server lacks what the connection asks for, or shows a wrong certificate.
            RefusedError: an address that no SMTP command may hold.
        """
        if not all(_is_speakable(address) for address in (request.envelope_from, request.envelope_to)):
            raise RefusedError("an address cannot stand in an SMTP command", suppress=False, code="address")
        if request.greets:
            return await self._greet(request)
        key = (request.host, request.port, request.security, request.username, request.password)
        office = self._offices.setdefault(key, _Office())
        content = _framed(request.content)
        async with office.slots:
            session = office.take(self._clock())
            if session is not None:
                try:
                    return await self._deliver(office, session, request, content)
                except _LostError:
                    pass  # A kept connection may have died meanwhile; a new one tells.
            opened = await self._opened(request)
            if isinstance(opened, Response):
                return opened
            try:
                return await self._deliver(office, opened, request, content)
            except _LostError as error:
                raise TryLaterError(f"the mail server hung up before the mail left: {type(error.__cause__).__name__}") from None

    async def _greet(self, request: SmtpRequest) -> Response:
        """Log in on a connection of its own, ask for nothing and say goodbye."""
        opened = await self._open(request)
        if isinstance(opened, Response):
            return opened
        try:
            code, text = await opened.smtp.execute_command(b"NOOP")
            await opened.smtp.quit()
        except _LOST as error:
            raise TryLaterError(f"the mail server hung up: {type(error).__name__}") from None
        finally:
            opened.smtp.close()
        return _response(code, text, "noop")

    async def _deliver(self, office: _Office, session: _Session, request: SmtpRequest, content: bytes) -> Response:
        try:
            response = await session.deliver(request, content, self._timeout_s)
        except BaseException:
            session.smtp.close()
            raise
        if not session.smtp.is_connected:
            return response
        if session.mails >= _MOST_MAILS:
            session.smtp.close()
        else:
            session.idle_since = self._clock()
            office.idle.append(session)
        return response

    async def _opened(self, request: SmtpRequest) -> _Session | Response:
        """Open a connection, trying twice; a refused login is a response."""
        try:
            return await self._open(request)
        except TryLaterError:
            await asyncio.sleep(_PAUSE_S)
            return await self._open(request)

    async def _open(self, request: SmtpRequest) -> _Session | Response:
        smtp = aiosmtplib.SMTP(
            hostname=request.host,
            port=request.port,
            local_hostname=self._hello,
            timeout=_CONNECT_TIMEOUT_S,
            use_tls=request.security == "tls",
            start_tls=request.security == "starttls",
            tls_context=None if request.security == "none" else _tls(),
        )
        stage = "connect"
        try:
            await smtp.connect()
            if smtp.is_ehlo_or_helo_needed:
                await smtp.ehlo()
            if request.username is not None:
                stage = "auth"
                await smtp.login(request.username, request.password or "")
            smtp.timeout = self._timeout_s
        except aiosmtplib.SMTPResponseException as error:
            smtp.close()
            return _response(error.code, error.message, stage)
        except _LOST as error:
            smtp.close()
            raise _unopened(error, stage) from None
        except BaseException:
            smtp.close()
            raise
        return _Session(smtp)


def _unopened(error: Exception, stage: str) -> TryLaterError | MisconfiguredError:
    causes = (error, error.__cause__, error.__context__)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return MisconfiguredError("the mail server's certificate does not fit its name")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return MisconfiguredError("the mail server speaks no TLS on this port: check port and security")
    if isinstance(error, ConnectionError | TimeoutError | OSError):
        return TryLaterError(f"no connection to the mail server: {type(error).__name__}")
    missing = "a login this client knows" if stage == "auth" else "STARTTLS"
    return MisconfiguredError(f"the mail server does not offer {missing}: check port and security")


def _framed(content: bytes) -> bytes:
    """Write a mail as DATA wants it: CRLF line ends, leading dots doubled, the ending dot."""
    lines = _LINE_END.sub(b"\r\n", content)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _is_speakable(address: str) -> bool:
    return address.isascii() and address.isprintable() and not any(mark in address for mark in "<> ")


def _response(code: int, text: str, stage: str) -> Response:
    return Response(status=code, headers={"stage": stage}, body=text.encode("utf-8", "replace"))
