"""A customer's language → the words on a return slip of our own.

Hindi is not among them: the fonts that every PDF reader has hold no Devanagari. The page and the message beside the slip say it in Hindi.
"""

import msgspec


class Words(msgspec.Struct, frozen=True):
    """The words of one slip."""

    title: str
    sent_to: str
    sent_by: str
    order: str
    holds: str
    #: What to do, one step a text; "{rma}" is the number of the return.
    steps: tuple[str, ...]
    #: The last step where the parcel is fetched.
    fetched: str


WORDS = {
    "en": Words(
        "Return",
        "To",
        "From",
        "Order",
        "Contents",
        (
            "Pack the items well and stick this page on the parcel.",
            "This page is not postage: post the parcel with a carrier of your choice.",
        ),
        "Have the parcel ready: it is picked up at your door.",
    ),
    "es": Words(
        "Devolución",
        "Para",
        "De",
        "Pedido",
        "Contenido",
        (
            "Embala bien los artículos y pega esta hoja en el paquete.",
            "Esta hoja no lleva franqueo: envía el paquete con el transportista que prefieras.",
        ),
        "Ten listo el paquete: lo recogen en tu puerta.",
    ),
    "fr": Words(
        "Retour",
        "À",
        "De",
        "Commande",
        "Contenu",
        (
            "Emballez bien les articles et collez cette page sur le colis.",
            "Cette page n'affranchit pas le colis : envoyez-le par le transporteur de votre choix.",
        ),
        "Tenez le colis prêt : on vient le chercher chez vous.",
    ),
    "de": Words(
        "Rücksendung",
        "An",
        "Von",
        "Bestellung",
        "Inhalt",
        (
            "Verpacken Sie die Artikel gut und kleben Sie diese Seite auf das Paket.",
            "Diese Seite ist kein Porto: Versenden Sie das Paket mit einem Dienst Ihrer Wahl.",
        ),
        "Halten Sie das Paket bereit: Es wird bei Ihnen abgeholt.",
    ),
    "it": Words(
        "Reso",
        "A",
        "Da",
        "Ordine",
        "Contenuto",
        (
            "Imballa bene gli articoli e attacca questa pagina sul pacco.",
            "Questa pagina non vale come affrancatura: spedisci il pacco con il corriere che preferisci.",
        ),
        "Tieni pronto il pacco: verrà ritirato a casa tua.",
    ),
    "pt": Words(
        "Devolução",
        "Para",
        "De",
        "Encomenda",
        "Conteúdo",
        (
            "Embale bem os artigos e cole esta página na embalagem.",
            "Esta página não é franquia: envie a embalagem pela transportadora que preferir.",
        ),
        "Tenha a embalagem pronta: será recolhida à sua porta.",
    ),
}
