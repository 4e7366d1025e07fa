"""Tables of codes: of one shape, without contradictions, each code raised and told as its remedy says."""

import pytest

from doorstep.channels import channels
from doorstep.channels.codes import by_code, error_of, failed, fault, gone, noted
from doorstep.cli.reference import channel_errors_markdown, provider_codes_markdown
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError

WITH_CODES = {slug: channel for slug, channel in channels().items() if channel.codes}
#: Channels whose folder has no list of a provider's own codes: they go by HTTP's and SMTP's, or nothing leaves the house.
WITHOUT = {"apple_wallet", "console", "email", "in_app", "web_chat", "web_push", "webhook"}


def test_a_code_that_stands_twice_is_found_when_the_table_is_made():
    with pytest.raises(ValueError, match="twice"):
        by_code((fault("1", "a", Remedy.RETRY), fault("1", "b", Remedy.STOP)))


def test_every_provider_with_codes_of_its_own_has_its_table_in_the_record():
    assert WITH_CODES.keys() | WITHOUT == channels().keys()
    for channel in WITH_CODES.values():
        assert channel.codes_source.startswith("Source: ") or channel.kind is ChannelKind.EMAIL


@pytest.mark.parametrize("slug", sorted(WITH_CODES))
def test_each_meaning_is_one_line(slug):
    for code in WITH_CODES[slug].codes:
        assert code.meaning == code.meaning.strip() != ""
        assert "\n" not in code.meaning
        assert not code.meaning.endswith(".")


@pytest.mark.parametrize("remedy", list(Remedy))
def test_each_remedy_has_its_error_and_only_dead_addresses_are_suppressed(remedy):
    code = fault("7", "it is so", remedy, "stop")
    error = error_of(code, "They answered 400", 12.0)
    assert str(error) == "They answered 400: it is so"
    assert code.suppress == ("stop" if remedy is Remedy.SUPPRESS else None)
    match error:
        case TryLaterError():
            assert (remedy, error.after_s) == (Remedy.RETRY, 12.0)
        case MisconfiguredError():
            assert remedy is Remedy.STOP
        case RefusedError():
            assert (error.remedy, error.code) == (remedy, "7")
            assert error.suppress is (remedy is Remedy.SUPPRESS)
            assert error.reason == ("stop" if error.suppress else "refused")


def test_what_a_code_is_says_what_becomes_of_the_message():
    made = [noted("a", "m", MessageState.READ), gone("a", "m"), failed("a", "m"), fault("a", "m", Remedy.FIX)]
    assert [(one.state, one.remedy, one.suppress) for one in made] == [
        (MessageState.READ, None, None),
        (MessageState.BOUNCED, Remedy.SUPPRESS, "bounced"),
        (MessageState.BOUNCED, Remedy.SWITCH, None),
        (None, Remedy.FIX, None),
    ]


def test_the_pages_list_every_code_of_every_provider():
    for slug, channel in WITH_CODES.items():
        page = provider_codes_markdown() if channel.kind is ChannelKind.EMAIL else channel_errors_markdown()
        section = page.partition(f"## {channel.name}\n")[2].partition("\n## ")[0]
        for code in channel.codes:
            told = code.meaning.replace("|", "\\|")
            row = next(line for line in section.splitlines() if line.startswith(f"| `{code.code}` | {told} | "))
            assert row.endswith(f"| {f'`{code.remedy}`' if code.remedy else 'none'} | {code.suppress or 'no'} |"), slug
