"""Which variant is meant instead: sizes, colours, "bigger", "the cheapest", "the same in black"."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.conversations.entities import clauses_of, variants_meant
from doorstep.domain.actions.known import KnownLine, KnownVariant
from doorstep.domain.money import Money

RETAIL = Path(__file__).parents[4] / "shared" / "data" / "retail_tasks"


def product(
    name: str, own: str, grid: dict[str, list[str]], price: Callable[[dict[str, str]], int] = lambda options: 20, gone: tuple[str, ...] = ()
) -> tuple[KnownLine, list[KnownVariant]]:
    """A line of a product, and all its variants, each named by its values."""
    variants = [
        KnownVariant(
            variant_id="/".join(values),
            product_id=name,
            name=name,
            options=(options := dict(zip(grid, values, strict=True))),
            price=Money(price(options) * 100, "USD"),
            available="/".join(values) not in gone,
        )
        for values in itertools.product(*grid.values())
    ]
    bought = next(one for one in variants if one.variant_id == own)
    return KnownLine(line_id="1", name=name, product_id=name, variant_id=own, options=bought.options, unit_price=bought.price), variants


SHIRT = product(
    "Cotton T-Shirt", "blue/M", {"color": ["blue", "black", "white", "dark green"], "size": ["S", "M", "L", "XL"]}, gone=("white/L",)
)
SHOE = product("Trail Runner", "41/red", {"size": ["40", "41", "42", "43"], "color": ["red", "grey"]})
LAMP = product(
    "Desk Lamp",
    "silver/low/USB",
    {"color": ["silver", "black"], "brightness": ["low", "medium", "high"], "power source": ["USB", "battery"]},
    price=lambda o: {"low": 30, "medium": 40, "high": 50}[o["brightness"]] + (5 if o["color"] == "black" else 0),
)
BOTTLE = product(
    "Bottle",
    "500 ml/steel",
    {"capacity": ["500 ml", "750 ml", "1 l"], "material": ["steel", "glass"]},
    price=lambda o: {"500 ml": 10, "750 ml": 12, "1 l": 15}[o["capacity"]],
)
KB = product(
    "Keyboard",
    "linear/RGB/ISO-DE",
    {"switch": ["linear", "clicky", "tactile"], "backlight": ["RGB", "none"], "layout": ["ISO-DE", "ANSI-US"]},
)
DS = product("Hemd", "blau/M", {"Farbe": ["blau", "schwarz", "weiß"], "Größe": ["S", "M", "L"]})
FR = product("Chemise", "bleu/M", {"couleur": ["bleu", "noir", "blanc"], "taille": ["S", "M", "L"]})
ES = product("Camisa", "azul/M", {"color": ["azul", "negro", "blanco"], "talla": ["S", "M", "L"]})
IT = product("Camicia", "blu/M", {"colore": ["blu", "nero", "bianco"], "taglia": ["S", "M", "L"]})
PT = product("Camisa", "azul/M", {"cor": ["azul", "preto", "branco"], "tamanho": ["P", "M", "G"]})
# (language, product, text, variant): "?" unsure between these, "!" it cannot be had, "=" the very same; written before it was measured.
SAID = [
    ("en", SHIRT, "size L instead of M", "blue/L"),
    ("en", SHIRT, "the same in black", "black/M"),
    ("en", SHIRT, "a large black one please", "black/L"),
    ("en", SHIRT, "one size bigger", "blue/L"),
    ("en", SHIRT, "it's too big", "blue/S"),
    ("en", SHIRT, "bigger", "?blue/L,blue/XL"),
    ("en", SHIRT, "white, size L", "!white/L"),
    ("en", SHIRT, "dark green in XL", "dark green/XL"),
    ("en", SHIRT, "not blue, black", "black/M"),
    ("en", SHIRT, "swap the blue shirt for a white one", "white/M"),
    ("en", SHIRT, "exactly the same one again", "=blue/M"),
    ("en", SHIRT, "black or white", "?black/M,white/M"),
    ("en", SHIRT, "I don't like it", ""),
    ("en", SHOE, "42 please, size 42", "42/red"),
    ("en", SHOE, "half a size up", "?"),
    ("en", SHOE, "one size up in gray", "42/grey"),
    ("en", SHOE, "size 43 grey", "43/grey"),
    ("en", LAMP, "a brighter one", "?silver/medium/USB,silver/high/USB"),
    ("en", LAMP, "the brightest one", "silver/high/USB"),
    ("en", LAMP, "with battery instead of USB", "silver/low/battery"),
    ("en", LAMP, "the cheapest black one", "?black/low/USB,black/low/battery"),
    ("en", LAMP, "medium brightness, black", "black/medium/USB"),
    ("en", BOTTLE, "the 1 liter one", "1 l/steel"),
    ("en", BOTTLE, "750ml in glass", "750 ml/glass"),
    ("en", BOTTLE, "the biggest, any material", "?1 l/steel,1 l/glass"),
    ("en", BOTTLE, "a slightly larger one", "750 ml/steel"),
    ("en", KB, "with clicky switches", "clicky/RGB/ISO-DE"),
    ("en", KB, "no backlight", "linear/none/ISO-DE"),
    ("en", KB, "clicky without backlight, ANSI", "clicky/none/ANSI-US"),
    ("de", DS, "in schwarz bitte", "schwarz/M"),
    ("de", DS, "Größe L statt M", "blau/L"),
    ("de", DS, "eine Nummer größer", "blau/L"),
    ("de", DS, "lieber weiß in S", "weiß/S"),
    ("de", DS, "das gleiche in weiß", "weiß/M"),
    ("fr", FR, "la même en noir", "noir/M"),
    ("fr", FR, "en taille L au lieu de M", "bleu/L"),
    ("fr", FR, "la taille au-dessus", "bleu/L"),
    ("fr", FR, "en blanc, taille S", "blanc/S"),
    ("es", ES, "en negro talla L", "negro/L"),
    ("es", ES, "una talla más", "azul/L"),
    ("es", ES, "la misma pero en blanco", "blanco/M"),
    ("it", IT, "la stessa in nero", "nero/M"),
    ("it", IT, "una taglia in più", "blu/L"),
    ("it", IT, "taglia S invece di M", "blu/S"),
    ("pt", PT, "a mesma em preto", "preto/M"),
    ("pt", PT, "tamanho G", "azul/G"),
    ("pt", PT, "um tamanho acima", "azul/G"),
    ("hi", SHIRT, "size L chahiye", "blue/L"),
    ("hi", SHIRT, "kala wala chahiye", "black/M"),
    ("hi", SHIRT, "ek size bada", "blue/L"),
]


JACKET = product(
    "Rain Jacket",
    "yellow/M/unlined",
    {"color": ["yellow", "green", "navy blue"], "size": ["XS", "S", "M", "L", "XL"], "lining": ["unlined", "fleece", "down"]},
    gone=("green/S/unlined",),
)
RING = product("Ring", "gold/6", {"material": ["gold", "silver", "rose gold"], "size": ["5", "6", "7", "8"]})
TV = product(
    "TV",
    "43 inch/4K",
    {"screen size": ["32 inch", "43 inch", "55 inch", "65 inch"], "resolution": ["4K", "8K"]},
    price=lambda o: (
        {"32 inch": 200, "43 inch": 300, "55 inch": 500, "65 inch": 800}[o["screen size"]] * (2 if o["resolution"] == "8K" else 1)
    ),
)
CHARGER = product(
    "Charger",
    "20W/USB-C/white",
    {"power": ["20W", "45W", "65W"], "port": ["USB-A", "USB-C"], "color": ["white", "black"]},
    price=lambda o: {"20W": 15, "45W": 25, "65W": 35}[o["power"]],
)
COFFEE = product(
    "Coffee",
    "250 g/whole beans/medium",
    {"weight": ["250 g", "500 g", "1 kg"], "grind": ["whole beans", "ground"], "roast": ["light", "medium", "dark"]},
    price=lambda o: {"250 g": 8, "500 g": 14, "1 kg": 25}[o["weight"]],
)
JK = product("Jacke", "gelb/M", {"Farbe": ["gelb", "grün", "dunkelblau"], "Größe": ["S", "M", "L", "XL"]})
VE = product("Veste", "jaune/M", {"couleur": ["jaune", "vert", "bleu marine"], "taille": ["S", "M", "L", "XL"]})
CH = product("Chaqueta", "amarillo/M", {"color": ["amarillo", "verde", "azul marino"], "talla": ["S", "M", "L", "XL"]})

# A second set, measured once the first was used.
SAID_LATER = [
    ("en", JACKET, "I need an XL", "yellow/XL/unlined"),
    ("en", JACKET, "green, small", "!green/S/unlined"),
    ("en", JACKET, "navy with fleece lining", "navy blue/M/fleece"),
    ("en", JACKET, "the same jacket but size L", "yellow/L/unlined"),
    ("en", JACKET, "it's too tight, next size up please", "yellow/L/unlined"),
    ("en", JACKET, "anything but yellow", "?green/M/unlined,navy blue/M/unlined"),
    ("en", JACKET, "size S or XS", "?yellow/S/unlined,yellow/XS/unlined"),
    ("en", JACKET, "my kid hates the color", "?"),
    ("en", RING, "rose gold", "rose gold/6"),
    ("en", RING, "size 7 in silver", "silver/7"),
    ("en", RING, "two sizes up", "?"),
    ("en", TV, "the 55 inch", "55 inch/4K"),
    ("en", TV, '55" instead of 43"', "55 inch/4K"),
    ("en", TV, "an 8k one", "43 inch/8K"),
    ("en", TV, "the biggest one", "65 inch/4K"),
    ("en", TV, "a cheaper one", "?"),
    ("en", CHARGER, "45w please", "45W/USB-C/white"),
    ("en", CHARGER, "usb a, black", "20W/USB-A/black"),
    ("en", CHARGER, "the most powerful one", "?"),
    ("en", CHARGER, "65 watts, any color", "?65W/USB-C/white,65W/USB-C/black"),
    ("en", COFFEE, "ground instead of beans", "250 g/ground/medium"),
    ("en", COFFEE, "dark roast, 1kg", "1 kg/whole beans/dark"),
    ("en", COFFEE, "half a kilo", "?"),
    ("en", COFFEE, "500g of the same", "500 g/whole beans/medium"),
    ("de", JK, "in grün und Größe L", "grün/L"),
    ("de", JK, "eine Nummer kleiner", "gelb/S"),
    ("de", JK, "die gleiche, nur in XL", "gelb/XL"),
    ("fr", VE, "la verte en L", "vert/L"),
    ("fr", VE, "une taille en dessous", "jaune/S"),
    ("fr", VE, "plutôt bleu marine", "bleu marine/M"),
    ("es", CH, "la verde en talla L", "verde/L"),
    ("es", CH, "una talla menos", "amarillo/S"),
    ("es", CH, "igual pero azul marino", "azul marino/M"),
]


@pytest.mark.parametrize(
    ("language", "sold", "text", "meant"), [*SAID, *SAID_LATER], ids=[f"{one[0]}: {one[2]}" for one in (*SAID, *SAID_LATER)]
)
def test_the_variant_that_is_meant_is_found_and_never_another(language, sold, text, meant):
    line, variants = sold
    found = variants_meant(text, line, variants, language=language)
    if meant.startswith("!"):
        assert (found.variant, found.gone) == ("", (meant[1:],))
    elif meant.startswith("?"):
        assert found.variant == ""
        assert meant == "?" or found.unsure
        assert meant == "?" or set(found.unsure) == set(meant[1:].split(","))
    else:
        assert found.variant == meant.removeprefix("=")


def test_what_is_said_of_another_line_is_left_out():
    line, variants = SHIRT
    lamp, _ = LAMP
    text = "the cotton t-shirt in size L and the desk lamp in black"
    assert variants_meant(text, line, variants, others=[lamp]).variant == "blue/L"
    assert variants_meant(text, lamp, LAMP[1], others=[line]).variant == "black/low/USB"


def test_a_variant_is_meant_by_its_own_number():
    line, variants = SHIRT
    numbered = [
        *variants,
        KnownVariant(variant_id="4107812777", product_id="p", options={"color": "black", "size": "L"}, price=Money(1, "USD")),
    ]
    assert variants_meant("item 4107812777 please", line, numbered).variant == "4107812777"


def test_what_is_second_best_is_asked_about_where_the_best_is_gone():
    line, variants = product("Keyboard", "linear/RGB", {"switch": ["linear", "clicky"], "backlight": ["RGB", "none"]}, gone=("clicky/RGB",))
    found = variants_meant("with clicky switches. If there is none with RGB, no backlight then.", line, variants)
    assert (found.variant, found.unsure, found.gone) == ("", ("clicky/none",), ("clicky/RGB",))


def test_a_liking_decides_between_those_that_fit():
    line, variants = product("Bag", "red/nylon", {"color": ["red", "grey", "black"], "material": ["nylon", "leather"]})
    assert variants_meant("in leather, any color. I prefer grey", line, variants).variant == "grey/leather"


def test_without_variants_none_is_meant():
    assert variants_meant("the black one", SHIRT[0], []).variant == ""


WORDS = (
    "size",
    "L",
    "m",
    "black",
    "white",
    "or",
    "not",
    "instead",
    "of",
    "bigger",
    "cheapest",
    "the",
    "same",
    "any",
    "color",
    "prefer",
    "if",
    ".",
    ",",
    "dark",
    "green",
    "no",
    "one",
    "up",
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=10))
def test_any_mixture_of_words_means_variants_that_there_are(words):
    line, variants = SHIRT
    found = variants_meant(" ".join(words), line, variants)
    can = {one.variant_id for one in variants if one.available}
    assert {found.variant, *found.unsure} - {""} <= can
    assert set(found.gone) <= {one.variant_id for one in variants} - can
    assert not (found.variant and found.unsure)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_any_text_can_be_asked(text):
    for line, variants in (SHIRT, LAMP, BOTTLE):
        variants_meant(text, line, variants)


@pytest.mark.skipif(not RETAIL.is_dir(), reason="../shared/data/retail_tasks is not here")
def test_exchanges_of_a_public_set_are_found_or_asked_about_and_none_is_wrong():
    right, wrong, known = 0, [], 0
    store = json.loads((RETAIL / "db.json").read_text(encoding="utf-8"))
    sold = {
        key: [
            KnownVariant(
                variant_id=one["item_id"], product_id=key, options=one["options"], price=money(one["price"]), available=one["available"]
            )
            for one in kind["variants"].values()
        ]
        for key, kind in store["products"].items()
    }
    for task in json.loads((RETAIL / "tasks_train.json").read_text(encoding="utf-8")):
        request = task["user_scenario"]["instructions"]["reason_for_call"]
        text = " ".join(one.text for one in clauses_of(request, "en") if one.wish == "exchange") or request
        for action in task["evaluation_criteria"]["actions"]:
            told = action["arguments"]
            if "new_item_ids" not in told:
                continue
            order = store["orders"][told["order_id"]]
            all_lines = [
                line_of(item) for number in store["users"][order["user_id"]]["orders"] for item in store["orders"][number]["items"]
            ]
            for bought, new in zip(told["item_ids"], told["new_item_ids"], strict=True):
                line = next(line_of(item) for item in order["items"] if item["item_id"] == bought)
                found = variants_meant(text, line, sold[line.product_id], others=[one for one in all_lines if one.name != line.name])
                known += 1
                right += found.variant == new
                if found.variant not in {"", new}:
                    wrong.append((task["id"], line.name, found.variant))
    assert known == 58
    assert wrong == []
    assert right >= 41


def money(amount: float) -> Money:
    return Money(round(amount * 100), "USD")


def line_of(item: dict) -> KnownLine:
    return KnownLine(
        line_id=item["item_id"],
        name=item["name"],
        product_id=item["product_id"],
        variant_id=item["item_id"],
        options=item["options"],
        unit_price=money(item["price"]),
    )
