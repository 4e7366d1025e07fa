"""What a conversation says by itself, in the served languages: who is this, thank you, a colleague will write."""

from doorstep.domain.languages import stopped_once

#: Language → name → text with {brand}.
_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "who": "{brand} here. Which order is this about? Please send us its number and the e-mail address it was placed with.",
        "found": "Thank you, we found your order. A colleague will answer you here.",
        "noted": "Thank you, we have noted it: {choice}. A colleague will take care of it.",
        "human": "Thank you. A colleague will answer you here.",
    },
    "es": {
        "who": "Somos {brand}. ¿Sobre qué pedido nos escribes? Envíanos su número y el correo con el que lo hiciste.",
        "found": "Gracias, hemos encontrado tu pedido. Un compañero te responderá aquí.",
        "noted": "Gracias, lo hemos anotado: {choice}. Un compañero se ocupa.",
        "human": "Gracias. Un compañero te responderá aquí.",
    },
    "fr": {
        "who": "Ici {brand}. De quelle commande s'agit-il ? Envoyez-nous son numéro et l'adresse e-mail utilisée pour la passer.",
        "found": "Merci, nous avons trouvé votre commande. Un collègue vous répondra ici.",
        "noted": "Merci, c'est noté : {choice}. Un collègue s'en occupe.",
        "human": "Merci. Un collègue vous répondra ici.",
    },
    "de": {
        "who": "Hier ist {brand}. Um welche Bestellung geht es? Bitte senden Sie uns die Nummer und die E-Mail-Adresse der Bestellung.",
        "found": "Danke, wir haben Ihre Bestellung gefunden. Ein Kollege antwortet Ihnen hier.",
        "noted": "Danke, das ist notiert: {choice}. Ein Kollege kümmert sich darum.",
        "human": "Danke. Ein Kollege antwortet Ihnen hier.",
    },
    "it": {
        "who": "Qui {brand}. Di quale ordine si tratta? Inviaci il numero e l'indirizzo e-mail con cui l'hai fatto.",
        "found": "Grazie, abbiamo trovato il tuo ordine. Un collega ti risponderà qui.",
        "noted": "Grazie, lo abbiamo annotato: {choice}. Se ne occupa un collega.",
        "human": "Grazie. Un collega ti risponderà qui.",
    },
    "pt": {
        "who": "Aqui é {brand}. De qual pedido se trata? Envie o número e o e-mail usado na compra.",
        "found": "Obrigado, encontramos o pedido. Um colega responderá por aqui.",
        "noted": "Obrigado, está anotado: {choice}. Um colega cuidará disso.",
        "human": "Obrigado. Um colega responderá por aqui.",
    },
    "hi": {
        "who": "नमस्ते, यह {brand} है। आप किस ऑर्डर के बारे में लिख रहे हैं? कृपया ऑर्डर नंबर और वह ई-मेल भेजें जिससे ऑर्डर किया था।",
        "found": "धन्यवाद, आपका ऑर्डर मिल गया। हमारे साथी आपको यहीं जवाब देंगे।",
        "noted": "धन्यवाद, हमने नोट कर लिया: {choice}। हमारे साथी इस पर काम करेंगे।",
        "human": "धन्यवाद। हमारे साथी आपको यहीं जवाब देंगे।",
    },
}


def words(name: str, locale: str, brand_name: str, choice: str = "") -> str:
    """Write one of the texts in the language of a BCP 47 tag; English where there is none."""
    texts = _TEXTS.get(locale.replace("_", "-").partition("-")[0].lower(), _TEXTS["en"])
    text = stopped_once(stopped_once(texts[name], "choice", choice), "brand", brand_name)
    # Not str.format: a brand's name may hold braces.
    return text.replace("{choice}", choice).replace("{brand}", brand_name)
