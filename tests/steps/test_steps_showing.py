"""Tests that somebody at the desk sends to themselves are marked and count nowhere; a connection is tried over a real wire."""

import msgspec
import pytest
from test_wire_smtp import Sink, serving

from doorstep.domain.messages import Approved, Rendered
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError
from doorstep.messages import Library, context_of, facts_for
from doorstep.steps.connect import new_connection
from doorstep.steps.showing import marked
from doorstep.steps.trying import can_try, try_connection, without_secrets
from doorstep.steps.wire import Wire
from doorstep.steps.work import utc_now

MAILING = {"host": "127.0.0.1", "security": "none", "from_address": "orders@shop.example"}


@pytest.mark.parametrize("kind", [ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WHATSAPP])
def test_whatever_a_person_reads_of_a_test_says_that_it_is_one(kind):
    facts = facts_for("shipped", "en")
    content = marked(Library.of().render("shipped", kind, "en", context_of(facts)), kind)
    said = msgspec.json.decode(msgspec.json.encode(content))
    for part in ("subject", "text"):
        assert not said[part] or "TEST" in said[part][:10], part
    if kind is ChannelKind.EMAIL:
        assert "<body" in content.html
        assert content.html.index("TEST: nobody but you") < content.html.index("</p>", content.html.index("<body"))
        assert content.pieced is None
    if kind is ChannelKind.WHATSAPP:
        assert content.approved.values[0].startswith("TEST ")


def test_a_page_without_a_body_and_an_approved_text_without_values_are_marked_as_far_as_they_can_be():
    assert marked(Rendered(html="<p>x</p>"), ChannelKind.EMAIL).html.startswith("<p style=")
    bare = Approved(name="n", language="en_US", values=(), link_end=None)
    assert marked(Rendered(text="x", approved=bare), ChannelKind.WHATSAPP).approved == bare


async def test_a_connection_that_works_is_told_so_and_nobody_is_written_to():
    sink = Sink()
    async with serving(sink) as port, Wire() as wire:
        one = new_connection(1, "channel", "email", "Mail", MAILING | {"port": str(port)})
        tried = await try_connection(one, utc_now(), wire=wire)
        alone = await try_connection(one, utc_now())
    assert (tried.well, tried.text) == (True, "the server takes our greeting, without a login")
    assert alone.well
    assert sink.mails == []


async def test_one_that_cannot_be_asked_is_not():
    for kind, provider in (("channel", "console"), ("shop", "generic"), ("carrier", "generic"), ("carrier", "ups")):
        one = new_connection(1, kind, provider, "n", {})
        assert not can_try(one), provider
        with pytest.raises(BadInputError):
            await try_connection(one, utc_now())
    assert can_try(new_connection(1, "carrier", "ups", "n", {"client_id": "a", "client_secret": "b"}))


def test_a_providers_words_hold_no_secret_of_the_connection():
    one = new_connection(1, "channel", "webhook", "n", {"url": "https://x.example", "secret": "first-secret second-secret"})
    said = without_secrets("second-secret of anna@mail.example at +34 600 000 001 is wrong", one)
    assert said == "<secret> of <address> at <number> is wrong"
