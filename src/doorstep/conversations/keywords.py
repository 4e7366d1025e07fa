"""Text of a reply → stop, start, help or nothing; and the one confirming text for each.

A keyword is the whole message: "stop" is one, "when does it stop raining" is not. That a longer sentence may also
revoke consent is for the meaning of the reply to find, not for this table.
Source: Twilio's default opt-out words and AWS's list, 47 CFR 64.1200(a)(10); as known on 2026-11-22.
"""

import unicodedata

from doorstep.domain.languages import stopped_once

#: Longer than any keyword with generous punctuation.
_LONGEST = 60

#: Signs that make a vowel, end a consonant or nasalise it: without them "बंद" (stop) would be "बाद" (later).
_VOWEL_SIGNS = frozenset(map(chr, (*range(0x0900, 0x0904), *range(0x093E, 0x0950), 0x0955, 0x0956, 0x0957, 0x0962, 0x0963)))
#: The two ways of writing one nasal vowel.
_NASAL = str.maketrans("\N{DEVANAGARI SIGN CANDRABINDU}", "\N{DEVANAGARI SIGN ANUSVARA}")

#: Keyword → the words for it, lower case, without accents, spaces and punctuation.
_WORDS: dict[str, tuple[str, ...]] = {
    "stop": (
        *("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout", "remove", "td"),  # en, and carriers'
        *("alto", "baja", "darmedebaja", "parar", "cancelar", "detener", "nomas", "nomasmensajes"),  # es
        *("stopp", "stoppen", "abmelden", "abbestellen", "ende", "kundigen", "kuendigen"),  # de
        *("arret", "arreter", "arretez", "desabonner", "desabonnement", "desinscription", "fin"),  # fr
        *("ferma", "fermare", "basta", "annulla", "disiscrivi", "disiscrivimi", "cancellami"),  # it
        *("pare", "sair", "remover", "descadastrar", "naoenviar"),  # pt
        *("बंद", "बंदकरें", "बंदकरो", "बंदकरदो", "बंदकरदें", "रोकें", "रोको", "रोकदें", "रोकदो", "स्टॉप", "अनसब्सक्राइब"),  # hi
        # "band" alone is none: it may be the missing item that was asked for.
        *("bandkaro", "bandkaren", "bandkarein", "bandkardo", "roko", "rokein", "rokdo"),  # hi, in Latin letters
    ),
    "start": (
        *("start", "yes", "unstop", "subscribe", "resume"),  # en
        *("iniciar", "alta", "empezar", "comenzar", "reanudar"),  # es
        *("starten", "anmelden"),  # de
        *("demarrer", "reprendre", "debut", "commencer"),  # fr
        *("inizia", "avvia", "riprendi"),  # it
        *("comecar", "voltar", "retomar"),  # pt
        *("शुरू", "शुरु", "शुरूकरें", "शुरूकरो", "चालू", "चालूकरें", "चालूकरो", "स्टार्ट"),  # hi
        *("shuru", "shurukaro", "shurukaren", "shurukarein"),  # hi, in Latin letters
    ),
    "help": (
        *("help", "info"),  # en
        *("ayuda", "informacion"),  # es
        *("hilfe", "hilf"),  # de
        *("aide",),  # fr
        *("aiuto",),  # it
        *("ajuda",),  # pt
        *("मदद", "सहायता", "हेल्प", "madad", "sahayata"),  # hi
    ),
}
#: Keywords that people also say without meaning any.
_EVERYDAY = frozenset({"yes"})

