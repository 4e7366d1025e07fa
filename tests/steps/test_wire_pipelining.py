"""Commands that leave together, over real SMTP: what a server holds back, refuses, breaks off or wrongly says it can do, and nothing twice."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

import pytest
from test_wire_smtp import EMAIL, flow, letter

from doorstep.domain.vocabulary import MessageState
from doorstep.errors import RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.steps.wire import Wire

MANY = 40


class Peer:
    """A mail server that behaves as its test wants."""

    def __init__(self, *offers):
        self.offers = offers
        self.taken = Counter()
        self.connections = 0
        #: Commands that came with more behind them, before they were answered.
        self.together = 0
        self.port = 0

    def answer(self, talk, command, word):
        """Answer a command; None: it is answered later or never."""
        return b"354 go on" if word == b"DATA" else b"250 ok"

    def answer_text(self, talk, text):
        """Answer a mail's text; None: later or never."""
        self.taken[talk.to] += 1
        return b"250 taken"


class Talk(asyncio.Protocol):
    """One connection to it."""

    def __init__(self, peer):
        self.peer, self.rest, self.reads_text, self.to, self.mails = peer, b"", False, None, 0

    def connection_made(self, transport):
        self.transport = transport
        self.peer.connections += 1
        self.say(b"220 peer")

    def say(self, line):
        if line is not None and not self.transport.is_closing():
            self.transport.write(line + b"\r\n")

    def data_received(self, data):
        self.rest += data
        while not self.transport.is_closing():
            if self.reads_text:
                text, ended, rest = (b"\r\n" + self.rest).partition(b"\r\n.\r\n")
                if not ended:
                    return
                self.rest, self.reads_text = rest, False
                self.say(self.peer.answer_text(self, text[2:]))
                continue
            command, ended, rest = self.rest.partition(b"\r\n")
            if not ended:
                return
            self.rest = rest
            word = command[:4].upper()
            if word == b"EHLO":
                self.transport.write(b"".join(b"250-" + line + b"\r\n" for line in (b"peer", *self.peer.offers)) + b"250 HELP\r\n")
                continue
            self.peer.together += bool(rest)
            if word == b"MAIL":
                self.mails += 1
            if word == b"RCPT":
                self.to = command.partition(b"<")[2].rstrip(b">").decode()
            said = self.peer.answer(self, command, word)
            self.reads_text = said is not None and b"354" in said
            self.say(said)


