"""Mailboxes of e-mail connections → their unseen mails in the inbox, as if each had been posted to the connection's hook.

Kept first, marked seen after the commit: a worker that dies in between fetches the same mails again, and the inbox knows them by their
Message-ID (or by UIDVALIDITY and UID, where a mail has none).
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from functools import partial
from typing import TypeVar

import structlog

from doorstep.channels import channels
from doorstep.domain.plugins import ImapRequest
from doorstep.errors import DoorstepError, MisconfiguredError
from doorstep.steps.directory import Directory
from doorstep.steps.sum_up import observe_call
from doorstep.steps.unread import note_unread
from doorstep.steps.wire.imap import Mailbox, Unseen
from doorstep.store import inbox, mailboxes
from doorstep.store.connections import Connection
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival

_LOG = structlog.get_logger()
_EVERY = timedelta(seconds=60)
#: Mails of one mailbox that are held at once, and rounds of them in one visit.
_MOST, _ROUNDS = 20, 10
#: Mailboxes read at once.
_AT_ONCE = 8
_HEAD_BYTES = 64_000
Done = TypeVar("Done")


class Mailboxes:
    """Reads every connection's mailbox once a minute; one that cannot be read rests as `steps.unread` says."""

    def __init__(self, database: Database, directory: Directory, *, allow_private: bool = False) -> None:
        self._database, self._directory, self._allow_private = database, directory, allow_private
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="mailbox")
        self._due: dict[tuple[int, int], datetime] = {}

    async def turn(self, now: datetime) -> int:
        """Read the mailboxes that are due; return how many mails were fetched."""
        due = [one for one in self._connections() if self._due.get(_key(one), now) <= now]
        if not due:
            return 0
        async with self._database.system() as tx:
            troubled = await mailboxes.troubles(tx)
        due = [one for one in due if _key(one) not in troubled or troubled[_key(one)].due_at <= now]
        done = 0
        for start in range(0, len(due), _AT_ONCE):
            done += sum(
                await asyncio.gather(*(self._visit(one, now, troubled=_key(one) in troubled) for one in due[start : start + _AT_ONCE]))
            )
        return done

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _connections(self) -> Iterator[Connection]:
        for tenant in self._directory.tenants():
            for connection in tenant.connections.values():
                plugin = channels().get(connection.provider) if connection.kind == "channel" and connection.active else None
                if plugin is not None and plugin.mailbox is not None and connection.settings.get("imap_host", "").strip():
                    yield connection

    async def _visit(self, connection: Connection, now: datetime, *, troubled: bool) -> int:
        """Read one mailbox; what goes wrong with it is noted, and harms no other."""
        key, started = _key(connection), asyncio.get_running_loop().time()
        self._due[key] = now + _EVERY
        outcome, done = "answered", 0
        try:
            done = await self._read(connection, now)
            if troubled:
                async with self._database.system() as tx:
                    await mailboxes.over(tx, *key)
        except UnreadError as error:
            outcome = "misconfigured" if error.refused else "later"
            _LOG.warning("mailbox_not_read", merchant=key[0], connection=key[1], refused=error.refused, why=str(error))
            await self._note(key, error, now)
        except DoorstepError as error:  # the database's, not the mailbox's: what is not kept is not marked, and comes again
            outcome = "later"
            _LOG.warning("mailbox_put_off", merchant=key[0], connection=key[1], error=type(error).__name__, why=str(error))
        observe_call(connection.provider, outcome, asyncio.get_running_loop().time() - started)
        return done

    async def _note(self, key: tuple[int, int], error: "UnreadError", now: datetime) -> None:
        try:
            async with self._database.system() as tx:
                await note_unread(tx, self._directory, key, str(error), now, refused=error.refused)
        except DoorstepError as fault:
            _LOG.warning("mailbox_put_off", merchant=key[0], connection=key[1], error=type(fault).__name__, why=str(fault))

    async def _read(self, connection: Connection, now: datetime) -> int:
        """Keep the unseen mails of one mailbox.

        Raises:
            UnreadError: its settings are wrong, or it is not read now.
            TryLaterError: the database is away.
        """
        request = _request_of(connection)
        if request is None:
            return 0
        box = await self._in_thread(lambda: Mailbox(request, allow_private=self._allow_private))
        done = 0
        try:
            for _ in range(_ROUNDS):
                mails = await self._in_thread(lambda: box.unseen(_MOST))
                if not mails:
                    break
                async with self._database.system() as tx:
                    await inbox.keep(tx, [_arrival(connection, mail, now) for mail in mails])
                await self._in_thread(partial(box.mark_seen, mails))
                done += len(mails)
        finally:
            await self._in_thread(box.close)
        return done

    async def _in_thread(self, work: Callable[[], Done]) -> Done:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except DoorstepError as error:
            raise UnreadError(error) from error


class UnreadError(DoorstepError):
    """A mailbox that is not read.

    Attributes:
        refused: only the merchant can mend it; else it may pass.
    """

    def __init__(self, error: DoorstepError) -> None:
        super().__init__(str(error))
        self.refused = isinstance(error, MisconfiguredError)


def _request_of(connection: Connection) -> ImapRequest | None:
    read = channels()[connection.provider].mailbox
    try:
        return read(connection.settings) if read else None
    except MisconfiguredError as error:
        raise UnreadError(error) from error


def _key(connection: Connection) -> tuple[int, int]:
    return connection.merchant_id, connection.connection_id


def _arrival(connection: Connection, mail: Unseen, now: datetime) -> Arrival:
    return Arrival(
        merchant_id=connection.merchant_id,
        connection_id=connection.connection_id,
        delivery_key=delivery_key(mail),
        url="",
        headers={"content-type": "message/rfc822"},
        body=mail.content,
        received_at=now,
    )


def delivery_key(mail: Unseen) -> bytes:
    """Return what tells a mail from others: its own id with sender and date, else its place in the mailbox."""
    head = BytesHeaderParser().parsebytes(mail.content[:_HEAD_BYTES])
    ident = re.sub(r"\s+", "", str(head["Message-ID"] or ""))
    named = "\0".join((ident, str(head["From"]), str(head["Date"]))) if ident else mail.place
    return hashlib.blake2b(named.encode("utf-8", "replace"), digest_size=16, person=b"mailed").digest()
