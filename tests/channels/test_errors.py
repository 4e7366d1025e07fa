"""Error tables: of one shape, without contradictions, each code raised and told as its remedy says."""

import pytest

from doorstep.channels import channels, error_tables
from doorstep.channels.errors import ErrorMeaning, by_code, error_of, suppression_of
from doorstep.cli.reference import channel_errors_markdown
from doorstep.domain.vocabulary import Remedy
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError

TABLES = error_tables()


def test_a_code_that_stands_twice_is_found_when_the_table_is_made():
    with pytest.raises(ValueError, match="twice"):
        by_code(ErrorMeaning("1", "a", Remedy.RETRY), ErrorMeaning("1", "b", Remedy.STOP))


def test_every_provider_of_texts_has_a_table_with_its_source():
    assert {"twilio", "vonage", "messagebird"} <= set(TABLES) <= set(channels())
    for _, source in TABLES.values():
        assert not source or source.startswith("Source: ")


@pytest.mark.parametrize("slug", sorted(TABLES))
def test_each_meaning_is_one_line_under_its_own_code(slug):
    for code, meaning in TABLES[slug][0].items():
        assert meaning.code == code
        assert meaning.meaning == meaning.meaning.strip() != ""
        assert "\n" not in meaning.meaning
        assert not meaning.meaning.endswith(".")
        assert meaning.reason in {"bounced", "complained", "unsubscribed", "stop"}
        assert meaning.reason == "bounced" or meaning.remedy is Remedy.SUPPRESS


@pytest.mark.parametrize("remedy", list(Remedy))
def test_each_remedy_has_its_error_and_only_dead_addresses_are_suppressed(remedy):
    meaning = ErrorMeaning("7", "it is so", remedy, "stop")
    error = error_of(meaning, "They answered 400", 12.0)
    assert str(error) == "They answered 400: it is so"
    assert suppression_of(meaning) == ("stop" if remedy is Remedy.SUPPRESS else None)
    match error:
        case TryLaterError():
            assert (remedy, error.after_s) == (Remedy.RETRY, 12.0)
        case MisconfiguredError():
            assert remedy is Remedy.STOP
        case RefusedError():
            assert (error.remedy, error.code) == (remedy, "7")
            assert error.suppress is (remedy is Remedy.SUPPRESS)
            assert error.reason == "stop"
    assert suppression_of(None) is None


def test_the_page_lists_every_code_of_every_provider():
    page = channel_errors_markdown()
    for slug, (errors, _) in TABLES.items():
        section = page.partition(f"## {channels()[slug].name}\n")[2].partition("\n## ")[0]
        for error in errors.values():
            told = error.meaning.replace("|", "\\|")
            assert f"| `{error.code}` | {told} | `{error.remedy}` |" in section
