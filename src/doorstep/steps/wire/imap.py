"""A mailbox → its unseen mails, by IMAP4rev1, and word back of those that are kept.

On the standard library's client, in a thread: a mailbox is polled once a minute, and nothing here is worth a dependency. The server is a
stranger's: its address is checked as the wire checks others, and it may send no more than asked for.

Source: RFC 3501, as known on 2026-11-29.
"""

import base64
import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from typing_extensions import override

from doorstep.domain.plugins import ImapRequest
from doorstep.errors import DoorstepError, MisconfiguredError, TryLaterError
from doorstep.steps.wire.guard import is_public

_TIMEOUT_S = 20.0
#: The largest mail that is read whole; of a larger one its beginning is.
_MOST_BYTES = 25_000_000
#: So many bytes of mails are held at once.
_MOST_AT_ONCE = 30_000_000
#: More in one answer than was asked for is refused.
_MOST_ANSWERED = _MOST_BYTES + 1_000_000
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


class Unseen(NamedTuple):
    """One mail that nobody has seen yet."""

    #: UIDVALIDITY and UID: this mail and no other, as long as the server keeps its word.
    place: str
    uid: bytes
    content: bytes


class Mailbox:
    """One open mailbox. Every method blocks: call them in a thread, one after another."""

    def __init__(self, request: ImapRequest, *, allow_private: bool = False) -> None:
        """Open it.

        Raises:
            TryLaterError: the server does not answer now.
            MisconfiguredError: address, login or folder are wrong.
        """
        address = _address(request, allow_private=allow_private)
        try:
            self._imap = _Bounded(request, address)
        except ssl.SSLCertVerificationError as error:
            raise MisconfiguredError("the mailbox server's certificate does not fit its name") from error
        except ssl.SSLError as error:
            raise MisconfiguredError("the mailbox server speaks no TLS on this port: check imap_port and imap_security") from error
        except (OSError, imaplib.IMAP4.error) as error:
            raise TryLaterError(f"no connection to the mailbox server: {type(error).__name__}") from error
        try:
            self._enter(request)
        except BaseException:
            self.close()
            raise

    def unseen(self, most: int) -> list[Unseen]:
        """Fetch the oldest mails that nobody has seen, `most` at most and no more than fit; none of them is marked.

        Raises:
            TryLaterError: the server broke off.
        """
        with _answering():
            verdict, found = self._imap.uid("SEARCH", "UNSEEN")
            if verdict != "OK":
                raise TryLaterError("the mailbox server does not search now")
            mails: list[Unseen] = []
            room = _MOST_AT_ONCE
            for uid in [one for one in (found[0] or b"").split() if one.isdigit()][:most]:
                size = self._size(uid)
                if mails and size > room:
                    break
                content = self._content(uid)
                room -= len(content)
                if content:
                    mails.append(Unseen(f"{self._validity}.{uid.decode('ascii', 'replace')}", uid, content))
            return mails

    def mark_seen(self, mails: list[Unseen]) -> None:
        r"""Mark mails \Seen.

        Raises:
            TryLaterError: the server broke off; they come again and are known then.
        """
        if mails:
            with _answering():
                self._imap.uid("STORE", b",".join(mail.uid for mail in mails).decode("ascii"), "+FLAGS.SILENT", r"(\Seen)")

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self._imap.logout()
        # One that broke off leaves its socket open.
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self._imap.shutdown()

    def _enter(self, request: ImapRequest) -> None:
        with _answering():
            if request.security == "starttls":
                self._imap.starttls(_tls())
            try:
                self._log_in(request)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise MisconfiguredError("the mailbox server does not take user name and password") from error
            verdict, _ = self._imap.select(_folder(request.folder))
            if verdict != "OK":
                raise MisconfiguredError("the mailbox has no such folder")
        told = self._imap.response("UIDVALIDITY")[1]
        self._validity = told[0].decode("ascii", "replace") if told and isinstance(told[0], bytes) else "0"

    def _log_in(self, request: ImapRequest) -> None:
        if "AUTH=PLAIN" in self._imap.capabilities:
            self._imap.authenticate("PLAIN", lambda _: f"\0{request.username}\0{request.password}".encode())
        elif request.username.isascii() and request.password.isascii():
            self._imap.login(request.username, _UNSAFE.sub("", request.password))
        else:
            raise MisconfiguredError("the mailbox server takes user names and passwords in ASCII alone")

    def _size(self, uid: bytes) -> int:
        _, found = self._imap.uid("FETCH", uid.decode("ascii"), "(RFC822.SIZE)")
        size = _SIZE.search(found[0]) if found and isinstance(found[0], bytes) else None
        return min(int(size[1]), _MOST_BYTES) if size else 0

    def _content(self, uid: bytes) -> bytes:
        _, found = self._imap.uid("FETCH", uid.decode("ascii"), f"(BODY.PEEK[]<0.{_MOST_BYTES}>)")
        return next((bytes(part[1]) for part in found if isinstance(part, tuple)), b"")


class _Bounded(imaplib.IMAP4):
    """A client that connects to an address that was checked, and reads no more than was asked for."""

    def __init__(self, request: ImapRequest, address: str) -> None:
        self._address, self._security = address, request.security
        super().__init__(request.host, request.port, timeout=_TIMEOUT_S)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = socket.create_connection((self._address, self.port), timeout)
        if self._security != "tls":
            return plain
        try:
            return _tls().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    @override
    def read(self, size: int) -> bytes:
        if size > _MOST_ANSWERED:
            raise self.abort("the server sends more than was asked for")
        return super().read(size)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _address(request: ImapRequest, *, allow_private: bool) -> str:
    """Resolve the server's name once, and check every address it has."""
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(request.host, request.port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise TryLaterError("the mailbox server's name has no address") from error
    if not allow_private and not all(is_public(address) for address in found):
        raise MisconfiguredError("the mailbox server's address leads into a private network")
    if not allow_private and request.security == "none":
        raise MisconfiguredError("a mailbox is read over TLS alone: check imap_security")
    return found[0]


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Say who must act where the server breaks off."""
    try:
        yield
    except DoorstepError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise MisconfiguredError("the mailbox server's certificate does not fit its name") from error
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        raise TryLaterError(f"the mailbox server broke off: {type(error).__name__}") from error


def _folder(name: str) -> str:
    """Write a folder's name as IMAP wants it: modified UTF-7, quoted."""
    pieces = re.split(r"([^\x20-\x7e]+)", _UNSAFE.sub("", name).replace("&", "&-"))
    written = "".join(piece if piece.isascii() else _shifted(piece) for piece in pieces)
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shifted(piece: str) -> str:
    return "&" + base64.b64encode(piece.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
