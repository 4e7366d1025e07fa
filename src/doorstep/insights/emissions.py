"""What carrying goods gives off: every factor with where it comes from.

Well-to-wheel where nothing else is said: making the fuel counts as well as burning it. Each factor has a range; nobody measured the
one parcel, so a result is told with it.
"""

import msgspec


class Factor(msgspec.Struct, frozen=True):
    """One factor: the likely value and the range in which we expect the truth for a single parcel."""

    likely: float
    #: Multiplied with `likely`: our judgement of how far vehicles, loads and routes spread, not part of the source.
    least: float
    most: float


#: Grams CO2e per tonne and kilometre by road between depots: all heavy goods vehicles at average load, with the making of the fuel.
#: Source: 2012 Guidelines to Defra/DECC's GHG Conversion Factors, table 7e, "All HGVs UK average", grand total 0.14993 kg,
#: yumpu.com/en/document/view/38219432, read 2026-11-22. Later fleets are cleaner, parcels fill a truck before they weigh it down.
TRUCK = Factor(150.0, 0.55, 1.6)
#: The same by air, for the first 1,500 km, where the climb weighs most.
#: Source: GLEC Framework v3.2, belly freight, short haul, well-to-wheel, as listed at ecofreight.co/data/glec-factors.json, read 2026-11-22.
AIR_NEAR = Factor(830.0, 0.7, 1.5)
#: By air for every kilometre beyond. Source: as above, belly freight, long haul.
AIR_FAR = Factor(608.0, 0.75, 1.5)
#: Kilometres up to which `AIR_NEAR` holds. Source: as above.
AIR_NEAR_KM = 1500.0

#: Grams CO2 out of the exhaust for one parcel brought to a door by van.
#: Source: J. Edwards, A. McKinnon, S. Cullinane, "Carbon Auditing the Last Mile", greenlogistics.org, read 2026-11-22.
_DOOR_EXHAUST = 181.0
#: How much the making of diesel adds. Source: as `TRUCK`: grand total 0.14993 over direct 0.12366.
_WITH_FUEL = 0.14993 / 0.12366
#: Grams CO2e for the last mile to a door, once for every attempt.
DOOR = Factor(_DOOR_EXHAUST * _WITH_FUEL, 0.35, 2.0)
#: The share of it for a parcel brought to a pick-up point or locker with many others: the cautious end of what is published, 60 %
#: (Copenhagen Economics, as told at dhirubhai.net/pulse "Are Parcel Lockers Always the Key…") to 26 % (InPost, see below), both read
#: 2026-11-22. How the customer gets there is not counted.
POINT_SHARE = 0.6

#: What carriers publish of their own last mile: (door, point) in grams CO2 with the way to it.
#: Source: InPost's calculator as reported by dlahandlu.pl "InPost podkreśla…" (0.294 kg and 0.075 kg), read 2026-11-22.
OWN_LAST_MILE: dict[str, tuple[Factor, Factor]] = {
    slug: (Factor(294.0, 0.5, 1.5), Factor(75.0, 0.5, 1.5)) for slug in ("inpost", "inpost_pl")
}

#: Roads are longer than the great circle. Source: R. Ballou, H. Rahardja, N. Sakai, "Selected country circuity factors for road travel
#: distance estimation", 2002 (1.2 to 1.6 for most countries), as known on 2026-11-22.
ROAD_DETOUR = 1.3
#: Kilometres flown beyond the great circle, for every way. Source: GLEC Framework v3 and ISO 14083 (95 km), as known on 2026-11-22.
AIR_DETOUR_KM = 95.0
#: Kilometres by road to and from an airport, together; our assumption.
AIRPORT_KM = 200.0
#: Grams a parcel weighs where nobody says; our assumption.
USUAL_WEIGHT_G = 1000
#: How far such a parcel's weight may be from it: our judgement.
UNWEIGHED = Factor(1.0, 0.3, 3.0)
#: Kilometres of road beyond which goods are taken to fly; the same for express services. Our assumption.
FLIES_BEYOND_KM = 3000.0
EXPRESS_FLIES_BEYOND_KM = 800.0
