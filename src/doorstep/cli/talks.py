"""`doorstep talks`: the talks in words, a merchant's changes of them checked and put live; turns examined after the fact."""

import sys
from pathlib import Path

from cyclopts import App

from doorstep.cli.merchants import as_merchant
from doorstep.cli.reference_talks import talk_text, words_toml
from doorstep.conversations.talks.book import Changes, book_of
from doorstep.conversations.talks.changing import check as faults_of
from doorstep.conversations.talks.changing import look_over, title_of
from doorstep.domain.languages import LANGUAGES
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.model_replay import Replayed, replay_turn
from doorstep.steps.talk_versions import in_force, keep_draft, put_live
from doorstep.steps.work import utc_now
from doorstep.store.database import Tx

talks = App(name="talks", help="What customers may come with, and what answers them; turns examined after the fact.")
_LONGEST = 400
_MOST_BYTES = 1_000_000


@talks.command
def replay(model_turn_id: int, *, merchant: str, data_dir: Path | None = None) -> int:
    """Read and judge a model's kept answers again with this version, and say what comes out otherwise; exit code 1 if anything does.

    Nothing is asked of the model, nothing is done.

    Args:
        model_turn_id: as the desk shows it under /desk/model-turns.
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """

    async def work(tx: Tx, merchant_id: int) -> Replayed:
        return await replay_turn(tx, merchant_id, model_turn_id)

    found = as_merchant(data_dir, merchant, work)
    kept, again = found.kept, found.again
    print(f"turn {kept.model_turn_id} of {kept.at:%Y-%m-%d %H:%M} UTC, {kept.model}: {kept.outcome}{f' ({kept.why})' if kept.why else ''}")
    print(
        f"today: {again.outcome}{f' ({again.why})' if again.why else ''}, after {again.rounds} {'call' if again.rounds == 1 else 'calls'}"
    )
    for one in found.differences:
        print(f"{one.what} was: {_cut(one.was)}", f"{' ' * len(one.what)} now: {_cut(one.now)}", sep="\n")
    if not found.differences:
        print("the same comes out")
    return 1 if found.differences else 0


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


@talks.command
def check(file: Path | None = None, *, merchant: str | None = None, data_dir: Path | None = None) -> int:
    """Say all that is wrong with changes of the talks; the exit code is 0 if nothing is, 1 otherwise.

    Args:
        file: JSON, as `GET /api/v1/talks` gives it under "changes"; without it what the merchant has live, or the house's own talks.
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """
    if file is not None:
        _, wrong = look_over(_bytes(file))
    else:
        wrong = faults_of(_live(merchant, data_dir))
    for one in wrong:
        print(one, file=sys.stderr)
    if not wrong:
        print("these talks hold together: every path ends, every refusal has an answer, every word is there")
    return 1 if wrong else 0


@talks.command
def show(slug: str | None = None, *, merchant: str | None = None, data_dir: Path | None = None) -> int:
    """List the talks, or print one: what starts it, what it needs and does, what it says.

    Args:
        slug: of a talk.
        merchant: the merchant's slug; without it the house's talks are shown.
        data_dir: where the embedded database lives.
    """
    book = book_of(_live(merchant, data_dir))
    if slug is None:
        for talk in book.talks.values():
            print(f"{talk.slug:<16}{title_of(talk.slug):<24}{'' if talk.enabled else '(off) '}{talk.about}")
        return 0
    if slug not in book.talks:
        raise NotFoundError(f"there is no talk {slug!r}; `doorstep talks show` lists them")
    print(talk_text(book.talks[slug], book))
    return 0


@talks.command
def words(language: str, *, merchant: str | None = None, data_dir: Path | None = None) -> int:
    """Print all that is said in a language as TOML, for translators: the merchant's own words in the place of ours.

    Args:
        language: en, es, fr, de, it, pt or hi.
        merchant: the merchant's slug; without it our words are printed.
        data_dir: where the embedded database lives.
    """
    if language not in LANGUAGES:
        raise BadInputError(f"{language!r} is no language that customers are answered in; there are {', '.join(LANGUAGES)}")
    print(words_toml(language, _live(merchant, data_dir).words.get(language, {})), end="")
    return 0


@talks.command
def put(file: Path, *, merchant: str, note: str = "", data_dir: Path | None = None) -> int:
    """Check changes of the talks and put them live, in the place of what the merchant has changed so far; print the version's number.

    Args:
        file: JSON.
        merchant: the merchant's slug.
        note: what you changed, and why.
        data_dir: where the embedded database lives.
    """
    changes, wrong = look_over(_bytes(file))
    if changes is None or wrong:
        raise BadInputError("; ".join(wrong))

    async def work(tx: Tx, merchant_id: int) -> int:
        number = await keep_draft(tx, merchant_id, changes, note, "cli", utc_now())
        await put_live(tx, merchant_id, number, "", "cli", utc_now())
        return number

    print(as_merchant(data_dir, merchant, work))
    return 0


def _live(merchant: str | None, data_dir: Path | None) -> Changes:
    """What a merchant has live; without one, the house's."""
    if merchant is None:
        return Changes()

    async def work(tx: Tx, merchant_id: int) -> Changes:
        return (await in_force(tx, merchant_id)).changes

    return as_merchant(data_dir, merchant, work)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}") from error
    if len(content) > _MOST_BYTES:
        raise BadInputError(f"{file} is longer than any change of the talks")
    return content
