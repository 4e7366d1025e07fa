"""Mails, in turn → the server's replies to each, over one SMTP connection that is logged in.

Where the server offers PIPELINING (RFC 2920, read 2026-11-29), MAIL, RCPT and DATA leave in one write, and a mail that waits has its
three commands behind the text of the one before it. No text leaves before all three of its own are answered.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from typing_extensions import override

from doorstep.domain.plugins import Response
from doorstep.errors import UnknownOutcomeError

#: The server is closing the connection.
CLOSING = 421
_READY = 354
#: The server heard a command it does not know or does not expect: after ours, which are in order, it cannot take them together.
_CONFUSED = frozenset({500, 502, 503})
#: More of a reply is no SMTP.
_LONGEST_REPLY = 32_768
#: What a mail's last reply answers.
_LAST = frozenset({"text", "quit"})
#: Length of a reply's code and the mark behind it.
_CODE = 4


class LostError(Exception):
    """The connection broke, or answered with nonsense, while nothing of the mail had left."""


class Mail:
    """One mail on its way: its commands, its text as DATA wants it, and what became of it."""

    __slots__ = ("commands", "confused", "content", "ended", "left", "refused")

    def __init__(self, commands: tuple[bytes, bytes, bytes], content: bytes, ended: "asyncio.Future[Response]") -> None:
        self.commands, self.content, self.ended = commands, content, ended
        #: The first reply that says no.
        self.refused: Response | None = None
        #: Its text was written: whether it was taken only the reply tells.
        self.left = False
        #: One of its commands was not understood, though the mail may be good.
        self.confused = False

    def end(self, response: Response) -> None:
        """Tell what the server said, if somebody still waits for it."""
        if not self.ended.done():
            self.ended.set_result(response)

    def lose(self, error: Exception) -> None:
        """Tell that the connection broke: refused it stays refused, left it is unknown, else nothing of it has left."""
        if self.ended.done():
            return
        if self.refused is not None:
            self.ended.set_result(self.refused)
        elif self.left:
            why = f"the mail left and the server did not answer: {type(error).__name__}"
            self.ended.set_exception(UnknownOutcomeError(why))
        else:
            lost = LostError()
            lost.__cause__ = error
            self.ended.set_exception(lost)


class Line(asyncio.Protocol):
    """One connection, taken over once it is logged in."""

    def __init__(
        self, transport: asyncio.Transport, *, pipelines: bool, sizes: bool, timeout_s: float, most_mails: int, clock: Callable[[], float]
    ) -> None:
        self.transport = transport
        #: Commands may leave together.
        self.pipelines = pipelines
        #: The server wants to know a mail's size beforehand.
        self.sizes = sizes
        self.idle_since = clock()
        #: The mails that wait or are not answered yet.
        self.load = 0
        #: It is given no more mails, and closes after those it has.
        self.retired = False
        self._left_to_begin = most_mails
        self._timeout_s, self._clock = timeout_s, clock
        self._turn: deque[Mail] = deque()
        #: The mail whose commands are under way.
        self._mail: Mail | None = None
        #: The replies that are due, in order: to what, and for which mail.
        self._due: deque[tuple[str, Mail | None]] = deque()
        self._out: list[bytes] = []
        self._buffer = b""
        self._heard_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether it may be given a mail."""
        return not self.transport.is_closing()

    def begin(self, mail: Mail) -> None:
        """Hand over a mail, as soon as it is its turn; `mail.ended` tells how that went."""
        self.load += 1
        self._left_to_begin -= 1
        if not self._left_to_begin:
            self.retired = True
        self._turn.append(mail)
        self._go_on()

    def retire(self) -> None:
        """Take no more mails, and close after those under way."""
        self.retired = True
        if not self.load:
            self.close()

    async def leave(self) -> None:
        """Say goodbye, if the server hears it, and close."""
        if self.is_open and not self._due:
            self.load += 1
            gone: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
            self._write("quit", b"QUIT\r\n", Mail((b"", b"", b""), b"", gone))
            self._go_on()
            await asyncio.wait((gone,), timeout=1.0)
            if not gone.cancel():
                gone.exception()
        self.close()

    def close(self) -> None:
        """Break the connection; whatever is under way is lost."""
        self._break(ConnectionAbortedError())

    def _go_on(self) -> None:
        """Begin the next mail if the server may hear of it now, and write what is to be written."""
        while self._turn and self._mail is None and (self.pipelines or not self._due):
            mail = self._turn.popleft()
            if mail.ended.done():
                self.load -= 1
                continue  # nobody waits for it any more
            self._mail = mail
            self._write("mail", mail.commands[0], mail)
            if self.pipelines:
                self._write("rcpt", mail.commands[1], mail)
                self._write("data", mail.commands[2], mail)
        if self._out:
            written, self._out = b"".join(self._out), []
            self.transport.write(written)

    def _write(self, stage: str, content: bytes, mail: Mail | None = None) -> None:
        if not self._due:
            self._heard_at = self._clock()
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(self._timeout_s, self._look)
        self._out.append(content)
        self._due.append((stage, mail))

    def _look(self) -> None:
        """Break the connection if the server has been silent for too long."""
        self._timer = None
        if not self._due:
            return
        left_s = self._heard_at + self._timeout_s - self._clock()
        if left_s <= 0:
            self._break(TimeoutError())
        else:
            self._timer = asyncio.get_running_loop().call_later(left_s, self._look)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._heard_at = self._clock()
        try:
            while (reply := self._reply()) is not None:
                self._hear(*reply)
        except ValueError as error:
            self._break(error)
        else:
            self._go_on()
            if not self.load:
                self.idle_since = self._heard_at
                if self.retired:
                    self.close()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._break(exc or ConnectionResetError())

    def _break(self, error: Exception) -> None:
        self.transport.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        mails = [*(mail for _, mail in self._due if mail is not None), *self._turn]
        self._due.clear()
        self._turn.clear()
        self._out, self._mail, self.load = [], None, 0
        for mail in mails:
            mail.lose(error)

    def _reply(self) -> tuple[int, bytes] | None:
        """Take the next whole reply from what was heard: its code, and its lines' texts; None: it is not all there.

        Raises:
            ValueError: this is no SMTP.
        """
        at, texts = 0, []
        while (end := self._buffer.find(b"\n", at)) >= 0:
            line, at = self._buffer[at:end], end + 1
            texts.append(line[_CODE:].strip(b" \t\r\n"))
            if line[_CODE - 1 : _CODE] != b"-":
                self._buffer = self._buffer[at:]
                if not (code := line[: _CODE - 1]).isdigit():
                    raise ValueError("a reply without a code")
                return int(code), b"\n".join(texts)
        if len(self._buffer) > _LONGEST_REPLY:
            raise ValueError("no end of a reply")
        return None

    def _hear(self, code: int, text: bytes) -> None:
        if not self._due:
            raise ValueError("a reply to nothing")
        taken = code == _READY if self._due[0][0] == "data" else 200 <= code < 300  # noqa: PLR2004 - SMTP's success
        if not taken and not 400 <= code < 600:  # noqa: PLR2004 - SMTP's refusals
            raise ValueError("a reply that answers something else")
        stage, mail = self._due.popleft()
        if mail is not None:
            if stage in _LAST:
                self.load -= 1
                mail.end(_response(code, text, "data"))
            else:
                self._hear_command(stage, mail, code, text, taken=taken)
        if code == CLOSING:
            self._break(ConnectionResetError())

    def _hear_command(self, stage: str, mail: Mail, code: int, text: bytes, *, taken: bool) -> None:
        if not taken and mail.refused is None:
            mail.refused = _response(code, text, stage)
            mail.confused = self.pipelines and code in _CONFUSED
        if stage == "data" or (mail.refused is not None and not self.pipelines):
            self._mail = None
            self._settle(mail, ready=stage == "data" and taken)
        elif not self.pipelines:
            self._write(*(("rcpt", mail.commands[1]) if stage == "mail" else ("data", mail.commands[2])), mail)

    def _settle(self, mail: Mail, *, ready: bool) -> None:
        """Write the text where all commands were taken; else leave the connection ready for the next mail, and pass the refusal on."""
        if mail.refused is not None:
            # A server that wants a text though it has refused the recipient is given none (RFC 2920, section 3.1).
            self._write("rest", b".\r\n" if ready else b"RSET\r\n")
            self.load -= 1
            mail.end(mail.refused)
        elif mail.ended.done():
            self.close()  # nobody waits for it any more, and its text is all the server would hear now
        else:
            mail.left = True
            self._write("text", mail.content, mail)


def _response(code: int, text: bytes, stage: str) -> Response:
    return Response(status=code, headers={"stage": stage}, body=text)
