"""Templates, answers and languages → the page of docs/reference on messages."""

from collections.abc import Iterable, Iterator

from doorstep.domain.languages import LANGUAGES
from doorstep.domain.sentences import untranslated
from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages import CHOICES, TEMPLATES, Library, context_of, facts_for
from doorstep.messages.approving import META_LANGUAGES
from doorstep.messages.layout import is_written, parts_of, words_of

_INTRODUCTION = """\
# Messages

{templates} templates, one per moment, each with parts for every channel; [write a template](../how-to/write-a-template.md) tells how they are
put together. Generated from `doorstep.messages`.
"""


def messages_markdown() -> str:
    """Write which answers each template offers, what they mean, and in which languages all of it is written."""
    return "\n".join((_INTRODUCTION.format(templates=len(TEMPLATES)), *_templates(), *_choices(), *_languages(), ""))


def _templates() -> Iterator[str]:
    yield "## Templates\n"
    rows = []
    for template in TEMPLATES:
        parts = parts_of(template, "en")
        if parts is not None:
            answers = ", ".join(f"`{slug}`" for slug in parts.choices) or "none"
            made = Library.of().render(template, ChannelKind.PUSH, "en", context_of(facts_for(template, "en")))
            rows.append((f"`{template}`", f"**{made.subject}** {made.text}", answers, parts.link or "none"))
    yield _table(("template", "as a notification", "answers", "leads to"), rows)


def _choices() -> Iterator[str]:
    yield "\n## Answers\n"
    written = [language for language in LANGUAGES if is_written("layout", language)]
    titles = ((f"`{slug}`", meaning, *(words_of(one)[f"choice_{slug}"] for one in written)) for slug, meaning in CHOICES.items())
    yield _table(("answer", "what it means", *written), titles)


def _languages() -> Iterator[str]:
    yield "\n## Languages\n"
    rows = []
    for language in LANGUAGES:
        written = sum(is_written(template, language) for template in TEMPLATES)
        rows.append((f"`{language}`", f"`{META_LANGUAGES[language]}`", f"{written} of {len(TEMPLATES)}", str(len(untranslated(language)))))
    yield _table(("language", "where texts are approved", "templates", "sentences still English"), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(head)
    return "\n".join([f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {' | '.join(cells)} |" for cells in rows)])
