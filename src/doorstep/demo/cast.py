"""Who buys in the demo and what: people with their towns and languages, wares with their options and prices. All invented."""

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A customer."""

    first_name: str
    last_name: str
    #: BCP 47.
    locale: str
    street: str
    town: str
    #: In the ranges that are kept free for stories, where a country has one.
    phone: str | None = None
    #: Has said yes to marketing.
    newsletter: bool = False

    @property
    def email(self) -> str:
        """An address that can reach nobody: the domain is reserved."""
        plain = str.maketrans("áéíóúñüßøç ", "aeiounusoc.")
        return f"{self.first_name}.{self.last_name}".lower().translate(plain) + "@example.com"


class Ware(msgspec.Struct, frozen=True, kw_only=True):
    """Something the shop sells."""

    sku: str
    name: str
    name_es: str
    option: tuple[str, str]
    option_es: tuple[str, str]
    #: The other values of the option, in English and Spanish.
    others: tuple[tuple[str, str], ...]
    #: In cents of a euro.
    cents: int
    #: Name of the picture that the demo serves.
    picture: str


#: Numbers: United Kingdom 07700 900xxx and North America 555-01xx are reserved for fiction by Ofcom and NANPA; the other
#: countries' are well-formed. Nothing leaves the demo. Read 2026-11-22.
PEOPLE: tuple[Person, ...] = (
    Person(first_name="Lucía", last_name="Ferrer", locale="es", street="Calle del Olmo 14, 2.º B", town="Madrid", phone="+34600000101"),
    Person(first_name="Owen", last_name="Hartley", locale="en-GB", street="27 Tib Street", town="Manchester", phone="+447700900142"),
    Person(first_name="Marc", last_name="Puig", locale="es", street="Carrer de Verdi 88", town="Barcelona", phone="+34600000102"),
    Person(
        first_name="Grace", last_name="Lindqvist", locale="en-US", street="415 N Wells Street, Apt 9", town="Chicago", phone="+13125550143"
    ),
    Person(first_name="Carmen", last_name="Ortega", locale="es", street="Calle Feria 52", town="Sevilla", phone="+34600000103"),
    Person(first_name="Jonas", last_name="Brandt", locale="en", street="Torstraße 61", town="Berlin", newsletter=True),
    Person(first_name="Iker", last_name="Etxeberria", locale="es", street="Calle Ledesma 9", town="Bilbao", phone="+34600000104"),
    Person(first_name="Niamh", last_name="Kavanagh", locale="en-IE", street="8 Camden Row", town="Dublin"),
    Person(first_name="Paula", last_name="Serrano", locale="es", street="Calle Espíritu Santo 31", town="Madrid", newsletter=True),
    Person(first_name="Henry", last_name="Adeyemi", locale="en-US", street="63 Charles Street", town="Boston", phone="+16175550118"),
    Person(first_name="Nuria", last_name="Camps", locale="es", street="Passatge Simó 5", town="Barcelona", phone="+34600000105"),
    Person(first_name="Elena", last_name="Vogt", locale="es", street="Bergmannstraße 12", town="Berlin"),
    Person(first_name="Álvaro", last_name="Rivas", locale="es", street="Calle Betis 70", town="Sevilla"),
)

WARES: tuple[Ware, ...] = (
    Ware(
        sku="ALM-LAMP-S",
        name="Table lamp Alba",
        name_es="Lámpara de mesa Alba",
        option=("Colour", "Sand"),
        option_es=("Color", "Arena"),
        others=(("Charcoal", "Carbón"), ("Moss", "Musgo")),
        cents=8900,
        picture="lamp",
    ),
    Ware(
        sku="ALM-BLANK-T",
        name="Wool blanket Sierra",
        name_es="Manta de lana Sierra",
        option=("Colour", "Rust"),
        option_es=("Color", "Teja"),
        others=(("Ecru", "Crudo"), ("Indigo", "Índigo")),
        cents=12500,
        picture="blanket",
    ),
    Ware(
        sku="ALM-MUG-4",
        name="Four stoneware mugs",
        name_es="Cuatro tazas de gres",
        option=("Glaze", "Olive"),
        option_es=("Esmalte", "Oliva"),
        others=(("Chalk", "Tiza"), ("Cobalt", "Cobalto")),
        cents=4800,
        picture="mug",
    ),
    Ware(
        sku="ALM-VASE-M",
        name="Vase Duna",
        name_es="Jarrón Duna",
        option=("Size", "M"),
        option_es=("Talla", "M"),
        others=(("S", "S"), ("L", "L")),
        cents=5400,
        picture="vase",
    ),
    Ware(
        sku="ALM-CHAIR",
        name="Reading chair Tarde",
        name_es="Butaca Tarde",
        option=("Fabric", "Bouclé"),
        option_es=("Tela", "Bouclé"),
        others=(("Linen", "Lino"),),
        cents=34900,
        picture="chair",
    ),
    Ware(
        sku="ALM-CAND-3",
        name="Three beeswax candles",
        name_es="Tres velas de cera",
        option=("Scent", "Fig"),
        option_es=("Aroma", "Higo"),
        others=(("Cedar", "Cedro"), ("Orange blossom", "Azahar")),
        cents=2700,
        picture="candle",
    ),
)
