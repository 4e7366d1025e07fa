"""`doorstep import knowledge`, `doorstep knowledge`: bring in what a shop says of itself, and ask it."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cyclopts import App
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from doorstep.cli.merchants import at_work
from doorstep.conversations.knowledge.quoting import THRESHOLD, NoAnswer, Quoted, heading_of
from doorstep.conversations.knowledge.reading import ENDINGS
from doorstep.errors import BadInputError, NotFoundError
from doorstep.settings import Settings
from doorstep.steps.directory import Directory
from doorstep.steps.importing_knowledge import Document, bring_in, fetch_documents, read_document, remove_article
from doorstep.steps.knowing_shop import Looked, look
from doorstep.steps.wire import Wire
from doorstep.steps.work import utc_now
from doorstep.store import connections, unanswered
from doorstep.store import knowledge as articles
from doorstep.store.database import Database, Row

knowledge = App(name="knowledge", help="What a shop says of itself: ask it, list it, see what nobody answered.")
_MOST_FILES = 1000
_SAYS = {
    "empty": "I don't know: nothing was brought in yet.",
    "not_near": "I don't know: no passage is likely enough.",
    "expired": "I don't know: what would answer was valid until a day that is over.",
}


def import_knowledge(
    *paths: Path, merchant: str, urls: Path | None = None, language: str = "", data_dir: Path | None = None, private: bool = False
) -> int:
    """Bring in policies, questions with answers and guides; return 0: all, 1: some could not be read, 2: nothing was kept.

    What stands already is left, what changed is replaced, and what a file or page says no more goes. The same again changes nothing.

    Args:
        paths: Markdown, HTML, CSV (question,answer[,source,language,until]) or plain text, or folders of them.
        merchant: whose it is, by slug.
        urls: a file of addresses of the shop's own pages, one a line; each is fetched.
        language: of what does not say it itself, such as en or es-MX.
        data_dir: where the embedded database lives.
        private: let addresses lie in private networks.
    """
    documents, wrong = _read(paths, language)
    listed = _addresses(urls) if urls is not None else []
    if not documents and not wrong and not listed:
        raise BadInputError("name at least one file or folder, or a list with --urls")

    async def work(_: Settings, database: Database, __: Directory) -> int:
        async with database.system() as tx:
            merchant_id = (await connections.merchant_by_slug(tx, merchant)).merchant_id
        if listed:
            async with Wire(allow_private=private) as wire:
                fetched, unread = await fetch_documents(wire, merchant_id, listed, language=language)
            documents.extend(fetched)
            wrong.update(unread)
        for name, why in wrong.items():
            print(f"{name}: {why}", file=sys.stderr)
        if not documents:
            return 2
        brought = await bring_in(database, merchant_id, documents, "cli", utc_now())
        print(
            f"articles: {brought.added} added, {brought.changed} changed, {brought.unchanged} unchanged, {brought.removed} removed;"
            f" passages: {brought.passages}",
            file=sys.stderr,
        )
        return 1 if wrong else 0

    return at_work(data_dir, work)


@knowledge.command
def ask(question: str, *, merchant: str, language: str = "", agents: bool = False, data_dir: Path | None = None) -> int:
    """Print what would be quoted to a customer, and which passages came near; return 0: there is an answer, 1: there is none.

    Nothing is noted or counted.

    Args:
        question: in any language.
        merchant: the merchant's slug.
        language: the question's, such as es; passages in it come first.
        agents: from articles for agents as well.
        data_dir: where the embedded database lives.
    """

    async def work(_: Settings, database: Database, __: Directory) -> Looked:
        async with database.system() as tx:
            merchant_id = (await connections.merchant_by_slug(tx, merchant)).merchant_id
            return await look(tx, merchant_id, question, language, utc_now(), closed=agents)

    looked = at_work(data_dir, work)
    table = Table("score", "passage", "whole", "heading", "sentence", "shared", "missed")
    for one in looked.found:
        near = (f"{number:.2f}" for number in one.near)
        where = f"{one.entry.source.title} → {heading_of(one)}{' (expired)' if one.expired else ''}"
        table.add_row(f"{one.score:.2f}", escape(where), *near, " ".join(one.shared), " ".join(one.missed))
    console = Console()
    if looked.found:
        console.print(table)
    console.print(f"Quoted from {THRESHOLD:.2f} on.", highlight=False)
    if isinstance(looked.answer, NoAnswer):
        print(_SAYS[looked.answer.why])
        return 1
    print(_told(looked.answer))
    return 0


def _told(quoted: Quoted) -> str:
    where = " → ".join(dict.fromkeys((quoted.title, *quoted.path)))
    until = f", valid until {quoted.valid_until}" if quoted.valid_until else ""
    return f"“{quoted.text}”\n— {where}{f', {quoted.url}' if quoted.url else ''}, as of {quoted.as_of}{until}"


@knowledge.command(name="list")
def list_articles(merchant: str, *, data_dir: Path | None = None) -> int:
    """List the articles: id, language, passages, day, times quoted, title.

    Args:
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """

    async def work(_: Settings, database: Database, __: Directory) -> list[articles.KeptArticle]:
        async with database.system() as tx:
            merchant_id = (await connections.merchant_by_slug(tx, merchant)).merchant_id
            return await articles.listed(tx, merchant_id, most=5000)

    for one in at_work(data_dir, work):
        until = f" until {one.valid_until}" if one.valid_until else ""
        print(f"{one.article_id}\t{one.language or '-'}\t{one.passages}\t{one.kept_at.date()}{until}\t{one.quoted}\t{one.title}")
    return 0


@knowledge.command
def remove(article: int, *, merchant: str, data_dir: Path | None = None) -> int:
    """Take an article away.

    Args:
        article: its id, as `list` tells it.
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """

    async def work(_: Settings, database: Database, __: Directory) -> None:
        async with database.system() as tx:
            merchant_id = (await connections.merchant_by_slug(tx, merchant)).merchant_id
            await remove_article(tx, merchant_id, article, "cli")

    at_work(data_dir, work)
    return 0


@knowledge.command(name="unanswered")
def list_unanswered(merchant: str, *, data_dir: Path | None = None) -> int:
    """List what customers asked and nothing answers: times, score of the nearest passage, language, question.

    Args:
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """

    async def work(_: Settings, database: Database, __: Directory) -> list[Row]:
        async with database.system() as tx:
            merchant_id = (await connections.merchant_by_slug(tx, merchant)).merchant_id
            return await unanswered.open_questions(tx, merchant_id, most=1000)

    for row in at_work(data_dir, work):
        print(f"{row['times']}\t{row['score']:.2f}\t{row['language'] or '-'}\t{row['question']}")
    return 0


def _read(paths: Sequence[Path], language: str) -> tuple[list[Document], dict[str, str]]:
    """Read files; return what could be read, and why the others could not, by name."""
    documents: list[Document] = []
    wrong: dict[str, str] = {}
    for name, path in _files(paths):
        try:
            documents.append(read_document(path.read_bytes(), name, language=language))
        except (BadInputError, OSError) as error:
            wrong[name] = str(error)
    return documents, wrong


def _files(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """List files with the names that they keep: a folder's by their place in it, so that the same folder elsewhere is the same."""
    count = 0
    for path in paths:
        if not path.exists():
            raise NotFoundError(f"there is no {path}")
        inside = sorted(one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in ENDINGS) if path.is_dir() else [path]
        count += len(inside)
        if count > _MOST_FILES:
            raise BadInputError(f"more than {_MOST_FILES} files; bring in a smaller folder")
        yield from ((one.relative_to(path).as_posix() if path.is_dir() else one.name, one) for one in inside)


def _addresses(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{file} cannot be read") from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
