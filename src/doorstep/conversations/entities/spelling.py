"""A word as typed in haste → the word it stands for: a short table of text-message spellings, and one slip from a word of our own."""

from collections.abc import Iterable
from functools import lru_cache

from doorstep.conversations.entities.folding import word_set

#: What people write on telephones → what it stands for.
SHORTHAND: dict[str, str] = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "y": "why",
    "n": "and",
    "b4": "before",
    "4": "for",
    "plz": "please",
    "pls": "please",
    "plss": "please",
    "thx": "thanks",
    "thnx": "thanks",
    "thnks": "thanks",
    "ty": "thank you",
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "tmw": "tomorrow",
    "tmrrw": "tomorrow",
    "tomoz": "tomorrow",
    "2moro": "tomorrow",
    "2morrow": "tomorrow",
    "2mrw": "tomorrow",
    "2mro": "tomorrow",
    "2day": "today",
    "2nite": "tonight",
    "2night": "tonight",
    "tonite": "tonight",
    "ordr": "order",
    "ord": "order",
    "addy": "address",
    "adress": "address",
    "wen": "when",
    "wer": "where",
    "wat": "what",
    "wht": "what",
    "msg": "message",
    "mins": "minutes",
    "hrs": "hours",
    "wknd": "weekend",
    "w/e": "weekend",
    "dlvry": "delivery",
    "del": "delivery",
    "pkg": "package",
    "pckg": "package",
    "qty": "quantity",
    "acc": "account",
    "acct": "account",
    "gonna": "going to",
    "wanna": "want to",
    "cant": "cannot",
    "dont": "do not",
    "didnt": "did not",
    "asap": "as soon as possible",
    "wk": "week",
    "nxt": "next",
    "bday": "birthday",
    "bcoz": "because",
    "cuz": "because",
    "idk": "i do not know",
    "nvm": "never mind",
}
#: Shorter words are one slip from too many others.
_SHORTEST = 5
_LONGEST = 24

#: Words of deliveries and orders that are mended; plain letters (`folding`).
_WORDS = (
    *("order", "orders", "ordered", "purchase", "package", "parcel", "delivery", "deliver", "delivered", "address", "tracking"),
    *("number", "invoice", "receipt", "return", "refund", "exchange", "cancel", "tomorrow", "today", "tonight", "morning", "afternoon"),
    *("evening", "weekend", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february"),
    *("september", "october", "november", "december", "quantity", "shipment", "courier", "cheaper", "cheapest", "bigger", "smaller"),
    *("larger", "colour", "color", "instead", "everything", "except", "postcode", "phone", "telephone", "address", "between", "before"),
    *("pedido", "factura", "manana", "miercoles", "viernes", "sabado", "domingo", "direccion", "telefono", "devolver", "devolucion"),
    *("commande", "facture", "demain", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "adresse", "colis"),
    *("bestellung", "bestellnummer", "rechnung", "morgen", "ubermorgen", "montag", "dienstag", "mittwoch", "donnerstag", "freitag"),
    *("samstag", "sonntag", "vormittags", "nachmittags", "adresse", "telefon", "ordine", "fattura", "domani", "dopodomani", "lunedi"),
    *("martedi", "mercoledi", "giovedi", "venerdi", "sabato", "domenica", "indirizzo", "amanha", "encomenda", "segunda", "terca"),
    *("quarta", "quinta", "sexta", "endereco", "somvar", "mangalwar", "budhwar", "guruwar", "shukrawar", "shaniwar", "raviwar"),
)


def _shorter(word: str) -> Iterable[str]:
    """Yield the word, and the word without each of its letters."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def one_slip(one: str, other: str) -> bool:
    """Tell whether two different words are one letter, one missing letter or one swap of neighbours apart."""
    if len(one) > len(other):
        one, other = other, one
    place = next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), len(one))
    if len(one) < len(other):
        return one[place:] == other[place + 1 :]
    return (
        one[place + 1 :] == other[place + 1 :]
        or one[place:] == other[place + 1 : place + 2] + other[place : place + 1] + other[place + 2 :]
    )


class Lexicon:
    """Words, and whatever is one slip from exactly one of them."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._near: dict[str, set[str]] = {}
        for word in self._words:
            if len(word) >= _SHORTEST:
                for shorter in _shorter(word):
                    self._near.setdefault(shorter, set()).add(word)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def near(self, word: str) -> set[str]:
        """Give the words that are one slip away.

        The first letter stays, or is swapped with the second: people slip there least, and other words begin so ("former" is no "dormer").
        """
        if not _SHORTEST - 1 <= len(word) <= _LONGEST:
            return set()
        near = {other for shorter in _shorter(word) for other in self._near.get(shorter, ())}
        return {other for other in near if (other[0] == word[0] or other[:2] == word[1::-1]) and one_slip(word, other)}

    def nearest(self, word: str) -> str | None:
        """Give the word itself where it is one of ours, the only one that is a slip away, or None."""
        if word in self._words:
            return word
        fits = self.near(word)
        return fits.pop() if len(fits) == 1 else None


@lru_cache(maxsize=1)
def _ours() -> Lexicon:
    return Lexicon(_WORDS)


#: Proper words that are one slip from one of ours.
_PROPER = word_set(
    "older border oder mornings orden ordena ordini gesamt sorgen return returned returns delivers phones colours colors "
    "colis colts retour borders ordering orderly mars mardis lundis reorder cancels parcels packages refunds exchanged "
    "cancelled invoices receipts addressed trackings numbers"
)


@lru_cache(maxsize=8192)
def mended(word: str) -> str:
    """Give the word that one in plain letters stands for: itself, what the shorthand means, or the one of ours that is a slip away."""
    if word in SHORTHAND:
        return SHORTHAND[word]
    if word in _PROPER or not word.isalpha():
        return word
    return _ours().nearest(word) or word


@lru_cache(maxsize=8192)
def slips_of(word: str) -> frozenset[str]:
    """Give the words of ours, of any language, from which a word in plain letters is one slip away."""
    if word in _PROPER or word in SHORTHAND or not word.isalpha():
        return frozenset()
    return frozenset(_ours().near(word))


def mend(text: str) -> str:
    """Write a text (plain letters, as `folding` makes them) with each word mended; for matching and for models, never to show."""
    return " ".join(mended(word) for word in text.split())
