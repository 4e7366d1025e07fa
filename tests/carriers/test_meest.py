"""Meest: times with spaces, countries in Ukrainian, and errors."""

import pytest

from doorstep.carriers.meest import CARRIER
from doorstep.carriers.meest.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError


def read(inside):
    return CARRIER.parse(Raw(body=f"<return>{inside}</return>".encode()))


def row(**fields):
    return f"<items>{''.join(f'<{name}>{value}</{name}>' for name, value in ({'ShipmentNumberSender': '009-1'} | fields).items())}</items>"


def scan(**fields):
    return read(f"<result_table>{row(**fields)}</result_table>").trackings[0].checkpoints[0]


def test_a_time_written_with_spaces_is_local_where_it_happened():
    told = scan(DateTimeAction="2026-07-13 09: 05: 53", Country="УКРАЇНА", City="Рівне")
    assert (told.occurred_at.local, told.occurred_at.offset) == ("2026-07-13T09:05:53", "+03:00")
    assert (told.place.city, told.place.country) == ("Рівне", "UA")


@pytest.mark.parametrize(("word", "country"), [("Польща", "PL"), ("POLAND", "PL"), ("Німеччина", "DE")])
def test_a_country_may_be_named_in_either_language(word, country):
    assert scan(Country=word).place.country == country


def test_the_sentence_is_the_english_one_where_there_is_one():
    assert scan(ActionMessages_UA="Доручено", ActionMessages_EN="Delivered").carrier_text == "Delivered"
    assert scan(ActionMessages_UA="Доручено", ActionMessages_EN="").carrier_text == "Доручено"


def test_a_code_off_the_list_is_unknown():
    assert (event_type_of("1622"), event_type_of("1010"), event_type_of("")) == ("delivered", "unknown", "unknown")


def test_rows_of_several_parcels_make_several_trackings():
    rows = row(StatusCode="808") + row(ShipmentNumberSender="009-2") + row(StatusCode="909")
    assert [(one.tracking_number, len(one.checkpoints)) for one in read(f"<result_table>{rows}</result_table>").trackings] == [
        ("009-1", 2),
        ("009-2", 1),
    ]


def test_all_well_is_no_error():
    assert read("<result_table/><errors><code>000</code></errors>").notes == ()
    assert read("<errors><code>103</code><name>Login</name></errors>").notes == (CarrierNote("103", "Login"),)


@pytest.mark.parametrize("inside", ["", "<api/>", "<result_table><items/></result_table>"])
def test_what_is_no_answer_is_refused(inside):
    with pytest.raises(BadInputError):
        read(inside)