#: Language → keyword → text with {brand} and {contact}. Kept short: most fit one part of an SMS.
_CONFIRMATIONS: dict[str, dict[str, str]] = {
    "en": {
        "stop": "{brand}: You will get no more texts from us. Reply START to get them again.",
        "start": "{brand}: You will get our texts again. Reply STOP to end them, HELP for help.",
        "help": "{brand}: Texts about your orders. Help: {contact}. Reply STOP to end them. Message and data rates may apply.",
    },
    "es": {
        "stop": "{brand}: No le enviaremos más mensajes. Responda ALTA para volver a recibirlos.",
        "start": "{brand}: Volverá a recibir nuestros mensajes. Responda BAJA para dejarlos, AYUDA para ayuda.",
        "help": "{brand}: Mensajes sobre sus pedidos. Ayuda: {contact}. Responda BAJA para dejar de recibirlos.",
    },
    "de": {
        "stop": "{brand}: Sie erhalten keine SMS mehr von uns. Mit START kommen sie wieder.",
        "start": "{brand}: Sie erhalten unsere SMS wieder. STOP beendet sie, HILFE hilft.",
        "help": "{brand}: SMS zu Ihren Bestellungen. Hilfe: {contact}. Mit STOP beenden.",
    },
    "fr": {
        "stop": "{brand} : vous ne recevrez plus de SMS de notre part. Répondez START pour les recevoir de nouveau.",
        "start": "{brand} : vous recevrez de nouveau nos SMS. Répondez STOP pour y mettre fin, AIDE pour de l'aide.",
        "help": "{brand} : SMS sur vos commandes. Aide : {contact}. Répondez STOP pour y mettre fin.",
    },
    "it": {
        "stop": "{brand}: non riceverai più SMS da noi. Rispondi START per riceverli di nuovo.",
        "start": "{brand}: riceverai di nuovo i nostri SMS. Rispondi STOP per interromperli, AIUTO per assistenza.",
        "help": "{brand}: SMS sui tuoi ordini. Assistenza: {contact}. Rispondi STOP per interromperli.",
    },
    "pt": {
        "stop": "{brand}: sem mais SMS da nossa parte. Responda START para voltar a receber.",
        "start": "{brand}: os nossos SMS voltam. Responda SAIR para parar, AJUDA para ajuda.",
        "help": "{brand}: SMS sobre os seus pedidos. Ajuda: {contact}. Responda SAIR para parar.",
    },
    "hi": {
        "stop": "{brand}: अब हम आपको SMS नहीं भेजेंगे। फिर पाने के लिए START भेजें।",
        "start": "{brand}: हमारे SMS फिर मिलेंगे। रोकने के लिए STOP, मदद के लिए HELP भेजें।",
        "help": "{brand}: आपके ऑर्डर के SMS। मदद: {contact}। रोकने के लिए STOP भेजें।",
    },
}


def _folded(text: str) -> str:
    """Leave out case, accents, spaces and punctuation; the vowel signs of Devanagari are letters."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_NASAL)
    return "".join(letter for letter in plain if letter.isalnum() or letter in _VOWEL_SIGNS)


_KEYWORDS = {_folded(word): keyword for keyword, words in _WORDS.items() for word in words}


def keyword_of(text: str) -> str:
    """Tell whether a whole reply is a keyword: "stop", "start", "help", or "" for anything else. Case, accents and punctuation do not count."""
    if len(text) > _LONGEST:
        return ""
    return _KEYWORDS.get(_folded(text), "")


def is_everyday(text: str) -> bool:
    """Tell whether a keyword is also an everyday answer: "yes" begins again only for somebody who had stopped."""
    return "".join(letter for letter in text.casefold() if letter.isalnum()) in _EVERYDAY


def confirmation(keyword: str, brand_name: str, locale: str, help_contact: str) -> str:
    """Write the one text that answers a keyword, in the language of a BCP 47 tag; English where there is none. "" for no keyword."""
    texts = _CONFIRMATIONS.get(locale.replace("_", "-").partition("-")[0].lower(), _CONFIRMATIONS["en"])
    text = stopped_once(stopped_once(texts.get(keyword, ""), "contact", help_contact), "brand", brand_name)
    # Not str.format: a brand's name may hold braces.
    return text.replace("{contact}", help_contact).replace("{brand}", brand_name)
