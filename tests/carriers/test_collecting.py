"""Where a parcel waits, as each carrier tells it → a pick-up point."""

import json
import time
from pathlib import Path

import pytest

from doorstep.carriers import carriers
from doorstep.carriers.collecting import hours_by_day, is_clock, point_of, told_last
from doorstep.carriers.families.dhl_paket_points import point_in
from doorstep.domain.pickup import OpenHours
from doorstep.domain.plugins import Raw
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint
from doorstep.domain.vocabulary import Precision, ZoneSource
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


def test_inposts_webhooks_tell_the_locker_of_the_event_by_which_it_waits():
    place = {"type": "LOCKER_POINT", "name": "WRO900", "description": "obok", "postalCode": "50-001", "city": "Wrocław", "country": "PL"}
    event = {"trackingNumber": "62", "eventCode": "LMD.1005", "timestamp": "2026-07-15T09:30:00+02:00", "location": place}
    found = pickup("inpost", event)
    assert (found.kind, found.name, found.lines, found.postcode, found.country) == ("locker", "WRO900", ("obok",), "50-001", "PL")
    assert pickup("inpost", event | {"eventCode": "CRE.1001"}) is None


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
        ("fedex", "fedex__03.json"),
        ("fedex", "fedex__08.xml"),
        ("ups", "ups__18.json"),
        ("ups", "ups__13.html"),
        ("aftership", "aftership__05.json"),
        ("bpost", "bpost__01.xml"),
        ("canadapost", "canadapost__14.xml"),
        ("dhl_parcel_de", "dhl_parcel_de__07.html"),
        ("nova_poshta", "nova_poshta__03.json"),
        ("nova_post", "nova_post__03.json"),
    ],
)
def test_real_payloads_tell_where_or_until_when(slug, name):
    found = told(slug, name)
    assert found is not None
    assert found.collect_by or (found.name or found.city)


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("aftership", "aftership__07.json"),
        ("canadapost", "canadapost__04.xml"),
        ("dhl_parcel_de", "dhl_parcel_de__06.html"),
        ("dhl_parcel_de", "dhl_parcel_de__08.html"),
        ("dhl_universal", "dhl_universal__04.json"),
        ("nova_post", "nova_post__10.json"),
        ("ups", "ups__10.html"),
    ],
)
def test_real_payloads_of_parcels_for_the_door_tell_of_no_point(slug, name):
    assert told(slug, name) is None


def test_aftership_tells_the_shops_own_store_in_the_shops_words():
    box = {"tracking_number": "A1", "slug": "ups", "delivery_type": "pickup_at_store", "pickup_location": "Flagship"}
    told_by = {"pickup_note": "Ring twice", "pickup_contact_number": "+34600000000"}
    found = pickup("aftership", {"event": "tracking_update", "msg": box | told_by})
    assert (found.kind, found.name, found.lines) == ("shop", "Flagship", ("Ring twice", "+34600000000"))
    at_courier = pickup("aftership", {"event": "tracking_update", "msg": box | {"delivery_type": "pickup_at_courier"}})
    assert (at_courier.kind, at_courier.lines) == ("", ())
    assert pickup("aftership", {"event": "tracking_update", "msg": box | told_by | {"pickup_location": None}}) is None


def correios(*events):
    return {"objetos": [{"codObjeto": "QQ000000033BR", "eventos": list(events)}]}


def of_correios(kind, when, unit, **more):
    return {"codigo": kind[:-3], "tipo": kind[-2:], "dtHrCriado": when, "descricao": "x", "unidade": unit, **more}


def test_correios_tells_the_agency_at_which_it_waits_and_not_where_it_was_before():
    street = {"logradouro": "Rua Inventada", "numero": "9", "bairro": "Centro", "cep": "28355010", "cidade": "Uba", "uf": "RJ"}
    agency = {"tipo": "Agência dos Correios", "nome": "AC UBA", "endereco": street}
    depot = {"tipo": "Unidade de Distribuição", "endereco": {"cidade": "RIO", "uf": "RJ", "logradouro": "Rua Outra"}}
    waits = of_correios("LDI/01", "2026-07-14T10:00:00", agency)
    found = pickup("correios_br", correios(waits, of_correios("OEC/01", "2026-07-13T08:00:00", depot)))
    assert (found.kind, found.name, found.lines) == ("post_office", "AC UBA", ("Rua Inventada, 9", "Centro"))
    assert (found.postcode, found.city, found.country) == ("28355010", "Uba", "BR")
    sent = of_correios("LDI/11", "2026-07-14T09:00:00", depot, unidadeDestino=agency)
    assert pickup("correios_br", correios(sent)).name == "AC UBA"
    assert pickup("correios_br", correios(of_correios("OEC/01", "2026-07-13T08:00:00", depot))) is None
    assert pickup("correios_br", correios(of_correios("LDI/01", "2026-07-13T08:00:00", {"endereco": {"cidade": "RIO"}}))) is None
    assert pickup("correios_br", correios(of_correios("BDE/68", "2026-07-13T08:00:00", agency))).kind == "locker"
    assert pickup("correios_br", correios(of_correios("LDI/02", "2026-07-13T08:00:00", depot))).kind == ""