@asynccontextmanager
async def serving(peer):
    server = await asyncio.get_running_loop().create_server(lambda: Talk(peer), "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()


async def run(wire, peer, name="ana"):
    message = letter(message_id=f"m-{name}", to=f"{name}@example.com")
    return await wire.run(flow(peer.port, message), connection=(1, 1), channel=EMAIL)


async def run_many(wire, peer, count=MANY):
    return await asyncio.gather(*(run(wire, peer, f"n{number}") for number in range(count)), return_exceptions=True)


class AnswersAtData(Peer):
    """Says nothing to MAIL and RCPT before it has heard DATA."""

    def answer(self, talk, command, word):
        return {b"MAIL": None, b"RCPT": None, b"DATA": b"250 ok\r\n250 ok\r\n354 go on"}.get(word, b"221 bye")


async def test_the_commands_of_a_mail_leave_together():
    async with serving(AnswersAtData(b"PIPELINING")) as peer, Wire(read_timeout_s=5) as wire:
        receipt = await run(wire, peer)
    assert receipt.state is MessageState.SENT
    assert peer.taken == {"ana@example.com": 1}


async def test_a_server_that_offers_nothing_hears_one_command_at_a_time():
    async with serving(Peer(b"SIZE 1000000")) as peer, Wire() as wire:
        assert {receipt.state for receipt in await run_many(wire, peer)} == {MessageState.SENT}
    assert peer.together == 0
    assert peer.connections <= 8
    assert len(peer.taken) == peer.taken.total() == MANY


async def test_many_mails_at_once_share_eight_connections_and_each_arrives_once():
    async with serving(Peer(b"PIPELINING")) as peer, Wire() as wire:
        assert {receipt.state for receipt in await run_many(wire, peer)} == {MessageState.SENT}
        assert {receipt.state for receipt in await run_many(wire, peer, 3)} == {MessageState.SENT}
    assert peer.together > MANY
    assert peer.connections == 8
    assert len(peer.taken) == MANY
    assert peer.taken.total() == MANY + 3


class HoldsTexts(Peer):
    """Answers no text before another mail's commands came behind it on the same connection."""

    def __init__(self, *offers):
        super().__init__(*offers)
        self.held = []

    def answer_text(self, talk, text):
        self.taken[talk.to] += 1
        if self.held is None:
            return b"250 taken"
        self.held.append(talk)
        return None

    def answer(self, talk, command, word):
        if self.held and talk.mails > 1:
            for held in self.held:
                held.say(b"250 taken")
            self.held = None
        return super().answer(talk, command, word)


async def test_the_commands_of_a_mail_leave_behind_the_text_of_the_one_before_it():
    async with serving(HoldsTexts(b"PIPELINING")) as peer, Wire(read_timeout_s=5) as wire:
        assert {receipt.state for receipt in await run_many(wire, peer)} == {MessageState.SENT}
    assert len(peer.taken) == peer.taken.total() == MANY


class Refuses(Peer):
    """Refuses one recipient, and answers that mail's DATA as told."""

    def __init__(self, at_data):
        super().__init__(b"PIPELINING")
        self.at_data = at_data
        self.texts = []

    def answer(self, talk, command, word):
        if talk.to == "gone@example.com":
            if word == b"RCPT":
                return b"550 5.1.1 <gone@example.com> no such user"
            if word == b"DATA":
                return self.at_data
        return super().answer(talk, command, word)

    def answer_text(self, talk, text):
        self.texts.append(text)
        return b"554 no valid recipients" if not text else super().answer_text(talk, text)


@pytest.mark.parametrize("at_data", [b"503 valid RCPT command must precede DATA", b"554 no valid recipients", b"354 go on all the same"])
async def test_a_refused_recipient_is_told_by_its_own_code_gets_no_text_and_the_connection_goes_on(at_data):
    async with serving(Refuses(at_data)) as peer, Wire() as wire:
        with pytest.raises(RefusedError) as refused:
            await run(wire, peer, "gone")
        await run(wire, peer)
    assert refused.value.suppress
    assert refused.value.code == "550 5.1.1"
    assert peer.connections == 1
    assert peer.taken == {"ana@example.com": 1}
    assert not any(b"m-gone" in text for text in peer.texts)


async def test_of_mails_under_way_together_only_the_refused_one_is_refused():
    async with serving(Refuses(b"503 no")) as peer, Wire() as wire:
        ended = await asyncio.gather(*(run(wire, peer, name) for name in ("gone", *"abcdefghijklmnopqrs")), return_exceptions=True)
    assert isinstance(ended[0], RefusedError)
    assert {receipt.state for receipt in ended[1:]} == {MessageState.SENT}
    assert len(peer.taken) == peer.taken.total() == 19


class ClosesAfterNo(Peer):
    def answer(self, talk, command, word):
        if word == b"RCPT":
            talk.say(b"550 5.7.1 not you")
            talk.transport.close()
            return None
        return super().answer(talk, command, word)


async def test_a_refusal_stands_though_the_server_hangs_up_before_the_other_answers():
    async with serving(ClosesAfterNo(b"PIPELINING")) as peer, Wire() as wire:
        with pytest.raises(RefusedError) as refused:
            await run(wire, peer)
    assert refused.value.code == "550 5.7.1"
    assert peer.connections == 1


class CutsOff(Peer):
    """Takes a first text on each of its first eight connections and hangs up without a word once commands came behind one."""

    def __init__(self):
        super().__init__(b"PIPELINING")
        self.first = {}

    def answer(self, talk, command, word):
        if talk.mails > 1 and talk in self.first:
            talk.transport.abort()
            return None
        return super().answer(talk, command, word)

    def answer_text(self, talk, text):
        answered = super().answer_text(talk, text)
        if self.connections <= 8 and talk.mails == 1:
            self.first[talk] = talk.to
            return None
        return answered


async def test_cut_off_between_text_and_answer_is_unknown_and_the_mail_behind_it_arrives_once_by_another_connection():
    async with serving(CutsOff()) as peer, Wire(read_timeout_s=5) as wire:
        ended = await run_many(wire, peer, 16)
    unknown = {f"n{at}@example.com" for at, one in enumerate(ended) if isinstance(one, UnknownOutcomeError)}
    assert unknown
    assert unknown <= set(peer.first.values())
    assert all(isinstance(one, UnknownOutcomeError) or one.state is MessageState.SENT for one in ended)
    assert len(peer.taken) == peer.taken.total() == 16


class Deaf(Peer):
    """Says that it takes commands together, and forgets what stands behind the first."""

    def answer(self, talk, command, word):
        talk.rest = b""
        return super().answer(talk, command, word)


class Strict(Peer):
    """Says that it takes commands together, and calls them out of order when they come so."""

    def answer(self, talk, command, word):
        if talk.rest or getattr(talk, "cross", False):
            talk.cross = True
            return b"503 bad sequence of commands"
        return super().answer(talk, command, word)


class Closes(Peer):
    """Says that it takes commands together, and hangs up when they come so."""

    def answer(self, talk, command, word):
        if talk.rest:
            talk.transport.abort()
            return None
        return super().answer(talk, command, word)


@pytest.mark.parametrize("peer", [Deaf, Strict, Closes])
async def test_a_server_that_cannot_take_commands_together_though_it_says_so_gets_each_mail_once(peer):
    async with serving(peer(b"PIPELINING")) as liar, Wire(read_timeout_s=0.3) as wire:
        assert (await run(wire, liar)).state is MessageState.SENT
        liar.together = 0
        opened = liar.connections
        assert {receipt.state for receipt in await run_many(wire, liar, 3)} == {MessageState.SENT}
    assert liar.together == 0  # it is not asked again
    assert liar.connections <= opened + 3
    assert len(liar.taken) == liar.taken.total() == 4


class Rubbish(Peer):
    def answer(self, talk, command, word):
        return b"\xff\x00 what"


async def test_a_server_that_talks_rubbish_is_tried_later_and_has_no_text():
    async with serving(Rubbish(b"PIPELINING")) as peer, Wire() as wire:
        with pytest.raises(TryLaterError):
            await run(wire, peer)
    assert not peer.taken


class OutOfTurn(Peer):
    """Answers RCPT as if it were DATA."""

    def answer(self, talk, command, word):
        return {b"RCPT": b"354 go on", b"DATA": b"250 ok"}.get(word, b"250 ok")


@pytest.mark.parametrize("offers", [(b"PIPELINING",), ()])
async def test_a_server_that_answers_out_of_turn_has_refused_nobody(offers):
    async with serving(OutOfTurn(*offers)) as peer, Wire() as wire:
        with pytest.raises(TryLaterError):
            await run(wire, peer)
    assert not peer.taken


class Chatty(Peer):
    """Says one thing more than it was asked."""

    def answer_text(self, talk, text):
        return super().answer_text(talk, text) + b"\r\n250 and thank you"


async def test_a_connection_that_says_more_than_it_was_asked_is_not_used_again():
    async with serving(Chatty(b"PIPELINING")) as peer, Wire() as wire:
        await run(wire, peer, "a")
        await run(wire, peer, "b")
    assert peer.connections == 2
    assert peer.taken == {"a@example.com": 1, "b@example.com": 1}


class Slow(Peer):
    """Holds the answer to each text, and all that comes after it, until it is let go."""

    def __init__(self):
        super().__init__(b"PIPELINING")
        self.let_go, self.eight_left = asyncio.Event(), asyncio.Event()
        self.held = []

    def answer(self, talk, command, word):
        answered = super().answer(talk, command, word)
        if talk.mails > 1 and not self.let_go.is_set():
            self.held.append((talk, answered))
            return None
        return answered

    def answer_text(self, talk, text):
        answered = super().answer_text(talk, text)
        if self.let_go.is_set():
            return answered
        self.held.append((talk, answered))
        if self.taken.total() == 8:
            self.eight_left.set()
        return None

    def go(self):
        self.let_go.set()
        for talk, answered in self.held:
            talk.reads_text = answered.startswith(b"354")
            talk.say(answered)


async def test_a_mail_broken_off_while_it_waits_behind_another_does_not_leave_and_harms_no_other():
    async with serving(Slow()) as peer, Wire(read_timeout_s=5) as wire:
        tasks = [asyncio.create_task(run(wire, peer, f"n{number}")) for number in range(16)]
        await peer.eight_left.wait()
        left = set(peer.taken)
        behind = [at for at in range(16) if f"n{at}@example.com" not in left]
        tasks[behind[0]].cancel()
        await asyncio.wait({tasks[behind[0]]})
        peer.go()
        ended = await asyncio.gather(*(task for at, task in enumerate(tasks) if at != behind[0]))
    assert {receipt.state for receipt in ended} == {MessageState.SENT}
    assert len(peer.taken) == peer.taken.total() == 15
    assert f"n{behind[0]}@example.com" not in peer.taken
