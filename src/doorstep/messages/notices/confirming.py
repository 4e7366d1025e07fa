"""A yes to be said again → the message that asks for it, in the served languages; it advertises nothing, as the law wants."""

from doorstep.domain.messages import Rendered

#: Language → subject, text; with {brand}, {wording} and {url}.
_TEXTS: dict[str, tuple[str, str]] = {
    "en": (
        "Please confirm: messages from {brand}",
        (
            'Somebody, probably you, gave us this address and agreed to this:\n\n"{wording}"\n\nIf it was you, please confirm here:\n{url}\n\n'
            "If it was not, do nothing: without your confirmation we send nothing.\n\n{brand}"
        ),
    ),
    "es": (
        "Confirma, por favor: mensajes de {brand}",
        (
            'Alguien, probablemente tú, nos dio esta dirección y aceptó esto:\n\n"{wording}"\n\nSi fuiste tú, confírmalo aquí:\n{url}\n\n'
            "Si no, no hagas nada: sin tu confirmación no enviaremos nada.\n\n{brand}"
        ),
    ),
    "fr": (
        "Merci de confirmer : messages de {brand}",
        (
            "Quelqu'un, sans doute vous, nous a donné cette adresse et a accepté ceci :\n\n\"{wording}\"\n\nSi c'est bien vous, confirmez ici :\n{url}\n\n"
            "Sinon, ne faites rien : sans votre confirmation, nous n'enverrons rien.\n\n{brand}"
        ),
    ),
    "de": (
        "Bitte bestätigen: Nachrichten von {brand}",
        (
            'Jemand, vermutlich Sie, hat uns diese Adresse genannt und diesem zugestimmt:\n\n"{wording}"\n\n'
            "Wenn Sie es waren, bestätigen Sie es bitte hier:\n{url}\n\n"
            "Wenn nicht, müssen Sie nichts tun: Ohne Ihre Bestätigung senden wir nichts.\n\n{brand}"
        ),
    ),
    "it": (
        "Conferma, per favore: messaggi di {brand}",
        (
            'Qualcuno, probabilmente tu, ci ha dato questo indirizzo e ha accettato questo:\n\n"{wording}"\n\nSe eri tu, confermalo qui:\n{url}\n\n'
            "Altrimenti non fare nulla: senza la tua conferma non invieremo nulla.\n\n{brand}"
        ),
    ),
    "pt": (
        "Confirme, por favor: mensagens de {brand}",
        (
            'Alguém, provavelmente você, nos deu este endereço e aceitou isto:\n\n"{wording}"\n\nSe foi você, confirme aqui:\n{url}\n\n'
            "Se não foi, não faça nada: sem a sua confirmação não enviaremos nada.\n\n{brand}"
        ),
    ),
    "hi": (
        "कृपया पुष्टि करें: {brand} के संदेश",
        (
            'किसी ने, शायद आपने, हमें यह पता दिया और इस पर सहमति दी:\n\n"{wording}"\n\nअगर यह आप थे, तो कृपया यहाँ पुष्टि करें:\n{url}\n\n'
            "अगर नहीं, तो कुछ न करें: आपकी पुष्टि के बिना हम कुछ नहीं भेजेंगे।\n\n{brand}"
        ),
    ),
}


def confirming_notice(brand_name: str, wording: str, url: str, locale: str) -> Rendered:
    """Write the message in the language of a tag; English where there is none."""
    subject, text = _TEXTS.get(locale.replace("_", "-").partition("-")[0].lower(), _TEXTS["en"])

    def filled(source: str) -> str:
        # Not str.format: a brand's name and the wording may hold braces; the wording last, since it may hold the other holes' names.
        return source.replace("{brand}", brand_name).replace("{url}", url).replace("{wording}", " ".join(wording.split())[:600])

    return Rendered(subject=" ".join(filled(subject).split()), text=filled(text))
