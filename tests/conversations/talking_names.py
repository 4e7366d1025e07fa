"""What the goods of the shop in memory are called in each language, as its shops call them."""

from collections.abc import Mapping

#: Language → English word → its own.
_NAMES: dict[str, dict[str, str]] = {
    "es": {
        "T-shirt": "Camiseta",
        "Desk lamp": "Lámpara de escritorio",
        "Mug": "Taza",
        "colour": "Color",
        "size": "Talla",
        "blue": "Azul",
        "red": "Rojo",
        "black": "Negro",
        "white": "Blanco",
    },
    "fr": {
        "T-shirt": "T-shirt",
        "Desk lamp": "Lampe de bureau",
        "Mug": "Mug",
        "colour": "Couleur",
        "size": "Taille",
        "blue": "Bleu",
        "red": "Rouge",
        "black": "Noir",
        "white": "Blanc",
    },
    "de": {
        "T-shirt": "T-Shirt",
        "Desk lamp": "Schreibtischlampe",
        "Mug": "Tasse",
        "colour": "Farbe",
        "size": "Größe",
        "blue": "Blau",
        "red": "Rot",
        "black": "Schwarz",
        "white": "Weiß",
    },
    "it": {
        "T-shirt": "Maglietta",
        "Desk lamp": "Lampada da scrivania",
        "Mug": "Tazza",
        "colour": "Colore",
        "size": "Taglia",
        "blue": "Blu",
        "red": "Rosso",
        "black": "Nero",
        "white": "Bianco",
    },
    "pt": {
        "T-shirt": "Camiseta",
        "Desk lamp": "Luminária de mesa",
        "Mug": "Caneca",
        "colour": "Cor",
        "size": "Tamanho",
        "blue": "Azul",
        "red": "Vermelho",
        "black": "Preto",
        "white": "Branco",
    },
    # Shops in India write the names of goods in English; customers write them as they speak.
    "hi": {},
}


def called(word: str, language: str) -> str:
    """Name a thing, an option or its value."""
    return _NAMES.get(language, {}).get(word, word)


def options_called(options: Mapping[str, str], language: str) -> dict[str, str]:
    """Name options and their values."""
    return {called(name, language): called(value, language) for name, value in options.items()}