def test_nova_poshta_tells_the_locker_and_the_last_day_before_it_goes_back():
    document = {
        "Number": "59000",
        "StatusCode": "7",
        "ServiceType": "WarehouseWarehouse",
        "TrackingUpdateDate": "2026-03-08 15:16:53",
        "CityRecipient": "Шир",
        "WarehouseRecipient": "Поштомат №7",
        "WarehouseRecipientAddress": "Шир, Площа Більбо, 1",
        "CategoryOfWarehouse": "Postomat",
        "DatePayedKeeping": "2026-03-11 00:00:00",
    }
    found = pickup("nova_poshta", {"success": True, "data": [document]})
    assert (found.kind, found.name, found.lines, found.city) == ("locker", "Поштомат №7", ("Площа Більбо, 1",), "Шир")
    assert found.collect_by is None, "the day from which storage costs is no deadline"
    until = pickup("nova_poshta", {"success": True, "data": [document | {"DateReturnCargo": "2026-03-16 00:00:00"}]}).collect_by
    assert (until.local, until.precision) == ("2026-03-15", "date")
    assert pickup("nova_poshta", {"success": True, "data": [document | {"ServiceType": "WarehouseDoors"}]}) is None


def test_nova_post_tells_the_branch_of_the_scan_by_which_it_waits():
    def scanned(code, day, name):
        return {"date": f"2026-04-{day}T10:00:00Z", "code": code, "division_name": name, "settlement_name": "Toruń", "country_code": "PL"}

    events = [scanned("5", "18", "depot"), scanned("8", "20", "locker 8"), scanned("7", "19", "branch 7")]
    found = pickup("nova_post", {"number": "2045", "tracking": events})
    assert (found.kind, found.name, found.city, found.country) == ("locker", "locker 8", "Toruń", "PL")
    assert pickup("nova_post", {"number": "2045", "tracking": events[:1]}) is None


def dhl_of(status, **more):
    return {"shipments": [{"id": "003404", "service": "parcel-de", "events": [status], **more}]}


def test_dhl_tells_a_service_point_by_its_label():
    point = {"servicePoint": {"label": "Packstation 133", "url": "https://dhl.example/133"}}
    place = {"address": {"addressLocality": "Darmstadt", "postalCode": "64297", "countryCode": "DE"}, **point}
    waits = {"timestamp": "2026-07-14T10:00:00", "statusCode": "transit", "status": "ZF", "location": place}
    found = pickup("dhl_parcel_de", dhl_of(waits))
    assert (found.kind, found.name, found.postcode, found.city) == ("locker", "Packstation 133", "64297", "Darmstadt")
    moves = waits | {"status": "EE"}
    assert pickup("dhl_parcel_de", dhl_of(moves)) is None, "a scan on the way says nothing of where it will wait"
    assert pickup("dhl_parcel_de", dhl_of(moves, destination={"servicePoint": {"label": "Postfiliale 512"}})).kind == "post_office"


@pytest.mark.parametrize(
    ("sentence", "told_of"),
    [
        (
            "Die Sendung liegt in der PACKSTATION 133 Stresemannstr. 2 64297 Darmstadt zur Abholung bereit.",
            ("locker", "PACKSTATION 133", ("Stresemannstr. 2",), "64297", "Darmstadt"),
        ),
        (
            "Die Sendung liegt in der Filiale Am Markt 1 53113 Bonn zur Abholung bereit.",
            ("post_office", "Filiale", ("Am Markt 1",), "53113", "Bonn"),
        ),
        ("Die Sendung wird in eine Filiale gebracht.", None),
        ("Der Empfänger hat die Sendung aus der PACKSTATION abgeholt.", None),
    ],
)
def test_dhls_sentences_tell_packstation_and_branch(sentence, told_of):
    point = point_in(sentence)
    assert (point and (point.kind, point.name, point.lines, point.postcode, point.city)) == told_of


def test_a_sentence_of_any_length_is_read_in_time():
    started = time.process_time()
    assert point_in("PACKSTATION 1 " * 20_000 + "12345 " * 20_000) is None
    assert time.process_time() - started < 5


def test_of_several_scans_the_newest_tells():
    def at(day):
        return Checkpoint(
            event_type="ready_for_pickup",
            occurred_at=OccurredAt(f"2026-05-0{day}", None, ZoneSource.ASSUMED, Precision.DATE) if day else None,
            carrier="gls",
            carrier_code="",
            carrier_text="",
            tracking_number="N1",
        )

    one, other = point_of(name="one"), point_of(name="other")
    assert told_last([(at(1), one), (at(3), None), (at(2), other)]) == other
    assert told_last([(at(2), other), (at(1), one)]) == other
    assert told_last([(at(0), one), (at(0), other)]) == one
    assert told_last([(at(0), one), (at(1), other)]) == other
    assert told_last([]) is None


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
