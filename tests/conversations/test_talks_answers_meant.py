"""What a few words of an answer mean: why something goes back, what is wanted for it, how it travels, how it is paid, which of a list."""

import pytest

from doorstep.conversations.talks.meaning import method_meant, reason_meant, remedy_meant, way_meant
from doorstep.conversations.talks.ordinals import ordinal_in
from doorstep.domain.actions.kinds import MethodKind, Remedy
from doorstep.domain.actions.known import Method
from doorstep.domain.actions.saying import cause_text

CODES = [
    "fit.too_small",
    "fit.too_large",
    "fit.other",
    "taste.colour",
    "taste.material",
    "taste.not_as_pictured",
    "taste.changed_mind",
    "fault.defective",
    "fault.damaged",
    "fault.wrong_item",
    "fault.parts_missing",
    "order.too_late",
    "order.twice",
    "order.better_price",
    "order.gift_unwanted",
    "other",
]
METHODS = tuple(
    Method(method_id=kind.value, kind=kind, label="")
    for kind in (MethodKind.CARD, MethodKind.PAYPAL, MethodKind.GIFT_CARD, MethodKind.STORE_CREDIT, MethodKind.COD)
)


def _why(text: str, language: str) -> str:
    return reason_meant(text, [(code, cause_text(code, language)) for code in CODES], language)


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("en", "it is too big", "fit.too_large"),
        ("en", "I changed my mind", "taste.changed_mind"),
        ("es", "me queda pequeña", "fit.too_small"),
        ("es", "me aprieta un poco", "fit.too_small"),
        ("es", "me viene grande", "fit.too_large"),
        ("es", "llegó rota", "fault.damaged"),
        ("es", "no enciende", "fault.defective"),
        ("es", "me mandaron otra cosa", "fault.wrong_item"),
        ("es", "ya no la quiero", "taste.changed_mind"),
        ("es", "la encontré más barata", "order.better_price"),
        ("fr", "elle est trop serrée", "fit.too_small"),
        ("fr", "trop large", "fit.too_large"),
        ("fr", "ça ne marche pas", "fault.defective"),
        ("fr", "pas comme sur la photo", "taste.not_as_pictured"),
        ("fr", "j'ai changé d'avis", "taste.changed_mind"),
        ("fr", "ce n'est pas le bon article", "fault.wrong_item"),
        ("it", "mi sta piccola", "fit.too_small"),
        ("it", "è troppo stretta", "fit.too_small"),
        ("it", "mi va larga", "fit.too_large"),
        ("it", "ci ho ripensato", "taste.changed_mind"),
        ("it", "mancano dei pezzi", "fault.parts_missing"),
        ("it", "è diversa dalla foto", "taste.not_as_pictured"),
        ("de", "zu klein", "fit.too_small"),
        ("pt", "ficou muito grande", "fit.too_large"),
    ],
)
def test_a_reason_is_told_in_other_words(language, text, code):
    assert _why(text, language) == code


@pytest.mark.parametrize(
    ("language", "text"), [("es", "una talla más grande"), ("fr", "une taille plus grande"), ("it", "una taglia più grande")]
)
def test_who_wants_a_larger_size_has_one_that_is_too_small(language, text):
    assert _why(text, language) == "fit.too_small"


@pytest.mark.parametrize(
    ("language", "text"), [("es", "no sé"), ("fr", "comme ça"), ("it", "boh"), ("es", "me queda pequeña y llegó rota")]
)
def test_no_reason_and_two_reasons_are_none(language, text):
    assert not _why(text, language)


@pytest.mark.parametrize(
    ("language", "text", "remedy"),
    [
        ("es", "que me devolváis el dinero", Remedy.REFUND),
        ("es", "que me mandéis otra", Remedy.REPLACEMENT),
        ("es", "un vale", Remedy.STORE_CREDIT),
        ("fr", "je veux être remboursé", Remedy.REFUND),
        ("fr", "renvoyez-moi une autre lampe", Remedy.REPLACEMENT),
        ("fr", "un avoir", Remedy.STORE_CREDIT),
        ("it", "i soldi indietro", Remedy.REFUND),
        ("it", "rimandatemela", Remedy.REPLACEMENT),
        ("it", "un buono", Remedy.STORE_CREDIT),
        ("fr", "je veux renvoyer la lampe", None),
        ("fr", "je voudrais avoir une étiquette", None),
        ("it", "voglio rimandare indietro la lampada", None),
        ("it", "tutto buono", None),
    ],
)
def test_what_the_customer_would_like_is_told_from_what_they_do(language, text, remedy):
    assert remedy_meant(text, language) is remedy


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("es", "con la tarjeta regalo", MethodKind.GIFT_CARD),
        ("es", "con tarjeta", MethodKind.CARD),
        ("es", "con mi saldo", MethodKind.STORE_CREDIT),
        ("fr", "avec ma carte bleue", MethodKind.CARD),
        ("fr", "en espèces à la livraison", MethodKind.COD),
        ("it", "con la carta", MethodKind.CARD),
        ("it", "in contanti alla consegna", MethodKind.COD),
    ],
)
def test_a_way_of_paying_is_named(language, text, kind):
    assert method_meant(text, METHODS, language) == next(one for one in METHODS if one.kind is kind)


def test_a_gift_card_that_is_not_there_is_no_other_card():
    assert method_meant("con la tarjeta regalo", METHODS[:2], "es") is None
    assert method_meant("send back the cardigan", METHODS, "en") is None


@pytest.mark.parametrize(
    ("language", "text", "way"),
    [
        ("es", "no tengo impresora", "qr"),
        ("es", "lo llevo yo a correos", "drop_off"),
        ("es", "que vengan a recogerlo", "pickup"),
        ("fr", "je le dépose en point relais", "drop_off"),
        ("fr", "j'imprime l'étiquette", "label"),
        ("it", "venite a ritirarlo", "pickup"),
        ("it", "lo porto io al punto di ritiro", "drop_off"),
    ],
)
def test_the_way_back_is_told(language, text, way):
    assert way_meant(text, ("label", "qr", "drop_off", "pickup"), language) == way


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2", 2),
        ("la 2 por favor", 2),
        ("número 3", 3),
        ("le numéro 2 svp", 2),
        ("la seconde", 2),
        ("l\u2019ultima", 3),
        ("il 3, grazie", 3),
        ("due", 2),
        ("el de abajo", 0),
        ("una de ellas", 0),
        ("4", 0),
    ],
)
def test_a_place_in_a_list_is_said_in_many_ways(text, place):
    assert ordinal_in(text, 3) == place
