"""Where a parcel waits, as each carrier tells it → a pick-up point."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import carriers
from doorstep.carriers.collecting import hours_by_day, is_clock, point_of
from doorstep.domain.pickup import OpenHours
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError

PAYLOADS = Path(__file__).parents[2].parent / "shared" / "data" / "carriers" / "payloads"


def pickup(slug: str, answer):
    (tracking,) = carriers()[slug].parse(Raw(body=json.dumps(answer).encode())).trackings
    return tracking.pickup


def told(slug: str, name: str):
    if not (PAYLOADS / name).exists():
        pytest.skip("the folder of real payloads is not beside the repository")
    return carriers()[slug].parse(Raw(body=(PAYLOADS / name).read_bytes())).trackings[0].pickup


def test_inpost_tells_locker_deadline_and_code():
    address = {"city": "Wrocław", "street": "Prosta", "buildingNumber": "9", "postCode": "50-001", "country": "PL"}
    point = {"name": "WRO900", "locationDescription": "obok piekarni", "addressDetails": address}
    found = pickup(
        "inpost", {"shipmentNumber": "6001", "pickUpPoint": point, "openCode": "654321", "expiryDate": "2026-07-16T20:00:00+02:00"}
    )
    assert (found.name, found.lines, found.city, found.country) == ("WRO900", ("Prosta 9", "obok piekarni"), "Wrocław", "PL")
    assert (found.collect_by.local, found.code) == ("2026-07-16T20:00:00", "654321")
    assert pickup("inpost", {"shipmentNumber": "6001", "pickUpPoint": None, "openCode": None, "expiryDate": None}) is None


def test_shipx_tells_the_chosen_lockers_hours_as_sent():
    machine = {
        "name": "POZ1",
        "opening_hours": "24/7",
        "address": {"line1": "Polna 3", "line2": "60-001 Poznań"},
        "type": ["parcel_locker"],
    }
    found = pickup("inpost_pl", {"tracking_number": "5200", "status": "created", "custom_attributes": {"target_machine_detail": machine}})
    assert (found.kind, found.name, found.lines, found.hours_text) == ("locker", "POZ1", ("Polna 3", "60-001 Poznań"), "24/7")


def test_gls_tells_hours_with_and_without_a_break():
    hours = [
        {"days": "Mo", "hours": "090000,130000,143000,183000"},
        {"days": "Sa", "hours": "090000,,,120000"},
        {"days": "Xy", "hours": "1"},
    ]
    shop = {"address": {"name1": "Kiosk", "street1": "Weg", "blockNo1": "4", "postalArea": {"city": "Ulm", "countryCode": "DE"}}}
    found = pickup("gls", {"tuStatus": [{"tuNo": "555", "parcelShop": shop | {"openingHours": hours}}]})
    assert (found.kind, found.name, found.lines, found.city) == ("shop", "Kiosk", ("Weg 4",), "Ulm")
    assert found.hours == (OpenHours(0, "09:00", "13:00"), OpenHours(0, "14:30", "18:30"), OpenHours(5, "09:00", "12:00"))


def test_ups_tells_only_until_when():
    package = {"trackingNumber": "1Z0", "accessPointInformation": {"pickupByDate": "20260126"}}
    found = pickup("ups", {"trackResponse": {"shipment": [{"package": [package]}]}})
    assert (found.collect_by.local, found.collect_by.precision, found.name) == ("2026-01-26", "date", None)


def test_fedex_tells_where_it_holds():
    hold = {"locationType": "FEDEX_OFFICE", "locationContactAndAddress": {"address": {"streetLines": ["9 Any Road"], "city": "AUSTIN"}}}
    result = {"trackingNumberInfo": {"trackingNumber": "777"}, "holdAtLocation": hold}
    found = pickup("fedex", {"output": {"completeTrackResults": [{"trackResults": [result]}]}})
    assert (found.kind, found.lines, found.city) == ("shop", ("9 Any Road",), "AUSTIN")


def test_an_post_tells_the_lockers_pin():
    assert pickup("an_post", {"trackingNumber": "X1", "lastTrackingEventCategoryId": 0, "parcelLockerPin": "4711"}).code == "4711"
    assert pickup("an_post", {"trackingNumber": "X1", "lastTrackingEventCategoryId": 0, "parcelLockerPin": None}) is None


def test_the_generic_format_takes_a_point_and_names_what_is_wrong_with_one():
    point = {
        "kind": "shop",
        "name": "Corner",
        "address": "1 Lane\nrear door",
        "hours": [{"weekday": 0, "opens": "08:00", "closes": "22:00"}],
    }
    found = pickup("generic", {"tracking_number": "G1", "pickup": point | {"collect_by": "2026-05-03", "code": "99"}})
    assert (found.kind, found.lines, found.code, found.collect_by.local) == ("shop", ("1 Lane", "rear door"), "99", "2026-05-03")
    for wrong, path in (
        ({"kind": "cave"}, "pickup.kind"),
        ({"hours": [{"weekday": 7, "opens": "8", "closes": "9"}]}, r"pickup.hours\[0\]"),
    ):
        with pytest.raises(BadInputError, match=path):
            pickup("generic", {"tracking_number": "G1", "pickup": wrong})


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("inpost", "inpost__01.json"),
        ("inpost_pl", "inpost_pl__02.json"),
        ("budbee", "budbee__02.json"),
        ("gls", "gls__05.json"),
        ("correios_br", "correios_br__06.xml"),
        ("fedex", "fedex__28.json"),
        ("ups", "ups__18.json"),
    ],
)
def test_real_payloads_tell_where_or_until_when(slug, name):
    found = told(slug, name)
    assert found is not None
    assert found.collect_by or (found.lines and (found.city or found.name))


def test_budbees_hours_and_deadline_are_read():
    found = told("budbee", "budbee__02.json")
    assert found.kind == "locker"
    assert found.hours == (OpenHours(0, "08:00", "22:00"),)
    assert found.collect_by.local == "2026-05-02T13:12:42"


def test_a_point_of_which_nothing_is_told_is_none():
    assert point_of(kind="locker", hours_text="24/7") is None
    assert hours_by_day({"monday": {"open": "soon", "close": None}, "Sunday": {"open": "08:00:00", "close": "24:00"}}) == (
        OpenHours(6, "08:00", "24:00"),
    )
    assert [is_clock(text) for text in ("07:30", "24:00", "24:01", "9:00", "ab:cd", "12:60", "")] == [
        True,
        True,
        False,
        False,
        False,
        False,
        False,
    ]
