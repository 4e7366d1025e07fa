"""SMTP request → the server's reply, over connections that are kept for many mails.

The line between safe and unknown is the end of DATA: lost before it was written, the mail did not leave; lost after it,
nobody knows.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from functools import cache
from typing import cast

import aiosmtplib

from doorstep.domain.plugins import Response, SmtpRequest
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError
from doorstep.steps.wire.line import Line, LostError, Mail
from doorstep.steps.wire.office import Office

_CONNECT_TIMEOUT_S = 10.0
#: Servers end long sessions in their own time; we do so in ours.
_MOST_MAILS = 100
_PAUSE_S = 0.2
_LINE_END = re.compile(rb"\r\n|\r|\n")
#: An address that may stand in a command: visible ASCII, no angle brackets.
_SPEAKABLE = re.compile(r"[!-;=?-~]*")
_LOST = (aiosmtplib.SMTPException, OSError, TimeoutError)


@cache
def _tls() -> ssl.SSLContext:
    """Return the one TLS context of the process; reading the roots takes a tenth of a second."""
    return ssl.create_default_context()


class Post:
    """The SMTP side of a wire."""

    def __init__(self, *, hello: str | None, read_timeout_s: float, clock: Callable[[], float]) -> None:
        self._hello = hello or "[127.0.0.1]"
        self._timeout_s = read_timeout_s
        self._clock = clock
        self._offices: dict[tuple[str, int, str, str | None, str | None], Office] = {}

    async def close(self) -> None:
        """Say goodbye on every idle connection, and close the others."""
        for office in self._offices.values():
            await asyncio.gather(*(line.leave() for line in office.lines))
            office.lines.clear()

    async def send(self, request: SmtpRequest) -> Response:
        """Hand one mail to the server; the reply's header `stage` names the command it answers.

        Raises:
            TryLaterError: no connection, or it broke before the mail left.
            UnknownOutcomeError: it broke after the mail left.
            MisconfiguredError: the server lacks what the connection asks for, or shows a wrong certificate.
            RefusedError: an address that no SMTP command may hold.
        """
        if not (_SPEAKABLE.fullmatch(request.envelope_from) and _SPEAKABLE.fullmatch(request.envelope_to)):
            raise RefusedError("an address cannot stand in an SMTP command", suppress=False, code="address")
        if request.greets:
            return await self._greet(request)
        key = (request.host, request.port, request.security, request.username, request.password)
        office = self._offices.get(key)
        if office is None:
            office = self._offices[key] = Office()
        content = _framed(request.content)
        async with office.slots:
            return await self._hand_over(office, request, content)

    async def _hand_over(self, office: Office, request: SmtpRequest, content: bytes) -> Response:
        """Try a kept connection, which may have died meanwhile; then a new one, which tells; then with one command at a time."""
        anew = plainly = False
        while True:
            line = None if plainly else await office.take(self._clock(), anew=anew)
            anew = anew or line is None
            opened = line or await self._opened(office, request, plainly=plainly)
            if isinstance(opened, Response):
                return opened
            mail = _mail(request, content, opened)
            opened.begin(mail)
            try:
                response = await mail.ended
            except LostError as error:
                if anew and not opened.pipelines:
                    raise TryLaterError(f"the mail server hung up before the mail left: {type(error.__cause__).__name__}") from None
                anew, plainly = True, anew
            else:
                if not mail.confused:
                    if plainly:
                        office.distrust(self._clock())
                    return response
                anew = plainly = True

    async def _greet(self, request: SmtpRequest) -> Response:
        """Log in on a connection of its own, ask for nothing and say goodbye."""
        opened = await self._open(request)
        if isinstance(opened, Response):
            return opened
        try:
            code, text = await opened.execute_command(b"NOOP")
            await opened.quit()
        except _LOST as error:
            raise TryLaterError(f"the mail server hung up: {type(error).__name__}") from None
        finally:
            opened.close()
        return _response(code, text, "noop")

    async def _opened(self, office: Office, request: SmtpRequest, *, plainly: bool) -> Line | Response:
        """Open a connection, trying twice; a refused login is a response."""
        office.opening()
        line = None
        try:
            try:
                smtp = await self._open(request)
            except TryLaterError:
                await asyncio.sleep(_PAUSE_S)
                smtp = await self._open(request)
            if isinstance(smtp, Response):
                return smtp
            pipelines = not plainly and office.trusts(self._clock()) and smtp.supports_extension("pipelining")
            sizes = smtp.supports_extension("size")
            transport = cast("asyncio.Transport", smtp.transport)
            line = Line(transport, pipelines=pipelines, sizes=sizes, timeout_s=self._timeout_s, most_mails=_MOST_MAILS, clock=self._clock)
            return line
        finally:
            office.add(line)

    async def _open(self, request: SmtpRequest) -> aiosmtplib.SMTP | Response:
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
        return smtp


def _mail(request: SmtpRequest, content: bytes, line: Line) -> Mail:
    size = f" SIZE={len(content)}" if line.sizes else ""
    commands = (f"MAIL FROM:<{request.envelope_from}>{size}\r\n".encode(), f"RCPT TO:<{request.envelope_to}>\r\n".encode(), b"DATA\r\n")
    return Mail(commands, content, asyncio.get_running_loop().create_future())


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
    ends = content.count(b"\r\n")
    if not content.count(b"\n") == content.count(b"\r") == ends:
        content = _LINE_END.sub(b"\r\n", content)
    if content.startswith(b"."):
        content = b"." + content
    ending = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    return content.replace(b"\r\n.", b"\r\n..") + ending


def _response(code: int, text: str, stage: str) -> Response:
    return Response(status=code, headers={"stage": stage}, body=text.encode("utf-8", "replace"))
