"""Text of a reply → stop, start, help or nothing; and the one confirming text for each.

A keyword is the whole message: "stop" is one, "when does it stop raining" is not. That a longer sentence may also
revoke consent is for the meaning of the reply to find, not for this table.
Source: Twilio's default opt-out words and AWS's list, 47 CFR 64.1200(a)(10); as known on 2026-11-22.
"""

import unicodedata

#: Longer than any keyword with generous punctuation.
_LONGEST = 60

#: Keyword → the words for it, lower case, without accents, spaces and punctuation.
_WORDS: dict[str, tuple[str, ...]] = {
    "stop": (
        *("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout", "remove", "td"),  # en, and carriers'
        *("alto", "baja", "darmedebaja", "parar", "cancelar", "detener", "nomas", "nomasmensajes"),  # es
        *("stopp", "stoppen", "abmelden", "abbestellen", "ende", "kundigen", "kuendigen"),  # de
        *("arret", "arreter", "arretez", "desabonner", "desabonnement", "desinscription", "fin"),  # fr
        *("ferma", "fermare", "basta", "annulla", "disiscrivi", "disiscrivimi", "cancellami"),  # it
        *("pare", "sair", "remover", "descadastrar", "naoenviar"),  # pt
    ),
    "start": (
        *("start", "yes", "unstop", "subscribe", "resume"),  # en
        *("iniciar", "alta", "empezar", "comenzar", "reanudar"),  # es
        *("starten", "anmelden"),  # de
        *("demarrer", "reprendre", "debut", "commencer"),  # fr
        *("inizia", "avvia", "riprendi"),  # it
        *("comecar", "voltar", "retomar"),  # pt
    ),
    "help": (
        *("help", "info"),  # en
        *("ayuda", "informacion"),  # es
        *("hilfe", "hilf"),  # de
        *("aide",),  # fr
        *("aiuto",),  # it
        *("ajuda",),  # pt
    ),
}
_KEYWORDS = {word: keyword for keyword, words in _WORDS.items() for word in words}

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
        "stop": "{brand}: non riceverà più SMS da noi. Risponda START per riceverli di nuovo.",
        "start": "{brand}: riceverà di nuovo i nostri SMS. Risponda STOP per interromperli, AIUTO per assistenza.",
        "help": "{brand}: SMS sui suoi ordini. Assistenza: {contact}. Risponda STOP per interromperli.",
    },
    "pt": {
        "stop": "{brand}: não enviaremos mais SMS. Responda START para voltar a recebê-los.",
        "start": "{brand}: voltará a receber os nossos SMS. Responda SAIR para parar, AJUDA para ajuda.",
        "help": "{brand}: SMS sobre os seus pedidos. Ajuda: {contact}. Responda SAIR para parar.",
    },
}


def keyword_of(text: str) -> str:
    """Tell whether a whole reply is a keyword: "stop", "start", "help", or "" for anything else. Case, accents and punctuation do not count."""
    if len(text) > _LONGEST:
        return ""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return _KEYWORDS.get("".join(letter for letter in folded if letter.isalnum()), "")


def confirmation(keyword: str, brand_name: str, locale: str, help_contact: str) -> str:
    """Write the one text that answers a keyword, in the language of a BCP 47 tag; English where there is none. "" for no keyword."""
    texts = _CONFIRMATIONS.get(locale.replace("_", "-").partition("-")[0].lower(), _CONFIRMATIONS["en"])
    # Not str.format: a brand's name may hold braces.
    return texts.get(keyword, "").replace("{contact}", help_contact).replace("{brand}", brand_name)
