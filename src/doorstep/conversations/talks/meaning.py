"""A few words of an answer → a way of paying, a reason, what the customer would like, how goods go back, whether somebody is there."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from doorstep.conversations.romanised import romanised
from doorstep.domain.actions.kinds import MethodKind, Remedy
from doorstep.domain.actions.known import Method

_DIGITS = re.compile(r"\b(\d{4})\b")
#: Words, without accents, that name a kind of payment in the served languages.
_KINDS: dict[MethodKind, tuple[str, ...]] = {
    MethodKind.GIFT_CARD: (
        "gift card",
        "giftcard",
        "tarjeta regalo",
        "tarjeta de regalo",
        "carte cadeau",
        "geschenkkarte",
        "gutschein",
        "carta regalo",
        "cartao presente",
        "vale presente",
        "गिफ्ट कार्ड",
        "gift voucher",
    ),
    MethodKind.STORE_CREDIT: (
        "store credit",
        "shop credit",
        "credito de la tienda",
        "credito en tienda",
        "un avoir",
        "avoir en boutique",
        "bon d achat",
        "guthaben",
        "credito del negozio",
        "un buono",
        "buono spesa",
        "buono acquisto",
        "credito in negozio",
        "credito da loja",
        "स्टोर क्रेडिट",
    ),
    MethodKind.PAYPAL: ("paypal", "pay pal", "पेपाल"),
    MethodKind.CARD: (
        "credit card",
        "debit card",
        "mastercard",
        "visa",
        "amex",
        "tarjeta",
        "carte bancaire",
        "carte de credit",
        "kreditkarte",
        "carta di credito",
        "cartao de credito",
        "cartao",
        "क्रेडिट कार्ड",
        "card",
    ),
    MethodKind.COD: (
        "cash on delivery",
        "contra reembolso",
        "contre remboursement",
        "nachnahme",
        "contrassegno",
        "na entrega",
        "कैश ऑन डिलीवरी",
    ),
}
_REMEDIES: dict[Remedy, tuple[str, ...]] = {
    Remedy.STORE_CREDIT: _KINDS[MethodKind.STORE_CREDIT],
    Remedy.REPLACEMENT: (
        "replacement",
        "replace",
        "send it again",
        "send me another",
        "new one",
        "reemplazo",
        "otro igual",
        "remplacement",
        "me renvoyer",
        "renvoyez m",
        "m en renvoyer",
        "en renvoyer un",
        "ersatz",
        "nochmal schicken",
        "sostituzione",
        "rimandarmi",
        "rimandatemi",
        "mandarmene un altr",
        "substituicao",
        "reenviar",
        "बदलकर",
        "दूसरा भेज",
        "dusra bhej",
    ),
    Remedy.REFUND: (
        "refund",
        "money back",
        "reembolso",
        "devolver el dinero",
        "dinero",
        "remboursement",
        "rembourser",
        "erstattung",
        "geld zuruck",
        "rimborso",
        "soldi",
        "dinheiro de volta",
        "पैसे वापस",
        "paise wapas",
        "रिफंड",
    ),
}
_WAYS: dict[str, tuple[str, ...]] = {
    "pickup": (
        "pick up",
        "pickup",
        "collect",
        "recoger",
        "recogida",
        "enlevement",
        "venir chercher",
        "abholen",
        "abholung",
        "ritiro",
        "ritirare",
        "coleta",
        "buscar",
        "पिकअप",
    ),
    "qr": ("qr", "no printer", "without printing", "sin impresora", "sans imprimante", "ohne drucker", "senza stampante", "sem impressora"),
    "label": ("label", "print", "etiqueta", "imprimir", "etiquette", "imprimer", "etikett", "drucken", "etichetta", "stampare", "लेबल"),
    "drop_off": ("drop off", "drop it off", "bring it", "llevarlo", "deposer", "abgeben", "portarlo", "levar"),
}
#: Part of a reason's code → words that tell it without naming it.
_REASONS: dict[str, tuple[str, ...]] = {
    "too_small": (
        "too small",
        "too tight",
        "pequen",
        "chico",
        "trop petit",
        "zu klein",
        "zu eng",
        "troppo piccol",
        "pequeno",
        "छोटा",
        "chota",
        "chhota",
    ),
    "too_large": ("too big", "too large", "too loose", "grande", "trop grand", "zu gross", "zu weit", "troppo grand", "बड़ा", "bada hai"),
    "by_mistake": (
        "mistake",
        "accident",
        "wrong one",
        "por error",
        "equivoc",
        "par erreur",
        "erreur",
        "aus versehen",
        "versehentlich",
        "per errore",
        "sbaglio",
        "por engano",
        "गलती",
        "galti",
    ),
    "no_longer_needed": (
        "no longer need",
        "don t need",
        "do not need",
        "not needed",
        "don t want",
        "do not want",
        "changed my mind",
        "ya no lo",
        "no lo necesito",
        "plus besoin",
        "change d avis",
        "nicht mehr",
        "brauche",
        "non mi serve",
        "cambiato idea",
        "nao preciso",
        "mudei de ideia",
        "ज़रूरत नहीं",
        "nahi chahiye",
        "नहीं चाहिए",
    ),
    "damaged": (
        "broken",
        "damaged",
        "roto",
        "danado",
        "casse",
        "abime",
        "kaputt",
        "beschadigt",
        "rotto",
        "danneggiat",
        "quebrado",
        "danificad",
        "टूटा",
        "toota",
    ),
    "colour": ("colour", "color", "couleur", "farbe", "colore", "cor", "रंग"),
    "quality": ("quality", "calidad", "qualite", "qualitat", "qualita", "qualidade", "क्वालिटी"),
    "late": ("too late", "tarde", "trop tard", "zu spat", "troppo tardi", "देर से", "देरी", "der ho gayi"),
    "not_as_described": (
        "not as described",
        "looks different",
        "not what i expected",
        "no es como",
        "pas conforme",
        "nicht wie beschrieben",
        "diverso",
        "diferente",
    ),
}
#: Shorter words stand by chance in others: "rang" in "orange".
_COMPOUND = 5
_PUNCTUATION = re.compile(r"[^\w\s]+")


def plain(text: str) -> str:
    """Fold case, accents, punctuation and Devanagari, so that words compare."""
    folded = unicodedata.normalize("NFKD", romanised(text).casefold())
    bare = "".join(one for one in folded if not unicodedata.combining(one))
    return " ".join(_PUNCTUATION.sub(" ", bare).split())


def _tells(text: str, words: Iterable[str]) -> bool:
    return any(_stands_in(text, plain(word)) for word in words)


def _stands_in(text: str, word: str) -> bool:
    """Tell whether a word, or the beginning of one, is said; long ones are found within a compound, too ("Rückerstattung")."""
    return word in text if len(word) >= _COMPOUND else f" {word}" in f" {text}"


def method_meant(text: str, methods: Sequence[Method]) -> Method | None:
    """The one of a customer's ways of paying that is named; None: none, or several fit."""
    said = plain(text)
    if not said:
        return None
    by_digits = [one for one in methods if any(digits in one.label or one.method_id.endswith(digits) for digits in _DIGITS.findall(text))]
    if len(by_digits) == 1:
        return by_digits[0]
    kinds = [kind for kind, words in _KINDS.items() if _tells(said, words)]
    for kind in kinds:  # the nearer name first: a gift card is a card, too
        fitting = [one for one in methods if one.kind is kind]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def remedy_meant(text: str) -> Remedy | None:
    """What the customer would like; None untold."""
    said = plain(text)
    return next((remedy for remedy, words in _REMEDIES.items() if _tells(said, words)), None)


def way_meant(text: str, ways: Sequence[str]) -> str:
    """How it is to go back, of the ways that the policy has; "" untold."""
    said = plain(text)
    return next((way for way, words in _WAYS.items() if way in ways and _tells(said, words)), "")


def reason_meant(text: str, reasons: Sequence[tuple[str, str]]) -> str:
    """The reason that is told, by its own words or what people say for it; "" none, or several fit."""
    said = plain(text)
    if not said:
        return ""
    named = [code for code, words in reasons if plain(words) and plain(words) in said]
    if len(named) == 1:
        return named[0]
    told = [part for part, words in _REASONS.items() if _tells(said, words)]
    fitting = [
        code for code, words in reasons if any(part in code.replace("-", "_") or part.replace("_", " ") in plain(words) for part in told)
    ]
    return fitting[0] if len(fitting) == 1 else ""
