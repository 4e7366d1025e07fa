"""What the shop of the talks sells, in the language of its customers: names and options as its catalogue writes them."""

import msgspec


class Goods(msgspec.Struct, frozen=True):
    """A small catalogue, and what is written about it, in one language."""

    shirt: str
    lamp: str
    mug: str
    #: Names of the options, and their values.
    colour: str
    size: str
    blue: str
    red: str
    black: str
    white: str
    #: The label of a card that was paid with.
    card: str
    #: A carrier's own words for its newest scan.
    scan: str
    #: An article of the shop's: its title and what it says.
    shipping: str
    free_delivery: str


GOODS: dict[str, Goods] = {
    "en": Goods(
        shirt="T-shirt",
        lamp="Desk lamp",
        mug="Mug",
        colour="colour",
        size="size",
        blue="blue",
        red="red",
        black="black",
        white="white",
        card="Visa ending 9212",
        scan="Arrived at the depot",
        shipping="Shipping",
        free_delivery="Delivery is free from 40 euros on.",
    ),
    "es": Goods(
        shirt="Camiseta",
        lamp="Lámpara de escritorio",
        mug="Taza",
        colour="color",
        size="talla",
        blue="azul",
        red="roja",
        black="negra",
        white="blanca",
        card="Visa terminada en 9212",
        scan="Llegado al centro de distribución",
        shipping="Envíos",
        free_delivery="El envío es gratis a partir de 40 euros.",
    ),
    "fr": Goods(
        shirt="T-shirt",
        lamp="Lampe de bureau",
        mug="Tasse",
        colour="couleur",
        size="taille",
        blue="bleu",
        red="rouge",
        black="noir",
        white="blanc",
        card="Visa se terminant par 9212",
        scan="Arrivé au centre de tri",
        shipping="Livraison",
        free_delivery="La livraison est gratuite à partir de 40 euros.",
    ),
    "de": Goods(
        shirt="T-Shirt",
        lamp="Schreibtischlampe",
        mug="Tasse",
        colour="Farbe",
        size="Größe",
        blue="blau",
        red="rot",
        black="schwarz",
        white="weiß",
        card="Visa mit der Endung 9212",
        scan="Im Depot angekommen",
        shipping="Versand",
        free_delivery="Ab 40 Euro ist die Lieferung kostenlos.",
    ),
    "it": Goods(
        shirt="Maglietta",
        lamp="Lampada da scrivania",
        mug="Tazza",
        colour="colore",
        size="taglia",
        blue="blu",
        red="rossa",
        black="nera",
        white="bianca",
        card="Visa che termina con 9212",
        scan="Arrivato al centro di smistamento",
        shipping="Spedizioni",
        free_delivery="La spedizione è gratuita da 40 euro in su.",
    ),
    "pt": Goods(
        shirt="Camiseta",
        lamp="Luminária de mesa",
        mug="Caneca",
        colour="cor",
        size="tamanho",
        blue="azul",
        red="vermelha",
        black="preta",
        white="branca",
        card="Visa com final 9212",
        scan="Chegou ao centro de distribuição",
        shipping="Envio",
        free_delivery="A entrega é grátis a partir de 40 euros.",
    ),
    "hi": Goods(
        shirt="टी-शर्ट",
        lamp="टेबल लैंप",
        mug="मग",
        colour="रंग",
        size="साइज़",
        blue="नीला",
        red="लाल",
        black="काला",
        white="सफ़ेद",
        card="Visa, आख़िरी अंक 9212",
        scan="डिपो पहुँच गया",
        shipping="डिलीवरी",
        free_delivery="40 यूरो से ऊपर डिलीवरी मुफ़्त है।",
    ),
}
