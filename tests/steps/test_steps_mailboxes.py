"""Mailboxes: every unseen mail is kept once, whatever breaks, and marked seen only then."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import msgspec
import pytest
from imap_servers import PASSWORD, Real, Small, dovecot, has_dovecot

from doorstep.channels import channel_named
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.domain.plugins import ImapRequest
from doorstep.errors import MisconfiguredError, TryLaterError
from doorstep.steps.batch import work_batch
from doorstep.steps.connect import new_connection, secret_names
from doorstep.steps.directory import Directory
from doorstep.steps.mailboxes import Mailboxes, delivery_key
from doorstep.steps.unread import TRIGGER, unread_text
from doorstep.steps.wire import imap
from doorstep.steps.wire.imap import Mailbox, Unseen
from doorstep.store import access, connections, mailboxes
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ASKED = ImapRequest(host="127.0.0.1", port=1, username="help", password=PASSWORD, folder="INBOX", security="none")


def mail(number, text="Where is it?", ident=True):
    head = f"From: Ana <ana{number}@customer.example>\r\nTo: help@shop.example\r\nSubject: parcel {number}\r\n"
    return f"{head}{f'Message-ID: <{number}@customer.example>' if ident else 'X-None: 1'}\r\n\r\n{text}\r\n".encode()


@pytest.fixture(params=["small", "dovecot"])
def serving(request):
    """Makes a server that holds these mails."""
    made = []
    if request.param == "small":

        def make(*mails, **told):
            made.append(Small(*mails, **told))
            return made[-1]

        yield make
    elif not has_dovecot():
        pytest.skip("needs Debian's dovecot-imapd, as root")
    else:
        with dovecot() as port:

            def make(*mails):
                made.append(Real(port, *mails))
                return made[-1]

            yield make
            for one in made:
                one.close()
        return
    for one in made:
        one.close()


class Opened:
    def __init__(self, database, directory, merchant_id):
        self.database, self.directory, self.merchant_id = database, directory, merchant_id
        self.boxes = Mailboxes(database, directory, allow_private=True)

    async def connect(self, port, slug="email", **settings):
        given = {
            "host": "127.0.0.1",
            "from_address": "orders@shop.example",
            "username": "u",
            "password": "p",
            "imap_host": "127.0.0.1",
            "imap_port": str(port),
            "imap_username": "help",
            "imap_password": PASSWORD,
            "imap_security": "none",
            **settings,
        }
        made = new_connection(self.merchant_id, "channel", slug, slug, given)
        async with self.database.system() as tx:
            await connections.connect(tx, self.directory.sealer, made, secret_names(channel_named(slug)))
        await self.directory.refresh(self.database, NOW, force=True)

    async def turn(self, minutes=0):
        return await self.boxes.turn(NOW + timedelta(minutes=minutes))

    async def rows(self, what="select body, headers::text as headers from inbox order by inbox_id"):
        async with self.database.system() as tx:
            return await tx.fetch(what)


@pytest.fixture
async def opened(database: Database):
    directory = Directory(Sealer(b"k" * 32), "http://127.0.0.1:8000")
    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, "teapots", "Teapots", {}, {})
    made = Opened(database, directory, merchant_id)
    yield made
    made.boxes.close()


async def test_every_unseen_mail_is_kept_as_it_came_and_marked_seen(opened, serving):
    server = serving(mail(1), mail(2, "¿Dónde está? ñ".encode().decode()), b"From: x@y.example\r\n\r\n.\r\n..\r\n")
    await opened.connect(server.port)
    assert await opened.turn() == 3
    assert [row["body"] for row in await opened.rows()] == [mail(1), mail(2, "¿Dónde está? ñ"), b"From: x@y.example\r\n\r\n.\r\n..\r\n"]
    assert all("message/rfc822" in row["headers"] for row in await opened.rows())
    assert len(server.unseen()) == 0


async def test_a_kept_mail_becomes_a_reply(opened, serving):
    await opened.connect(serving(mail(1)).port)
    await opened.turn()
    await work_batch(opened.database, opened.directory, NOW, 100)
    (reply,) = await opened.rows("select sender, text, provider_id from reply")
    assert (reply["sender"], reply["text"], reply["provider_id"]) == ("ana1@customer.example", "Where is it?", "1@customer.example")


@pytest.mark.parametrize("slug", ["amazon_ses", "mailgun", "postmark", "resend"])
async def test_a_providers_connection_may_have_a_mailbox_too(opened, slug):
    server = Small(mail(1))
    await opened.connect(server.port, slug=slug)
    await opened.turn()
    await work_batch(opened.database, opened.directory, NOW, 100)
    assert [row["sender"] for row in await opened.rows("select sender from reply")] == ["ana1@customer.example"]
    server.close()


async def test_a_mailbox_is_read_once_a_minute(opened, serving):
    server = serving(mail(1))
    await opened.connect(server.port)
    assert await opened.turn() == 1
    server.put(mail(2))
    assert await opened.turn() == 0
    assert await opened.turn(minutes=1) == 1
    assert len(await opened.rows()) == 2


async def test_more_mails_than_fit_at_once_are_all_read(opened, serving):
    server = serving(*(mail(number) for number in range(45)))
    await opened.connect(server.port)
    assert await opened.turn() == 45
    assert len(await opened.rows()) == 45
    assert len(server.unseen()) == 0


async def test_a_mail_that_comes_twice_is_kept_once(opened, serving):
    server = serving(mail(1), mail(1), mail(3, ident=False), mail(3, ident=False))
    await opened.connect(server.port)
    assert await opened.turn() == 4
    # Without an id of their own two mails are two.
    assert len(await opened.rows()) == 3


async def test_a_worker_that_dies_before_it_marks_a_mail_loses_nothing_and_keeps_it_once(opened):
    server = Small(mail(1), mail(2), mail(3, ident=False), breaks_at="UID STORE")
    await opened.connect(server.port)
    assert await opened.turn() == 0
    assert len(await opened.rows()) == 3
    assert len(server.unseen()) == 3
    assert await opened.turn(minutes=5) == 3
    assert len(await opened.rows()) == 3
    assert server.unseen() == []
    server.close()


@pytest.mark.parametrize("words", ["CAPABILITY", "AUTHENTICATE", "SELECT", "UID SEARCH", "RFC822.SIZE", "BODY.PEEK"])
async def test_a_server_that_hangs_up_anywhere_loses_nothing(opened, words):
    server = Small(mail(1), breaks_at=words)
    await opened.connect(server.port)
    assert await opened.turn() == 0
    assert await opened.rows() == []
    assert await opened.turn(minutes=4) == 0
    assert await opened.turn(minutes=5) == 1
    assert len(await opened.rows()) == 1
    server.close()


async def test_while_the_database_does_not_take_it_nothing_is_marked(opened, monkeypatch):
    server = Small(mail(1))
    await opened.connect(server.port)

    async def refuse(*_):
        raise TryLaterError("away")

    with monkeypatch.context() as patched:
        patched.setattr("doorstep.store.inbox.keep", refuse)
        assert await opened.turn() == 0
    assert server.unseen() == [1]
    assert await opened.turn(minutes=5) == 1
    assert server.unseen() == []
    server.close()


async def test_one_mailbox_that_fails_harms_no_other_and_a_paused_connection_is_not_read(opened):
    good, bad, resting = Small(mail(1)), Small(mail(2)), Small(mail(3))
    await opened.connect(bad.port, imap_password="wrong")
    await opened.connect(good.port)
    await opened.connect(resting.port)
    async with opened.database.system() as tx:
        connected = await connections.connections(tx, opened.directory.sealer)
        await connections.pause(tx, opened.merchant_id, max(one.connection_id for one in connected), "test")
    await opened.directory.refresh(opened.database, NOW, force=True)
    assert await opened.turn() == 1
    assert (good.unseen(), bad.unseen(), resting.unseen()) == ([], [1], [1])
    # What only the merchant can mend is not tried every minute.
    tried = len(bad.said)
    await opened.turn(minutes=60)
    assert len(bad.said) == tried
    await opened.turn(minutes=24 * 60)
    assert len(bad.said) > tried
    for server in (good, bad, resting):
        server.close()


def asked(server, **changes):
    return ImapRequest(**{**{name: getattr(ASKED, name) for name in ASKED.__struct_fields__}, "port": server.port, **changes})


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"username": "other"}, {"folder": "Nowhere"}])
async def test_a_wrong_login_or_folder_is_the_merchants_to_mend(serving, changes):
    server = serving(mail(1))
    with pytest.raises(MisconfiguredError) as raised:
        await asyncio.to_thread(Mailbox, asked(server, **changes), allow_private=True)
    assert "wrong" not in str(raised.value)


def test_a_server_without_plain_gets_a_login():
    server = Small(mail(1), plain=False)
    box = Mailbox(asked(server, password="ascii"), allow_private=True)
    assert [one.place for one in box.unseen(5)] == ["77.1"]
    box.close()
    with pytest.raises(MisconfiguredError):
        Mailbox(asked(server), allow_private=True)
    server.close()


async def test_a_folder_in_other_letters_is_found(opened, serving):
    server = serving()
    if isinstance(server, Real):
        server.put(mail(1), '"R&AOk-pondus &-"')
    else:
        server.put(mail(1))
    await opened.connect(server.port, imap_folder="Répondus &")
    assert await opened.turn() == 1
    if isinstance(server, Small):
        assert server.folder == '"R&AOk-pondus &-"'


def test_a_folders_name_cannot_hold_a_command():
    server = Small(mail(1))
    Mailbox(asked(server, folder='a" b\\\r\nA1 DELETE INBOX'), allow_private=True).close()
    assert not any(said.startswith("DELETE") for said in server.said)
    server.close()


def test_a_server_cannot_make_us_read_without_end():
    server = Small(mail(1), literal=10**12)
    box = Mailbox(asked(server), allow_private=True)
    with pytest.raises(TryLaterError):
        box.unseen(5)
    box.close()
    server.close()


def test_a_search_that_fails_is_tried_later():
    server = Small(mail(1), search=["* SEARCH 1"])
    box = Mailbox(asked(server), allow_private=True)
    with pytest.raises(TryLaterError):
        box.unseen(5)
    box.close()
    server.close()


def test_mails_are_held_only_as_far_as_there_is_room(monkeypatch):
    monkeypatch.setattr(imap, "_MOST_AT_ONCE", 400)
    server = Small(*(mail(number, "x" * 200) for number in range(4)))
    box = Mailbox(asked(server), allow_private=True)
    assert len(box.unseen(10)) == 1
    box.close()
    server.close()


def test_a_private_address_and_a_bare_line_are_refused():
    server = Small(mail(1))
    for security in ("none", "tls"):
        with pytest.raises(MisconfiguredError):
            Mailbox(asked(server, security=security))
    server.close()
    with pytest.raises(TryLaterError):
        Mailbox(asked(server, host="nowhere.invalid"))


def test_a_server_that_is_not_there_or_speaks_no_tls_says_who_must_act():
    server = Small(mail(1))
    with pytest.raises(MisconfiguredError):
        Mailbox(asked(server, security="tls"), allow_private=True)
    with pytest.raises((MisconfiguredError, TryLaterError)):
        Mailbox(asked(server, security="starttls"), allow_private=True)
    server.close()
    with pytest.raises(TryLaterError):
        Mailbox(asked(server), allow_private=True)


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"imap_host": "x", "imap_username": "u", "imap_password": "p", "imap_port": "0"}, True),
        ({"imap_host": "x", "imap_username": "u", "imap_password": "p", "imap_security": "maybe"}, True),
        ({"imap_host": "x", "imap_password": "p"}, True),
        ({"imap_host": "x", "imap_username": "u"}, True),
        ({"imap_host": " ", "imap_username": "u"}, False),
        ({}, False),
    ],
)
def test_a_mailbox_that_is_half_set_up_is_the_merchants_to_mend(settings, wrong):
    if wrong:
        with pytest.raises(MisconfiguredError):
            mailbox_of(settings)
    else:
        assert mailbox_of(settings) is None


def test_the_usual_ports_and_folder_need_not_be_told():
    given = {"imap_host": "imap.shop.example", "imap_username": "u", "imap_password": "p"}
    assert mailbox_of(given) == ImapRequest(host="imap.shop.example", port=993, username="u", password="p", folder="INBOX", security="tls")
    assert mailbox_of({**given, "imap_security": "starttls"}).port == 143


def test_another_senders_mail_of_the_same_id_is_another():
    one, other = (Unseen("1.1", b"1", f"From: {name}@x.example\r\nMessage-ID: <a@b>\r\n\r\n".encode()) for name in ("ana", "bob"))
    assert delivery_key(one) != delivery_key(other)
    assert delivery_key(one) == delivery_key(one._replace(place="2.9", content=b"Received: x\r\n" + one.content))


# -- trouble ------------------------------------------------------------------------------------------------------------------------------

DAY = 24 * 60
_MADE = iter(range(1000))


async def owner(opened, *more):
    """Somebody who is told; `more`: (role, …) of others."""
    number = next(_MADE)
    async with opened.database.system() as tx:
        for role in ("owner", *more):
            await access.add_user(tx, opened.merchant_id, f"{role}.{number}@shop.example", "a long password", role)
    return f"owner.{number}@shop.example"


async def told(opened):
    return await opened.rows(
        f"select recipient, connection_id, subject, text, created_at from message where trigger = '{TRIGGER}' order by created_at"
    )


async def trouble(opened):
    async with opened.database.system() as tx:
        return next(iter((await mailboxes.troubles(tx)).values()), None)


async def only(opened):
    async with opened.database.system() as tx:
        (one,) = await connections.connections(tx, opened.directory.sealer)
    return one


async def test_a_login_that_is_refused_is_told_at_once_and_once_and_sending_goes_on(opened):
    server = Small(mail(1))
    ana = await owner(opened, "support")
    await opened.connect(server.port, imap_password="wrong")
    assert await opened.turn() == 0
    (row,) = await told(opened)
    one = await only(opened)
    assert (row["recipient"], row["connection_id"], one.active) == (ana, one.connection_id, True)
    assert "does not take user name and password" in row["text"]
    assert f"/desk/connections/{one.connection_id}" in row["text"]
    assert "go on being sent" in row["text"]
    assert PASSWORD not in row["text"]
    text = unread_text(await trouble(opened))
    assert text.startswith("Its mailbox has not been read since 29 Nov 2026 at 12:00 UTC: the mailbox server does not take user name")
    assert "Its owners were told by e-mail on 29 Nov 2026" in text
    tried = len(server.said)
    await opened.turn(minutes=DAY - 1)
    assert len(server.said) == tried
    await opened.turn(minutes=DAY)
    assert len(server.said) > tried
    assert len(await told(opened)) == 1
    assert (await trouble(opened)).since == NOW
    server.close()


async def test_saved_settings_are_tried_at_once_and_what_is_read_again_is_forgotten(opened):
    server = Small(mail(1))
    await owner(opened)
    await opened.connect(server.port, imap_password="wrong")
    await opened.turn()
    one = await only(opened)
    async with opened.database.system() as tx:
        mended = msgspec.structs.replace(one, settings={**one.settings, "imap_password": PASSWORD})
        await connections.change(tx, opened.directory.sealer, mended, secret_names(channel_named("email")))
    await opened.directory.refresh(opened.database, NOW, force=True)
    assert await trouble(opened) is None
    assert await opened.turn(minutes=1) == 1
    assert await trouble(opened) is None
    assert unread_text(None) == ""
    server.close()


async def test_a_server_that_is_down_is_tried_less_and_less_often_and_told_once_after_a_day(opened):
    server = Small(mail(1))
    server.close()
    ana = await owner(opened)
    await opened.connect(server.port)
    tries = []
    for minute in range(DAY + 121):
        before = (await trouble(opened) or SimpleNamespace(times=0)).times
        await opened.turn(minutes=minute)
        if (await trouble(opened)).times > before:
            tries.append(minute)
        assert len(await told(opened)) == (minute >= tries[-1] >= DAY)
    assert tries[:7] == [0, 5, 15, 35, 75, 135, 195]
    assert {later - earlier for earlier, later in pairwise(tries[4:])} == {60}
    (row,) = await told(opened)
    assert row["recipient"] == ana
    assert "since 2026-11-29 12:00 UTC" in row["text"].replace("Since", "since")
    assert "no connection to the mailbox server" in row["text"]
    assert "It is tried again at" in unread_text(await trouble(opened))


async def test_an_outage_that_ends_is_forgotten_and_the_next_one_begins_anew(opened):
    server = Small(mail(1), breaks_at="UID SEARCH")
    await owner(opened)
    await opened.connect(server.port)
    await opened.turn()
    assert (await trouble(opened)).why == "the mailbox server broke off: abort"
    assert await opened.turn(minutes=5) == 1
    assert await trouble(opened) is None
    server.breaks_at = "UID SEARCH"
    await opened.turn(minutes=DAY)
    assert (await trouble(opened)).since == NOW + timedelta(days=1)
    assert await told(opened) == []
    server.close()


async def test_workers_that_fail_at_once_count_once_and_tell_once(opened):
    server = Small(mail(1))
    await owner(opened)
    await opened.connect(server.port, imap_password="wrong")
    others = [Mailboxes(opened.database, opened.directory, allow_private=True) for _ in range(3)]
    await asyncio.gather(opened.turn(), *(one.turn(NOW) for one in others))
    assert len(await told(opened)) == 1
    assert (await trouble(opened)).times == 1
    for one in others:
        one.close()
    server.close()


async def test_without_an_owner_the_desk_says_that_nobody_was_told(opened):
    server = Small(mail(1))
    await opened.connect(server.port, imap_password="wrong")
    await opened.turn()
    assert "Nobody was told by e-mail: there is no owner who may enter the desk." in unread_text(await trouble(opened))
    await owner(opened)
    await opened.turn(minutes=DAY)
    assert len(await told(opened)) == 1
    assert "Its owners were told" in unread_text(await trouble(opened))
    server.close()


async def test_a_database_that_is_away_is_no_trouble_of_the_mailbox(opened, monkeypatch):
    server = Small(mail(1))
    await opened.connect(server.port)

    async def refuse(*_):
        raise TryLaterError("away")

    with monkeypatch.context() as patched:
        patched.setattr("doorstep.store.inbox.keep", refuse)
        assert await opened.turn() == 0
    assert await trouble(opened) is None
    server.close()
