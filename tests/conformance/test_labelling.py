"""Every carrier that makes labels, against one suite: what it declares, any bytes and every HTTP status, nothing personal in what it says."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import carriers
from doorstep.domain.labels import Booked, LabelWish, MadeLabel, Quote
from doorstep.domain.places import Address
from doorstep.domain.plugins import Carrier, HttpRequest, Response
from doorstep.errors import BadInputError, DoorstepError, MisconfiguredError, TryLaterError, UnknownOutcomeError

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SECRETS = ("Zoëline", "Geheimgasse", "zoe@customer.example")
WISH = LabelWish(
    key="doorstep-R-7K2M9Q-1",
    rma="R-7K2M9Q",
    order_number="#1001",
    way="pickup",
    sender=Address(name="Zoëline Q", lines=("Geheimgasse 5",), city="Wien", postcode="1010", country="AT"),
    sender_email="zoe@customer.example",
    receiver=Address(name="Returns", lines=("Mill Road 1",), city="Bath", postcode="BA1", country="GB"),
    pickup_from=NOW,
    pickup_to=NOW + timedelta(hours=8),
)
QUOTE = Quote(provider_id="p1", rate_id="r1", carrier="USPS", service="Ground")
MAKERS = sorted(slug for slug, carrier in carriers().items() if carrier.labelling)
REMOTE = [slug for slug in MAKERS if slug != "generic"]


def settings_of(carrier: Carrier) -> dict[str, str]:
    return {one.name: one.example or "value" for one in carrier.settings} | {"base_url": "http://127.0.0.1:9", "return_services": ""}


def flows_of(slug: str) -> list:
    carrier = carriers()[slug]
    making, settings = carrier.labelling, settings_of(carrier)
    assert making is not None
    made = [lambda: making.quote(WISH, settings, NOW), lambda: making.buy(QUOTE, WISH, settings, NOW)]
    if making.void:
        made.append(lambda: making.void("p1", settings, NOW))
    if making.pickup:
        made.append(lambda: making.pickup(QUOTE, WISH, settings, NOW))
    return made


def run(flow, answer) -> object:
    """Give each request of a flow the same answer, or throw it."""
    try:
        request = next(flow)
        for _ in range(9):
            assert isinstance(request, HttpRequest)
            request = flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("the flow does not end")


@pytest.mark.parametrize("slug", MAKERS)
def test_what_it_needs_is_declared_and_secrets_are_secret(slug):
    carrier = carriers()[slug]
    declared = {one.name: one for one in carrier.settings}
    assert carrier.labelling is not None
    for name in carrier.labelling.needs:
        assert declared[name].secret
    if slug in REMOTE:
        assert declared["return_labels"].default == "no"


@pytest.mark.parametrize("slug", REMOTE)
@pytest.mark.parametrize(
    ("status", "whose"),
    [
        (302, MisconfiguredError),
        (401, MisconfiguredError),
        (402, MisconfiguredError),
        (403, MisconfiguredError),
        (400, BadInputError),
        (422, BadInputError),
        (429, TryLaterError),
        (500, TryLaterError),
        (503, TryLaterError),
    ],
)
def test_every_status_says_who_must_act(slug, status, whose):
    body = msgspec.json.encode({"error": {"code": "X", "message": "Geheimgasse", "errors": [{"field": "street1", "message": "Zoëline"}]}})
    for flow in flows_of(slug):
        with pytest.raises(whose) as told:
            run(flow(), Response(status=status, body=body))
        assert not any(secret in str(told.value) for secret in SECRETS)


@pytest.mark.parametrize("slug", REMOTE)
def test_what_carriers_say_of_an_address_is_not_repeated(slug):
    said = [
        {"carrier": "USPS", "message": "no such Geheimgasse"},
        {"source": "UPS", "text": "unknown person Zoëline"},
        {"carrier": "DHL", "message": "too heavy"},
    ]
    body = msgspec.json.encode({"messages": said, "rates": [], "status": "ERROR", "results": []})
    for flow in flows_of(slug):
        try:
            run(flow(), Response(status=200, body=body))
        except DoorstepError as error:
            assert not any(secret in str(error) for secret in SECRETS)  # noqa: PT017 - some flows end without
    carrier = carriers()[slug]
    assert carrier.labelling is not None
    with pytest.raises(BadInputError, match="DHL: too heavy"):
        run(carrier.labelling.quote(WISH, settings_of(carrier), NOW), Response(status=200, body=body))


@pytest.mark.parametrize("slug", REMOTE)
@given(
    status=st.sampled_from([200, 201, 400, 404, 422, 500]),
    body=st.binary(max_size=60) | st.sampled_from([b"{}", b"[]", b"null", b'{"rates": 3}']),
)
def test_any_bytes_end_in_a_value_or_in_an_error_of_ours(slug, status, body):
    for flow in flows_of(slug):
        try:
            found = run(flow(), Response(status=status, body=body))
        except DoorstepError:
            continue
        assert isinstance(found, Quote | MadeLabel | Booked | bool)


@pytest.mark.parametrize("slug", REMOTE)
def test_a_lost_answer_is_passed_on_and_what_costs_money_is_never_repeated_by_the_wire(slug):
    for flow in flows_of(slug):
        with pytest.raises((TryLaterError, UnknownOutcomeError)):
            run(flow(), UnknownOutcomeError("lost"))
    carrier = carriers()[slug]
    assert carrier.labelling is not None
    buying = carrier.labelling.buy(QUOTE, WISH, settings_of(carrier), NOW)
    first = next(buying)
    assert (first.method, first.repeatable) == ("GET", True)  # it looks first
    second = buying.send(Response(status=200, body=b"{}"))
    assert (second.method, second.repeatable) == ("POST", False)


@pytest.mark.parametrize("slug", REMOTE)
def test_an_address_that_a_merchant_gave_may_not_lead_into_a_private_network(slug):
    for flow in flows_of(slug):
        assert next(flow()).guarded
