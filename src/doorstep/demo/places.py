"""Where the demo's parcels are scanned: the shop's side, and a hub, gateway and depot on the way to each town."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec


class Spot(msgspec.Struct, frozen=True):
    """A place with a clock."""

    city: str
    #: As the country's own carriers write it.
    region: str
    postcode: str
    #: ISO 3166-1 alpha-2 and alpha-3.
    country: str
    country_iso3: str
    #: IANA.
    zone: str

    def local(self, at: datetime) -> datetime:
        """Turn an aware moment into this place's aware wall time, whole seconds."""
        return at.astimezone(ZoneInfo(self.zone)).replace(microsecond=0)


class Locker(msgspec.Struct, frozen=True):
    """A parcel locker. All are invented."""

    name: str
    street: str
    #: Where in the street, in the language of the town.
    hint: str
    city: str
    postcode: str
    #: ISO 3166-1 alpha-2.
    country: str


class Road(msgspec.Struct, frozen=True, kw_only=True):
    """The stops between the shop and one town."""

    hub: Spot
    #: Where the parcel enters the country; for a road without a border the hub.
    gateway: Spot
    depot: Spot

    def spot(self, where: str) -> Spot:
        """Find the stop that a beat names."""
        stops = {"shop": SHOP, "origin": ORIGIN, "hub": self.hub, "gateway": self.gateway, "depot": self.depot, "door": self.depot}
        return stops[where]


def _spain(city: str, region: str, postcode: str) -> Spot:
    return Spot(city, region, postcode, "ES", "ESP", "Europe/Madrid")


SHOP = _spain("Valencia", "V", "46001")
ORIGIN = _spain("Riba-roja de Túria", "V", "46190")
_COSLADA = _spain("Coslada", "M", "28821")
_IRUN = _spain("Irun", "SS", "20305")
_BERLIN = Spot("Berlin", "BE", "10115", "DE", "DEU", "Europe/Berlin")
_SPEYER = Spot("Speyer", "RP", "67346", "DE", "DEU", "Europe/Berlin")
_DUBLIN = Spot("Dublin", "D", "D02 X285", "IE", "IRL", "Europe/Dublin")
_MANCHESTER = Spot("Manchester", "MAN", "M1 1AE", "GB", "GBR", "Europe/London")
_EAST_MIDLANDS = Spot("Castle Donington", "LEC", "DE74 2SA", "GB", "GBR", "Europe/London")
_CHICAGO = Spot("Chicago", "IL", "60601", "US", "USA", "America/Chicago")
_NEWARK = Spot("Newark", "NJ", "07114", "US", "USA", "America/New_York")
_BOSTON = Spot("Boston", "MA", "02108", "US", "USA", "America/New_York")

#: Town → the road to it.
ROADS: dict[str, Road] = {
    "Madrid": Road(hub=_COSLADA, gateway=_COSLADA, depot=_spain("Madrid", "M", "28004")),
    "Barcelona": Road(hub=_COSLADA, gateway=_COSLADA, depot=_spain("Barcelona", "B", "08012")),
    "Sevilla": Road(hub=_COSLADA, gateway=_COSLADA, depot=_spain("Sevilla", "SE", "41001")),
    "Bilbao": Road(hub=_COSLADA, gateway=_COSLADA, depot=_spain("Bilbao", "BI", "48009")),
    "Berlin": Road(hub=_IRUN, gateway=_SPEYER, depot=_BERLIN),
    "Dublin": Road(hub=_COSLADA, gateway=_DUBLIN, depot=_DUBLIN),
    "Manchester": Road(hub=_EAST_MIDLANDS, gateway=_EAST_MIDLANDS, depot=_MANCHESTER),
    "Chicago": Road(hub=_NEWARK, gateway=_NEWARK, depot=_CHICAGO),
    "Boston": Road(hub=_NEWARK, gateway=_NEWARK, depot=_BOSTON),
}
#: Town → the locker nearest to its customers.
LOCKERS: dict[str, Locker] = {
    "Madrid": Locker("MAD 714", "Calle del Olmo 3", "Junto a la frutería", "Madrid", "28012", "ES"),
    "Barcelona": Locker("BCN 208", "Carrer de Verdi 101", "En la entrada del mercado", "Barcelona", "08012", "ES"),
    "Sevilla": Locker("SVQ 052", "Calle Feria 9", "Frente a la farmacia", "Sevilla", "41003", "ES"),
    "Bilbao": Locker("BIO 031", "Calle Ledesma 22", "Bajo los soportales", "Bilbao", "48001", "ES"),
    "Berlin": Locker("Packstation 133", "Torstraße 40", "Im Hof", "Berlin", "10119", "DE"),
}
#: Towns outside the shop's customs union.
ABROAD = ("Manchester", "Chicago", "Boston")
