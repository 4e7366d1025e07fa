"""What a merchant has changed of the talks, stored or typed → read, checked, put in words; made to hold where a part of it does not."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from doorstep.conversations.talks.book import Changes, book_of, house
from doorstep.conversations.talks.checking import faults, of_text
from doorstep.conversations.talks.saying import words_of
from doorstep.domain.languages import LANGUAGES

#: Talks that one talk may offer next; customers see the first three that make sense.
MOST_NEXT = 10
_DECODE = msgspec.json.Decoder(Changes)
_replace = msgspec.structs.replace


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that two versions say otherwise; "" it is not said."""

    what: str
    was: str = ""
    now: str = ""


def look_over(document: bytes) -> tuple[Changes | None, list[str]]:
    """Read what somebody wrote as JSON, with all that is wrong with it; None: it cannot be read at all."""
    try:
        changes = _DECODE.decode(document)
    except msgspec.DecodeError as error:
        return None, [f"this is no change of the talks: {error}"]
    except UnicodeDecodeError:
        return None, ["this is no change of the talks: it is not written in UTF-8"]
    return changes, check(changes)


def check(changes: Changes) -> list[str]:
    """Say all that is wrong; [] it may go live."""
    return [*_of_slugs(changes), *(f"{slug}: {why}" for slug, why in _of_next(changes)), *faults(book_of(changes))]


def _of_slugs(changes: Changes) -> Iterator[str]:
    talks = house().talks
    for slug in sorted({*changes.off, *changes.next} - talks.keys()):
        yield f"there is no talk {slug!r}"


def _of_next(changes: Changes) -> Iterator[tuple[str, str]]:
    for slug, following in changes.next.items():
        if len(following) > MOST_NEXT:
            yield slug, f"it offers {len(following)} talks next; at most {MOST_NEXT}"
        if len(set(following)) < len(following):
            yield slug, "it offers a talk twice"
        if slug in following:
            yield slug, "it offers itself next"


def sound(stored: object) -> tuple[Changes, tuple[str, ...]]:
    """Make of what is stored what can be answered with: a part that does not hold is left out, and named. Never raises."""
    try:
        changes = msgspec.convert(stored, Changes)
    except msgspec.ValidationError as error:
        is_off = isinstance(stored, Mapping) and stored.get("on") is False
        return Changes(on=not is_off), (f"the changes cannot be read, our own words are said: {error}",)
    left_out = list(_of_slugs(changes))
    talks = house().talks
    words: dict[str, dict[str, str]] = {}
    for language, texts in changes.words.items():
        if language not in LANGUAGES:
            left_out.append(f"{language!r} is no language that customers are answered in")
            continue
        wrong = {key: why for key, text in texts.items() if (why := "; ".join(of_text(language, key, text)))}
        left_out += wrong.values()
        words[language] = {key: text for key, text in texts.items() if key not in wrong}
    following = {
        slug: tuple(one for one in wanted if one in talks and one != slug)[:MOST_NEXT]
        for slug, wanted in changes.next.items()
        if slug in talks
    }
    left_out += [
        f"{slug}: it offers {one!r} next, and there is no such talk"
        for slug, all_ in changes.next.items()
        for one in all_
        if one not in talks
    ]
    return _replace(changes, words=words, next=following), tuple(left_out)


def written(changes: Changes) -> bytes:
    """Write changes as JSON that somebody may edit."""
    return msgspec.json.format(msgspec.json.encode(msgspec.to_builtins(changes)), indent=2)


def differences(before: Changes, after: Changes) -> list[Difference]:
    """Say in words what is otherwise, the switches first."""
    return [*_of_switches(before, after), *_of_following(before, after), *_of_own_words(before, after)]


def title_of(slug: str) -> str:
    """Name a talk for people at the desk: in English, as customers choose it; one that is gone by its slug."""
    title = words_of("en").get(f"talk.{slug}", slug)
    return title if isinstance(title, str) else title[0]


def _of_switches(before: Changes, after: Changes) -> Iterator[Difference]:
    if before.on != after.on:
        yield Difference(what="The machine", was=_answers(on=before.on), now=_answers(on=after.on))
    for slug in sorted({*before.off} ^ {*after.off}):
        yield Difference(what=title_of(slug), was=_switched(slug, before), now=_switched(slug, after))


def _answers(*, on: bool) -> str:
    return "answers customers" if on else "leaves every customer to people"


def _switched(slug: str, changes: Changes) -> str:
    return "left to people" if slug in changes.off else "answered by the machine"


def _of_following(before: Changes, after: Changes) -> Iterator[Difference]:
    for slug in sorted({*before.next, *after.next}):
        was, now = _following(slug, before), _following(slug, after)
        if was != now:
            yield Difference(what=f"{title_of(slug)}: what it offers next", was=was, now=now)


def _following(slug: str, changes: Changes) -> str:
    ours = house().talks[slug].next if slug in house().talks else ()
    return ", ".join(title_of(one) for one in changes.next.get(slug, ours)) or "nothing"


def _of_own_words(before: Changes, after: Changes) -> Iterator[Difference]:
    for language in sorted({*before.words, *after.words}):
        was, now = before.words.get(language, {}), after.words.get(language, {})
        for key in sorted({*was, *now}):
            if was.get(key) != now.get(key):
                yield Difference(what=f"{language} {key}", was=was.get(key, ""), now=now.get(key, ""))


def only_words(before: Changes, after: Changes) -> bool:
    """Tell whether two versions differ in nothing but words."""
    bare: dict[str, Any] = {"words": {}}
    return _replace(before, **bare) == _replace(after, **bare)


def with_words(changes: Changes, language: str, texts: Mapping[str, str]) -> Changes:
    """Put texts over those of a language; an empty one takes ours back."""
    kept = {key: text for key, text in ({**changes.words.get(language, {}), **texts}).items() if text}
    words = {one: own for one, own in {**changes.words, language: kept}.items() if own}
    return _replace(changes, words=dict(sorted(words.items())))


def with_switch(changes: Changes, slug: str, *, on: bool) -> Changes:
    """Switch one talk."""
    return _replace(changes, off=tuple(sorted({*changes.off} - {slug} if on else {*changes.off, slug})))


def with_next(changes: Changes, slug: str, following: tuple[str, ...]) -> Changes:
    """Have a talk offer these next; what the house offers anyway is no change."""
    others = {one: wanted for one, wanted in changes.next.items() if one != slug}
    return _replace(changes, next=others if following == house().talks[slug].next else {**others, slug: following})
