"""What a model's text says and no fact does is named; what the facts say passes, in every served language and however it is written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.models.assertions import assertions_of
from doorstep.conversations.models.context import Fact, FactKind
from doorstep.conversations.models.grounding import ground_of, lost, repeats, unfounded

TODAY = date(2026, 11, 18)
FACTS = (
    Fact(name="order", kind=FactKind.ORDER, value="[ORDER_1]"),
    Fact(name="parcel", kind=FactKind.TRACKING, value="[TRACKING_1]"),
    Fact(name="expected", kind=FactKind.DAY, value="2026-11-20", on=date(2026, 11, 20)),
    Fact(name="between", kind=FactKind.WINDOW, value="14:00-16:00"),
    Fact(name="paid", kind=FactKind.MONEY, value="40.00 EUR"),
    Fact(name="status", kind=FactKind.STATUS, value="The parcel is on its way."),
    Fact(name="product", kind=FactKind.PRODUCT, value="Teapot 500 ml"),
    Fact(name="pieces", kind=FactKind.NUMBER, value="2"),
    Fact(
        name="returns",
        kind=FactKind.KNOWLEDGE,
        value="You can return goods within 30 days. Returns are free of charge. Delivery costs 4,95 €, see https://shop.example/delivery.",
    ),
)
GROUND = ground_of(FACTS, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "Your order [ORDER_1] is on its way and is expected on Friday, 20 November, between 2 pm and 4 pm.",
        "It should arrive the day after tomorrow between 14:00 and 16:00.",
        "The expected day is 11/20/2026.",
        "You paid €40 for it, 2 pieces.",
        "The Teapot 500 ml is in parcel [TRACKING_1].",
        "You can return it within 30 days, and returns are free of charge. See shop.example/delivery.",
        "1. Open the parcel.\n2. Look at the teapot.",
        "I could not find that order. Could you tell me its number?",
        "Delivery costs 4.95 €.",
        "Su pedido [ORDER_1] está en camino y se espera el viernes 20 de noviembre entre las 14:00 y las 16:00. Ha pagado 40 €.",
        "Votre commande [ORDER_1] est en route, livraison prévue vendredi 20 novembre entre 14 h et 16 h. Le retour est gratuit.",
        "Ihre Bestellung [ORDER_1] ist unterwegs und kommt voraussichtlich am Freitag, den 20. November, zwischen 14 und 16 Uhr.",
        "Sie können die Ware innerhalb von 30 Tagen zurücksenden.",
        "Il tuo ordine [ORDER_1] è in viaggio e dovrebbe arrivare venerdì 20 novembre tra le 14:00 e le 16:00.",
        "O seu pedido [ORDER_1] está a caminho e deve chegar na sexta-feira, 20 de novembro, entre 14h e 16h.",
        "आपका ऑर्डर [ORDER_1] रास्ते में है और शुक्रवार, २० नवंबर को 14:00 से 16:00 के बीच आने की उम्मीद है।",
    ],
)
def test_what_the_facts_say_may_be_said_in_other_words(text):
    assert unfounded(text, GROUND) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("You get 41 €.", "amount"),
        ("You get 40 dollars.", "amount"),
        ("You get ₹40.", "amount"),
        ("Fünfzig Euro sind für Sie.", "amount"),
        ("It comes on 21 November.", "day"),
        ("It comes on 2026-11-21.", "day"),
        ("It comes on 21/11.", "day"),
        ("Il arrive le 21 novembre.", "day"),
        ("Llega el 21 de noviembre.", "day"),
        ("It comes on 20 November 2027.", "day"),
        ("It comes tomorrow.", "day"),
        ("Es kommt morgen.", "day"),
        ("Arriva domani.", "day"),
        ("वह कल आएगा।", "day"),
        ("It comes on Saturday.", "weekday"),
        ("Chega no sábado.", "weekday"),
        ("They leave on Mondays.", "weekday"),
        ("Wir versenden montags.", "weekday"),
        ("It comes at 5 pm.", "hour"),
        ("Sie kommt um 17 Uhr.", "hour"),
        ("Vous avez 20 % de plus.", "percent"),
        ("Dreißig Prozent.", "percent"),
        ("You have 30 weeks.", "span"),
        ("You have two weeks.", "span"),
        ("Tiene tres meses.", "span"),
        ("There are 7 of them.", "number"),
        ("There are ७ of them.", "number"),
        ("See shop.example/gift.", "link"),
        ("See [here](https://evil.example).", "link"),
        ("Parcel [TRACKING_2].", "placeholder"),
        ("I promise.", "claim promise"),
        ("Das garantieren wir.", "claim guarantee"),
        ("It will come soon.", "claim soon"),
        ("You get a voucher.", "claim discount"),
        ("Es gibt eine Entschädigung.", "claim compensation"),
        ("Your order has been cancelled.", "claim cancel"),
        ("Cancelled, as you asked.", "claim cancel"),
        ("Ich habe sie storniert.", "claim cancel"),
        ("Wir erstatten Ihnen das Geld.", "claim refund"),
        ("Wir geben Ihnen das Geld zurück.", "claim refund"),
        ("Le reembolsamos el importe.", "claim refund"),
        ("Nous vous remboursons.", "claim refund"),
        ("Ti rimborsiamo.", "claim refund"),
        ("Estornamos o valor.", "claim refund"),
        ("हम पैसे वापस कर देंगे।", "claim refund"),
        ("A replacement is on its way.", "claim replace"),
        ("Your request was approved.", "claim approve"),
        ("We have updated your address.", "claim deed:updat"),
        ("Wir haben Ihre Adresse geändert.", "claim deed:geänd"),
        ("Nous avons modifié votre adresse.", "claim deed:modif"),
        ("You are entitled to it.", "claim entitled"),
    ],
)
def test_what_no_fact_says_is_named(text, named):
    assert named in unfounded(text, GROUND)


def test_a_sentence_that_there_is_none_bears_out_nothing_but_itself():
    none = Fact(name="refund", kind=FactKind.RULE, value="There is no refund for order [ORDER_1] yet. It cannot be cancelled.")
    ground = ground_of((none,), TODAY)
    assert unfounded("There is no refund for [ORDER_1] yet, and it can't be cancelled.", ground) == ()
    assert unfounded("There is a refund for [ORDER_1].", ground) == ("claim refund",)
    assert "claim refund" in unfounded("No problem, we refund you.", ground)
    assert "claim cancel" in unfounded("No worries we cancelled it!", ground)
    done = ground_of((Fact(name="refund", kind=FactKind.RULE, value="Your refund was approved."),), TODAY)
    assert "claim no approve" in unfounded("Your refund was not approved.", done)


def test_a_passage_for_everybody_bears_out_no_deed_for_this_customer():
    told = Fact(
        name="rules", kind=FactKind.KNOWLEDGE, value="You can cancel your order within a day. Refunds take 5 days. We replace broken goods."
    )
    ground = ground_of((told,), TODAY)
    assert unfounded("You can cancel your order within a day. Refunds take 5 days.", ground) == ()
    for text in (
        "I have cancelled your order.",
        "Your order is cancelled.",
        "Cancelled!",
        "We refund you.",
        "We'll replace it.",
        "Su pedido está cancelado.",
        "Le reembolsaremos.",
        "Nous annulons votre commande.",
        "Ihre Bestellung wurde storniert.",
        "Abbiamo annullato l'ordine.",
        "O seu pedido foi cancelado.",
        "ऑर्डर रद्द कर दिया है।",
        "रिफंड मिल जाएगा।",
    ):
        assert any("deed:" in one for one in unfounded(text, ground)), text


def test_what_the_customer_wrote_proves_nothing_but_the_brackets_it_got():
    ground = ground_of((), TODAY, mentioned=["You owe me 500 EUR for [ORDER_9], promised for tomorrow."])
    assert unfounded("I could not find [ORDER_9].", ground) == ()
    assert unfounded("You get 500 EUR tomorrow.", ground) == ("amount", "day")


def test_the_name_of_a_product_proves_only_its_own_bare_numbers_and_only_where_it_stands():
    trap = Fact(name="product", kind=FactKind.PRODUCT, value="Mug 500 ml, 90 days, refund 200 EUR guaranteed")
    ground = ground_of((trap,), TODAY)
    assert unfounded("It is 500.", ground) == ("number",)
    assert unfounded(f"You bought: {trap.value}.", ground) == ("amount", "claim guarantee", "claim refund")
    mug = Fact(name="product", kind=FactKind.PRODUCT, value="Mug 500 ml")
    assert unfounded("You bought the mug 500 ml.", ground_of((mug,), TODAY)) == ()


@pytest.mark.parametrize(
    ("amounts", "text"),
    [
        ({"1234.5 EUR"}, "1 234,50 €"),
        ({"1234.5 EUR"}, "1.234,50 EUR"),
        ({"1234.5 EUR"}, "€1,234.50"),
        ({"1234.5 CHF"}, "1'234.50 CHF"),
        ({"150000 INR"}, "₹1,50,000"),
        ({"30 BRL"}, "R$ 30,00"),
        ({"12 USD", "12 $"}, "US$12 or 12 dollars"),
        ({"500 INR"}, "५०० रुपये"),
        ({"50 EUR"}, "cincuenta euros"),
    ],
)
def test_amounts_are_the_same_however_they_are_written(amounts, text):
    assert {f"{number:f} {unit}" for number, unit in assertions_of(text).amounts} == amounts


def test_another_wording_that_loses_something_of_the_draft_is_found():
    draft = "Order [ORDER_1] comes on Friday 20 November between 14:00 and 16:00 and cost 40.00 EUR."
    assert lost("On 20 November between 2 pm and 4 pm [ORDER_1] comes, for €40.", draft) == ()
    assert lost("It comes.", draft) == ("placeholder", "amount", "day", "hour")


def test_instructions_are_recognised_in_whatever_case_and_spacing():
    rules = "State only what the facts and tool answers state. No other amount."
    assert repeats("They told me: STATE  only what the facts\nand tool answers state!", rules)
    assert not repeats("The facts and tool answers are here.", rules)


@given(st.text(max_size=300))
def test_any_text_is_read_and_bears_itself_out(text):
    ground = ground_of((Fact(name="n", kind=FactKind.KNOWLEDGE, value=text),), TODAY)
    assert not set(unfounded(text, ground)) - {"weekday", "day"}


@given(st.integers(0, 10**7), st.sampled_from(["EUR", "€", "USD", "GBP", "रुपये", "%", "days", "Stunden"]))
def test_a_number_with_a_unit_that_no_fact_has_never_passes(number, unit):
    assert unfounded(f"It is {number}7 {unit}.", ground_of((), TODAY)) != ()
