"""Text → e-mail addresses, also those spelt with "at" and "dot"; a slip (gmial.com) is kept as typed."""

import re
from collections.abc import Iterator

from doorstep.conversations.entities.folding import Folded
from doorstep.domain.talking.understood import Entity, EntityKind

#: Bounded everywhere, so that no text takes more than a look at each character.
_WRITTEN = re.compile(r"(?<![\w.+-])[\w.+'-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}(?![\w@])")
_AT = r"(?: ?[\(\[{] ?(?:at|arroba|chiocciola|arobase|ett?|@) ?[\)\]}] ?| (?:at|arroba|chiocciola|arobase|@|klammeraffe) | ?@ ?)"
_DOT = r"(?: ?[\(\[{] ?(?:dot|punto|point|punkt|ponto|\.) ?[\)\]}] ?| (?:dot|punto|point|punkt|ponto) |\.)"
_ENDS = r"(?:com|net|org|edu|gov|info|biz|eu|uk|de|fr|es|it|pt|br|in|us|ca|mx|ar|co|io|me|at|ch|nl|be|ie|pl|au|example|test)"
_SPELT = re.compile(
    rf"(?<![\w.@])([a-z0-9][\w+-]{{0,40}}(?:{_DOT}[\w+-]{{1,40}}){{0,3}}){_AT}([a-z0-9-]{{1,40}}(?:{_DOT}[a-z0-9-]{{1,40}}){{0,3}}{_DOT}{_ENDS})(?![\w@])"
)
_HAS_AT = re.compile(r"@|\b(?:at|arroba|chiocciola|arobase|klammeraffe)\b")
_DOTS = re.compile(_DOT)


def emails_in(folded: Folded) -> Iterator[Entity]:
    """Find e-mail addresses."""
    plain = folded.plain
    if not _HAS_AT.search(plain):
        return
    found = False
    if "@" in plain:
        for match in _WRITTEN.finditer(plain):
            found = True
            end = match.end()
            yield folded.entity(EntityKind.EMAIL, match.start(), end, value=folded.original(match.start(), end).lower())
    if found:
        return
    for match in _SPELT.finditer(plain):
        if not _meant(plain, match):
            continue
        local, domain = (_DOTS.sub(".", part).replace(" ", "") for part in match.groups())
        yield folded.entity(EntityKind.EMAIL, match.start(), match.end(), value=f"{local}@{domain}", confidence=0.85)


def _meant(plain: str, match: re.Match[str]) -> bool:
    """Tell an address from "I saw it at shop.com": one that is spelt out has its dot in words, too, a sign for the at, or "mail" before."""
    between = plain[match.end(1) : match.start(2)]
    spelt = any(sign in between for sign in "@([{") or any(
        word in match[2] for word in (" dot ", " punto ", " point ", " punkt ", " ponto ", "(")
    )
    return (
        spelt
        or "mail" in plain[max(0, match.start() - 40) : match.start()]
        or "correo" in plain[max(0, match.start() - 40) : match.start()]
    )
