"""Text of an answer → what its writer says, and what stands below it: the quoted mail, the signature.

The marks are those that mail programs write in English, Spanish, French, German, Italian, Portuguese and Hindi, collected from
their localised releases; as known on 2026-11-29.
"""

import re
from html import unescape

#: So many letters of a text are read.
_MOST_LETTERS = 100_000
#: An attribution that was wrapped stands on so many lines at most.
_MOST_WRAPPED = 4
#: A line longer than this is prose, whatever it begins with.
_LONGEST_MARK = 400
#: "On … wrote:", as one line.
_WROTE = re.compile(
    r"(?:On\b.{4,300}\bwrote|Am\b.{4,300}\bschrieb\b.{0,200}|.{4,200}\bschrieb am\b.{4,200}|Le\b.{4,300}\ba écrit|El\b.{4,300}\bescribió"
    r"|Il\b.{4,300}\bha scritto|(?:Em|A)\b.{4,300}\bescreveu|.{4,300}\bने (?:यह )?लिखा|.{3,200}@.{3,200}\b(?:wrote|escreveu\b.{0,80}))\s?:",
    re.IGNORECASE,
)
#: How such a line begins: only there are the next lines looked at.
_OPENING = re.compile(r"(?:On|Am|Le|El|Il|Em|A)\s|[^\s].{0,200}(?:को|पर|बजे|@)", re.IGNORECASE)
#: A rule with words: "-----Original Message-----".
_RULED = re.compile(
    r"[-_ ]{2,20}(?:original message|ursprüngliche nachricht|message d.origine|mensaje original|messaggio originale"
    r"|mensagem original|मूल संदेश|forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato"
    r"|mensagem encaminhada|आगे भेजा गया संदेश|original-nachricht|mensaje de origen)[-_ ]{2,20}|_{20,80}",
    re.IGNORECASE,
)
#: The header block that Outlook writes: the sender, and soon after two of date, recipient, subject.
_FROM = re.compile(r"\*?(?:from|von|de|da|प्रेषक)\s?:\*?\s.{1,300}", re.IGNORECASE)
_FIELDS = (
    re.compile(
        r"\*?(?:sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|inviato|data|enviada(?: em)?|भेजा गया|दिनांक)\s?:\*?\s", re.IGNORECASE
    ),
    re.compile(r"\*?(?:to|an|à|para|a|प्रति)\s?:\*?\s", re.IGNORECASE),
    re.compile(r"\*?(?:subject|betreff|objet|asunto|oggetto|assunto|विषय)\s?:\*?", re.IGNORECASE),
)
_FIELDS_WANTED = 2
_SENT_FROM = re.compile(
    r"(?:sent from (?:my |the |outlook|yahoo|mail for|proton)|get outlook for |sent via |von mein\w{0,3} .{2,40} gesendet|gesendet (?:von|mit|über) |outlook für .{2,20} (?:holen|herunterladen)"
    r"|envoyé (?:de(?:puis)? |à partir de )|télécharger outlook|obtenez outlook|enviado (?:desde|do|a partir do|via|pelo) |obt(?:ener|er|enha) (?:o )?outlook"
    r"|inviato da|scarica outlook|ottieni outlook|मेरे .{2,40}से भेजा).{0,80}|.{2,40} से भेजा गया",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"-- ?|—")
#: HTML that mail programs put around what they quote.
_CONTAINER = re.compile(
    r"<(?:div|blockquote|span)\b[^<>]{0,300}(?:gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|divRplyFwdMsg|appendonsend|protonmail_quote|type=[\"']?cite)",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?tr|li|/?h\d|/?blockquote|/?table|hr)\b[^<>]{0,5000}>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]{0,5000}>")
_BLANKS = re.compile(r"[ \t\u00a0]+")
#: Letters without a width, by which trackers and preview texts hide; marks that turn the direction of writing around.
_INVISIBLE = re.compile(r"[\u00ad\u034f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def said_and_quoted(text: str) -> tuple[str, str]:
    """Split a plain text into what is said and what is quoted or signed."""
    lines = text[:_MOST_LETTERS].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    said: list[str] = []
    below: list[str] = []
    at = 0
    while at < len(lines):
        taken = _mark(lines, at)
        if taken and _is_quoted(lines, at + taken):
            # What comes after the quoted lines was written below them, or between them.
            below += lines[at : at + taken]
            at += taken
        elif taken or _SIGNATURE.fullmatch(lines[at].rstrip("\n")):
            below += lines[at:]
            break
        elif lines[at].lstrip().startswith(">") or _is_sent_from(lines[at]):
            below.append(lines[at])
            at += 1
        else:
            said.append(lines[at])
            at += 1
    return _trimmed(said), _trimmed(below)


def html_said_and_quoted(html: str) -> tuple[str, str]:
    """Split an HTML text the same way, both parts as plain text: no tags, no scripts, nothing hidden in comments."""
    html = html[: 4 * _MOST_LETTERS]
    found = _CONTAINER.search(html)
    own, rest = (html[: found.start()], html[found.start() :]) if found else (html, "")
    said, quoted = said_and_quoted(plain_of(own))
    return said, _trimmed([quoted, plain_of(rest)])


def plain_of(html: str) -> str:
    """Return the text of HTML as a reader would see it."""
    for start, end in (("<!--", "-->"), ("<style", "</style"), ("<script", "</script"), ("<head", "</head"), ("<title", "</title")):
        html = _without(html, start, end)
    text = unescape(_TAG.sub("", _BREAK.sub("\n", html.replace("\n", " ").replace("\r", " "))))
    lines = (_BLANKS.sub(" ", _INVISIBLE.sub("", line)).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _without(text: str, start: str, end: str) -> str:
    """Cut out everything from a mark to its end; what never ends is cut to the end of the text."""
    lowered, kept, at = text.lower(), [], 0
    if len(lowered) != len(text):  # a letter that grows when it is small: positions would not fit
        lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    while (found := lowered.find(start, at)) >= 0:
        kept.append(text[at:found])
        ended = lowered.find(end, found)
        at = len(text) if ended < 0 else ended + len(end)
    return "".join((*kept, text[at:]))


def _mark(lines: list[str], at: int) -> int:
    """Return how many lines from here are a mark that a quoted mail follows; 0: none."""
    line = lines[at].strip().lstrip("> ").strip()
    if not line or len(line) > _LONGEST_MARK:
        return 0
    if _RULED.fullmatch(line):
        return 1
    if _FROM.match(line):
        near = [lines[i].strip() for i in range(at + 1, min(at + 6, len(lines)))]
        if sum(any(field.match(one) for one in near) for field in _FIELDS) >= _FIELDS_WANTED:
            return 1
    if _WROTE.fullmatch(line):
        return 1
    if not _OPENING.match(line):
        return 0
    whole = line
    for count in range(2, _MOST_WRAPPED + 1):
        if at + count > len(lines) or not (next_line := lines[at + count - 1].strip().lstrip("> ").strip()):
            return 0
        whole = f"{whole} {next_line}"
        if len(whole) > _LONGEST_MARK:
            return 0
        if _WROTE.fullmatch(whole):
            return count
    return 0


def _is_quoted(lines: list[str], at: int) -> bool:
    """Say whether the next line that is not empty is marked as quoted."""
    following = next((lines[i] for i in range(at, min(at + 4, len(lines))) if lines[i].strip()), "")
    return following.lstrip().startswith(">")


def _is_sent_from(line: str) -> bool:
    return len(line) <= 120 and bool(_SENT_FROM.fullmatch(line.strip()))  # noqa: PLR2004 - a longer line is prose


def _trimmed(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n").strip()
