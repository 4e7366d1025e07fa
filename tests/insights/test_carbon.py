"""Where a parcel goes, its weight and manner → grams, worked out by hand beside what the code says."""

from hypothesis import given
from hypothesis import strategies as st

from doorstep.insights.carbon import Carbon, Manner, Mode, Spot, carbon, distance_km
from doorstep.insights.countries import countries

_MADRID, _BARCELONA = Spot("ES", 40.4168, -3.7038), Spot("ES", 41.3874, 2.1686)
#: Grams of one stop at a door: 181 out of the exhaust, and the making of the diesel.
_DOOR = 181 * 0.14993 / 0.12366


def _of(origin: Spot, destination: Spot, manner: Manner | None = None, *, weight_g: int | None = 1000) -> Carbon:
    found = carbon(origin, destination, manner or Manner(), weight_g=weight_g)
    assert found is not None
    return found


def test_madrid_to_barcelona_by_truck_is_as_worked_out_by_hand() -> None:
    assert round(distance_km(_MADRID, _BARCELONA)) == 505  # as maps tell
    found = _of(_MADRID, _BARCELONA, weight_g=2000)
    assert [(part.mode, part.km) for part in found.parts] == [(Mode.TRUCK, 657), (Mode.DOOR, None)]
    assert found.grams == 416  # 657 km of 2 kg at 150 g are 197, and 219 at the door
    assert not found.weight_assumed


def test_a_country_alone_stands_for_the_mean_distance_of_two_of_its_places() -> None:
    assert round(distance_km(Spot("ES"), Spot("ES"))) == 368  # 0.5214 times the root of 498,980
    assert _of(Spot("ES"), Spot("ES")).parts[0].km == 479


def test_over_an_ocean_goods_fly_and_the_first_1500_km_weigh_most() -> None:
    found = _of(Spot("CN"), Spot("ES"))
    assert [part.mode for part in found.parts] == [Mode.TRUCK, Mode.AIR, Mode.DOOR]
    air = next(part for part in found.parts if part.mode is Mode.AIR)
    assert air.km is not None
    assert abs(air.grams - round(1500 * 0.83 + (air.km - 1500) * 0.608)) <= 1
    assert [part.mode for part in _of(Spot("GB"), Spot("FR")).parts] == [Mode.TRUCK, Mode.DOOR]
    assert Mode.AIR in {part.mode for part in _of(Spot("IS"), Spot("DK")).parts}


def test_express_flies_far_within_a_country_and_says_what_the_standard_service_would_save() -> None:
    slow, fast = _of(Spot("US"), Spot("US")), _of(Spot("US"), Spot("US"), Manner(express=True))
    assert Mode.AIR in {part.mode for part in fast.parts}
    assert fast.greener[0].option == "standard"
    assert abs(fast.greener[0].saves_g - (fast.grams - slow.grams)) <= 1
    assert Mode.AIR not in {part.mode for part in _of(Spot("ES"), Spot("ES"), Manner(express=True)).parts}


def test_a_scan_of_a_flight_is_believed_over_the_distance() -> None:
    assert Mode.AIR in {part.mode for part in _of(Spot("ES"), Spot("ES"), Manner(flown=True)).parts}


def test_a_pick_up_point_saves_its_share_and_is_named_where_the_parcel_came_to_the_door() -> None:
    door, point = _of(Spot("ES"), Spot("ES")), _of(Spot("ES"), Spot("ES"), Manner(pickup=True))
    assert [greener.option for greener in door.greener] == ["pickup_point"]
    assert abs(door.grams - point.grams - door.greener[0].saves_g) <= 1
    assert point.greener == ()


def test_a_failed_attempt_adds_a_last_mile() -> None:
    once, twice = _of(Spot("ES"), Spot("ES")), _of(Spot("ES"), Spot("ES"), Manner(failed_attempts=1))
    assert abs(twice.grams - once.grams - _DOOR) <= 1
    assert "first_attempt" in {greener.option for greener in twice.greener}


def test_a_carriers_own_published_last_mile_is_taken() -> None:
    assert _of(Spot("PL"), Spot("PL"), Manner(carrier="inpost_pl", pickup=True)).parts[-1].grams == 75


def test_what_cannot_be_reckoned_stays_unknown() -> None:
    assert carbon(Spot("ZZ"), Spot("ES")) is None
    assert carbon(Spot("ES"), Spot("??")) is None
    assert carbon(Spot("ES"), Spot("ES"), weight_g=0) is None


def test_without_a_weight_the_usual_one_is_taken_and_the_range_is_wider() -> None:
    told, untold = _of(Spot("DE"), Spot("ES")), _of(Spot("DE"), Spot("ES"), weight_g=None)
    assert untold.weight_assumed
    assert untold.grams == told.grams
    assert untold.least_g < told.least_g < told.grams < told.most_g < untold.most_g


_COUNTRIES = st.sampled_from(sorted(countries())).map(Spot)
_MANNERS = st.builds(
    Manner,
    express=st.booleans(),
    flown=st.booleans(),
    pickup=st.booleans(),
    failed_attempts=st.integers(0, 5),
    returned=st.booleans(),
)


@given(_COUNTRIES, _COUNTRIES, _MANNERS, st.integers(1, 60_000), st.integers(1, 60_000))
def test_more_weight_never_gives_off_less(start: Spot, end: Spot, manner: Manner, one: int, other: int) -> None:
    light, heavy = sorted((one, other))
    assert _of(start, end, manner, weight_g=light).grams <= _of(start, end, manner, weight_g=heavy).grams


@given(_MANNERS, st.floats(0, 80), st.floats(0, 80))
def test_more_distance_never_gives_off_less(manner: Manner, one: float, other: float) -> None:
    near, far = sorted((one, other))
    start = Spot("US", 0.0, 0.0)
    assert _of(start, Spot("US", 0.0, near), manner).grams <= _of(start, Spot("US", 0.0, far), manner).grams


@given(_COUNTRIES, _COUNTRIES, _MANNERS, st.none() | st.integers(1, 60_000))
def test_parts_add_up_and_the_range_holds_the_likely_value(start: Spot, end: Spot, manner: Manner, weight_g: int | None) -> None:
    found = _of(start, end, manner, weight_g=weight_g)
    assert abs(sum(part.grams for part in found.parts) - found.grams) <= len(found.parts)
    assert 0 < found.least_g <= found.grams <= found.most_g
    assert distance_km(start, end) <= 20_016  # half way around
    assert all(greener.saves_g >= 0 for greener in found.greener)


@given(_COUNTRIES, _COUNTRIES)
def test_the_way_back_is_as_long(start: Spot, end: Spot) -> None:
    assert abs(_of(start, end).grams - _of(end, start).grams) <= 1
