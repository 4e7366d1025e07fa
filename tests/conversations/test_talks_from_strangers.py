"""Somebody whom nobody knows says who they are in their own language, and sends a thing back."""

import pytest
from talking_world import Talk, World

from doorstep.domain.vocabulary import ChannelKind

TALKS = {
    "es": (
        "¿dónde está mi pedido?",
        "es el 1002 y mi correo es ana@example.com",
        "quiero devolver la camiseta del pedido 1001",
        "me queda pequeña",
        "sí",
    ),
    "fr": ("où est ma commande ?", "la 1002, ana@example.com", "je veux renvoyer le t-shirt de la commande 1001", "trop petit", "oui"),
    "it": (
        "dov'è il mio ordine?",
        "numero 1002, ana@example.com",
        "voglio restituire la maglietta dell'ordine 1001",
        "mi sta piccola",
        "sì",
    ),
}


@pytest.mark.parametrize("language", sorted(TALKS))
def test_a_stranger_shows_who_they_are_and_returns_a_thing(language: str) -> None:
    world = World("1001", "1002", language=language, known=False)
    talk = Talk(world, language, ChannelKind.CHAT)
    expected = ("ask.identity", "where.in_transit", "ask.reason", "confirm.open_return", "done.open_return")
    for said, key in zip(TALKS[language], expected, strict=True):
        turned = talk.say(said)
        assert key in {piece.key for piece in turned.pieces}, said
        assert talk.memory.language == language
    assert world.done == ["open_return"]
