"""WhatsApp: what is sent when, within its limits, and what each answer and error code leads to."""

import json
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from meta_wire import NOW, OPEN, OUR_ID, answered, asked, graph_error, message

from doorstep.channels import channel_named
from doorstep.channels.whatsapp.codes import BY_CODE
from doorstep.domain.messages import Approved, Choice, Link, Rendered
from doorstep.domain.plugins import Response
from doorstep.domain.vocabulary import MessageState, Purpose, Remedy
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

SPEC = Path(__file__).parents[3] / "shared/data/channels/whatsapp/openapi_messages_and_webhooks_v23.json"
needs_spec = pytest.mark.skipif(not SPEC.exists(), reason="needs ../shared/data, which is not in the repository")
WHATSAPP = channel_named("whatsapp")
LINK = Link(title="Track it", url="https://shop.example/t/abc")
APPROVED = Approved(name="doorstep_shipped", language="en_US", values=("Ana", "#1001"), link_end="abc")


def choices(count: int, **changes: str) -> tuple[Choice, ...]:
    return tuple(Choice(choice_id=f"c{n}", **({"title": f"Choice {n}", "about": ""} | changes)) for n in range(count))


def schema(name: str) -> jsonschema_rs.Draft202012Validator:
    document = json.loads(SPEC.read_text())
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def test_a_text_goes_as_text_while_the_window_is_open():
    request, body = asked("whatsapp", message("whatsapp"))
    assert (request.method, request.url) == ("POST", "https://graph.facebook.com/v25.0/106540352242922/messages")
    assert request.headers["authorization"] == "Bearer t0ken"
    assert not request.repeatable
    assert not request.guarded
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+34600000001",
        "type": "text",
        "text": {"body": "Your parcel is on its way.", "preview_url": False},
        "biz_opaque_callback_data": OUR_ID,
    }


def test_an_address_of_the_api_that_a_merchant_typed_in_is_guarded():
    request, _ = asked("whatsapp", message("whatsapp"), base_url="http://127.0.0.1:1", api_version="v26.0")
    assert request.guarded
    assert request.url.startswith("http://127.0.0.1:1/v26.0/")
    with pytest.raises(MisconfiguredError):
        asked("whatsapp", message("whatsapp"), api_version="../me")


def test_an_answer_names_the_message_it_answers():
    _, body = asked("whatsapp", message("whatsapp", in_reply_to="wamid.X"))
    assert body["context"] == {"message_id": "wamid.X"}


@pytest.mark.parametrize("user", ["US.13491208655302741918", "ES.ENT.11815799212886844830"])
def test_a_person_who_hides_the_number_is_a_recipient_and_no_number(user):
    _, body = asked("whatsapp", message("whatsapp", to=user))
    assert body["recipient"] == user
    assert "to" not in body


@pytest.mark.parametrize("count", [1, 2, 3])
def test_up_to_three_answers_are_buttons(count):
    _, body = asked("whatsapp", message("whatsapp", Rendered(text="When?", choices=choices(count))))
    assert body["interactive"]["type"] == "button"
    assert [one["reply"]["id"] for one in body["interactive"]["action"]["buttons"]] == [f"c{n}" for n in range(count)]
    assert body["interactive"]["body"] == {"text": "When?"}


@pytest.mark.parametrize(("count", "locale", "opener"), [(4, "en", "Choose"), (10, "es-MX", "Elegir"), (5, "tlh", "Choose")])
def test_more_are_lines_of_a_list(count, locale, opener):
    content = Rendered(text="When?", choices=choices(count, about="A second line"))
    _, body = asked("whatsapp", message("whatsapp", content, locale=locale))
    assert body["interactive"]["type"] == "list"
    assert body["interactive"]["action"]["button"] == opener
    (section,) = body["interactive"]["action"]["sections"]
    assert len(section["rows"]) == count
    assert section["rows"][0] == {"id": "c0", "title": "Choice 0", "description": "A second line"}


def test_a_link_is_a_button_where_there_are_no_answers_and_an_address_below_the_text_where_there_are():
    _, body = asked("whatsapp", message("whatsapp", Rendered(text="On its way.", link=LINK)))
    assert body["interactive"] == {
        "type": "cta_url",
        "body": {"text": "On its way."},
        "action": {"name": "cta_url", "parameters": {"display_text": "Track it", "url": LINK.url}},
    }
    _, body = asked("whatsapp", message("whatsapp", Rendered(text="On its way.", link=LINK, choices=choices(2))))
    assert body["interactive"]["body"]["text"] == f"On its way.\n\n{LINK.url}"


@pytest.mark.parametrize("content", [Rendered(text="x" * 1025, link=LINK), Rendered(text="x", link=Link(title="y" * 21, url=LINK.url))])
def test_a_link_whose_button_has_no_room_stands_below_the_text(content):
    _, body = asked("whatsapp", message("whatsapp", content))
    assert body["type"] == "text"
    assert body["text"]["body"].endswith(f"\n\n{content.link.url}")


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (Rendered(text=""), Remedy.SWITCH),
        (Rendered(text=" \n"), Remedy.SWITCH),
        (Rendered(text="x" * 4097), Remedy.SWITCH),
        (Rendered(text="x" * 1025, choices=choices(1)), Remedy.SWITCH),
        (Rendered(text="x", choices=choices(11)), Remedy.FIX),
        (Rendered(text="x", choices=choices(1, title="t" * 21)), Remedy.FIX),
        (Rendered(text="x", choices=choices(1, title="")), Remedy.FIX),
        (Rendered(text="x", choices=choices(2, title="same")), Remedy.FIX),
        (Rendered(text="x", choices=(Choice(choice_id="a", title="1"), Choice(choice_id="a", title="2"))), Remedy.FIX),
        (Rendered(text="x", choices=(Choice(choice_id="i" * 257, title="1"),)), Remedy.FIX),
        (
            Rendered(text="x", choices=(*choices(3), Choice(choice_id="i" * 201, title="1"))),
            Remedy.FIX,
        ),
        (Rendered(text="x", choices=(*choices(3), Choice(choice_id="i", title="t" * 25))), Remedy.FIX),
        (Rendered(text="x", choices=(*choices(3), Choice(choice_id="i", title="t", about="a" * 73))), Remedy.FIX),
    ],
)
def test_what_is_over_a_limit_is_refused_before_the_call(content, remedy):
    with pytest.raises(RefusedError) as refused:
        asked("whatsapp", message("whatsapp", content))
    assert refused.value.remedy is remedy
    assert not refused.value.suppress


def test_what_is_just_within_the_limits_goes():
    asked("whatsapp", message("whatsapp", Rendered(text="x" * 4096)))
    asked("whatsapp", message("whatsapp", Rendered(text="x" * 1024, choices=(Choice(choice_id="i" * 256, title="t" * 20),))))
    lines = (*choices(9), Choice(choice_id="i" * 200, title="t" * 24, about="a" * 72))
    asked("whatsapp", message("whatsapp", Rendered(text="x" * 1024, choices=lines)))


@pytest.mark.parametrize("until", [None, NOW, NOW - timedelta(seconds=1)])
def test_outside_the_window_the_approved_template_goes_with_its_values(until):
    content = Rendered(text="ignored", choices=choices(2), link=LINK, approved=APPROVED)
    _, body = asked("whatsapp", message("whatsapp", content, window_until=until))
    assert body["type"] == "template"
    assert "category" not in body
    assert body["template"] == {
        "name": "doorstep_shipped",
        "language": {"code": "en_US"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "#1001"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "c0"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": [{"type": "payload", "payload": "c1"}]},
            {"type": "button", "sub_type": "url", "index": "2", "parameters": [{"type": "text", "text": "abc"}]},
        ],
    }


def test_a_template_without_values_has_no_components_and_a_value_is_one_line():
    bare = Rendered(text="x", approved=Approved(name="n", language="es"))
    assert asked("whatsapp", message("whatsapp", bare, window_until=None))[1]["template"] == {"name": "n", "language": {"code": "es"}}
    broken = Rendered(text="x", approved=Approved(name="n", language="es", values=("a\n\tb     c",)))
    (part,) = asked("whatsapp", message("whatsapp", broken, window_until=None))[1]["template"]["components"]
    assert part["parameters"] == [{"type": "text", "text": "a b c"}]
    empty = Rendered(text="x", approved=Approved(name="n", language="es", values=("a", " ")))
    with pytest.raises(RefusedError, match="empty"):
        asked("whatsapp", message("whatsapp", empty, window_until=None))


def test_within_the_window_free_text_goes_though_a_template_is_there():
    _, body = asked("whatsapp", message("whatsapp", Rendered(text="Hello", approved=APPROVED)))
    assert body["type"] == "text"


def test_outside_the_window_without_a_template_another_channel_is_tried():
    with pytest.raises(RefusedError, match="the 24-hour window is closed and no approved template") as refused:
        asked("whatsapp", message("whatsapp", window_until=None))
    assert refused.value.remedy is Remedy.SWITCH
    assert refused.value.code == "131047"


def test_an_account_with_direct_send_writes_order_updates_outside_the_window_and_nothing_else():
    _, body = asked("whatsapp", message("whatsapp", window_until=None), direct_send="yes")
    assert (body["type"], body["category"]) == ("text", "utility")
    _, body = asked("whatsapp", message("whatsapp", Rendered(text="x", choices=choices(3)), window_until=None), direct_send="Yes ")
    assert (body["interactive"]["type"], body["category"]) == ("button", "utility")
    assert "category" not in asked("whatsapp", message("whatsapp"), direct_send="yes")[1]
    approved = message("whatsapp", Rendered(text="x", approved=APPROVED), window_until=None)
    assert asked("whatsapp", approved, direct_send="yes")[1]["type"] == "template"
    for one in (
        message("whatsapp", window_until=None, purpose=Purpose.MARKETING),
        message("whatsapp", Rendered(text="x", choices=choices(4)), window_until=None),
    ):
        with pytest.raises(RefusedError) as refused:
            asked("whatsapp", one, direct_send="yes")
        assert refused.value.remedy is Remedy.SWITCH
    assert WHATSAPP.direct
    assert [WHATSAPP.direct({"direct_send": word}) for word in ("yes", "no", "")] == [True, False, False]


@needs_spec
@pytest.mark.parametrize(
    "content",
    [
        Rendered(text="x", choices=choices(1)),
        Rendered(text="x", choices=choices(3)),
        Rendered(text="x", choices=choices(4, about="a" * 72)),
        Rendered(text="x", choices=choices(10)),
    ],
)
def test_buttons_and_lists_are_what_metas_own_document_describes(content):
    _, body = asked("whatsapp", message("whatsapp", content))
    schema("InteractiveObject").validate(body["interactive"])
    schema("MessageContext").validate({"message_id": "wamid.X"})


@needs_spec
def test_a_template_has_what_metas_own_document_and_example_ask_for():
    _, body = asked("whatsapp", message("whatsapp", Rendered(text="x", choices=choices(2), approved=APPROVED), window_until=None))
    document = json.loads(SPEC.read_text())
    assert set(document["components"]["schemas"]["BaseMessageProperties"]["required"]) <= body.keys()
    assert set(document["components"]["schemas"]["TemplateObject"]["required"]) <= body["template"].keys()
    example = json.loads((SPEC.parent / "openapi_examples/request__send_message_template_interactive.json").read_text())
    shapes = {(one["type"], one.get("sub_type"), tuple(sorted(one))) for one in example["template"]["components"]}
    made = {(one["type"], one.get("sub_type"), tuple(sorted(one))) for one in body["template"]["components"]}
    assert {one for one in made if one[1] != "url"} <= shapes
    # The document's pattern of `index` ("^[2-6, 11-14]$") refuses its own example; everything else of a button is validated.
    button = document["components"]["schemas"]["TemplateComponent"]
    for schema_of in (button, document["components"]["schemas"]["ButtonComponent"]["allOf"][1]):
        schema_of["properties"]["index"].pop("pattern")
    validator = jsonschema_rs.Draft202012Validator({"$ref": "#/components/schemas/TemplateComponent", "components": document["components"]})
    for component in body["template"]["components"]:
        validator.validate(component)


@given(text=st.text(max_size=5_000), titles=st.lists(st.text(max_size=30), max_size=12), opened=st.booleans())
def test_whatever_is_said_goes_within_the_limits_or_is_refused(text, titles, opened):
    content = Rendered(text=text, choices=tuple(Choice(choice_id=f"c{n}", title=title) for n, title in enumerate(titles)))
    try:
        _, body = asked("whatsapp", message("whatsapp", content, window_until=OPEN if opened else None))
    except RefusedError as refused:
        assert not refused.suppress  # noqa: PT017 - a body is as good
        return
    assert opened
    if body["type"] == "text":
        assert 0 < len(body["text"]["body"]) <= 4_096
        return
    assert len(body["interactive"]["body"]["text"]) <= 1_024
    action = body["interactive"]["action"]
    shown = [one["reply"]["title"] for one in action.get("buttons", ())]
    shown += [row["title"] for section in action.get("sections", ()) for row in section["rows"]]
    assert 0 < len(shown) <= 10
    assert max(map(len, shown)) <= (20 if "buttons" in action else 24)


def taken(status: str | None = None) -> dict[str, object]:
    one = {"id": "wamid.A"} | ({"message_status": status} if status else {})
    return {"messaging_product": "whatsapp", "contacts": [{"input": "+34600000001", "wa_id": "34600000001"}], "messages": [one]}


@pytest.mark.parametrize(
    ("status", "code"), [(None, "accepted"), ("accepted", "accepted"), ("held_for_quality_assessment", "held_for_quality_assessment")]
)
def test_a_message_that_is_taken_is_sent_under_its_wamid(status, code):
    receipt = answered("whatsapp", 200, taken(status))
    assert (receipt.message_id, receipt.provider_id, receipt.state) == (OUR_ID, "wamid.A", MessageState.SENT)
    assert receipt.provider_code == code
    assert bool(receipt.provider_text) is (status == "held_for_quality_assessment")


def test_a_template_that_was_paused_meanwhile_is_to_be_mended():
    with pytest.raises(RefusedError) as refused:
        answered("whatsapp", 200, taken("paused"))
    assert refused.value.remedy is Remedy.FIX


@needs_spec
def test_every_example_of_an_answer_is_read():
    for file in sorted((SPEC.parent / "openapi_examples").glob("response_200__*.json")):
        document = json.loads(file.read_text())
        if document.get("messages"):
            one = message("whatsapp", to=document["contacts"][0]["input"])
            assert answered("whatsapp", 200, document, one).provider_id == document["messages"][0]["id"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html>", b'{"messages": []}', b'{"messages": [{}]}', b'{"messages": 7}', b"\xff"])
def test_a_success_that_names_no_message_is_an_unknown_outcome(body):
    with pytest.raises(UnknownOutcomeError):
        answered("whatsapp", 200, body)


def test_an_answer_about_another_number_is_an_unknown_outcome():
    other = taken() | {"contacts": [{"input": "34600000002", "wa_id": "34600000002"}]}
    with pytest.raises(UnknownOutcomeError):
        answered("whatsapp", 200, other)
    hidden = message("whatsapp", to="US.13491208655302741918")
    assert answered("whatsapp", 200, other, hidden).provider_id == "wamid.A"
    assert answered("whatsapp", 200, taken() | {"contacts": []}).provider_id == "wamid.A"


_RAISES = {Remedy.RETRY: TryLaterError, Remedy.STOP: MisconfiguredError, Remedy.SWITCH: RefusedError, Remedy.FIX: RefusedError}


@pytest.mark.parametrize("code", sorted(BY_CODE))
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_each_error_code_has_its_remedy_whatever_the_http_status(code, status):
    meaning = BY_CODE[code]
    if meaning.remedy is Remedy.SUPPRESS:
        receipt = answered("whatsapp", status, graph_error(int(code)))
        assert (receipt.state, receipt.suppress, receipt.remedy) == (MessageState.REFUSED, meaning.suppress, Remedy.SUPPRESS)
        return
    with pytest.raises(_RAISES[meaning.remedy]) as raised:
        answered("whatsapp", status, graph_error(int(code), details="to +34600000001 for ana@example.com"))
    assert meaning.meaning in str(raised.value)
    assert "34600000001" not in str(raised.value)
    if isinstance(raised.value, RefusedError):
        assert (raised.value.remedy, raised.value.code, raised.value.suppress) == (meaning.remedy, code, False)


def test_the_table_says_what_the_published_lists_say():
    expected = {
        Remedy.RETRY: "4 80007 130429 131056 131016 131000 133016",
        Remedy.SWITCH: "131026 131047 131030 131048 131049 130472 139200",
        Remedy.STOP: "190 10 200 131031 131042 368 130497",
        Remedy.SUPPRESS: "131050",
        Remedy.FIX: "132000 132001 132005 132007 132008 132012 132015 132016",
    }
    for remedy, codes in expected.items():
        assert {BY_CODE[code].remedy for code in codes.split()} == {remedy}
    assert BY_CODE["131050"].suppress == "unsubscribed"
    assert all(error.meaning and not error.meaning.endswith(".") for error in BY_CODE.values())


@pytest.mark.parametrize("code", [201, 219, 298, 299])
def test_every_code_of_the_two_hundreds_is_a_missing_permission(code):
    with pytest.raises(MisconfiguredError):
        answered("whatsapp", 403, graph_error(code))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, graph_error(987654), TryLaterError),
        (429, b"", TryLaterError),
        (400, graph_error(987654) | {"x": 1}, RefusedError),
        (400, {"error": {"code": 987654, "is_transient": True}}, TryLaterError),
        (502, b"<html>bad gateway</html>", UnknownOutcomeError),
        (504, b"", UnknownOutcomeError),
        (503, b"", TryLaterError),
        (401, b"", MisconfiguredError),
        (404, b"", MisconfiguredError),
        (302, b"", MisconfiguredError),
        (400, b"garbage", RefusedError),
    ],
)
def test_an_error_nobody_knows_goes_by_its_http_status(status, body, error):
    with pytest.raises(error) as raised:
        answered("whatsapp", status, body)
    if isinstance(raised.value, RefusedError):
        assert raised.value.remedy is Remedy.SWITCH
        assert not raised.value.suppress


def test_the_probe_tells_the_numbers_name_and_quality_and_what_is_wrong():
    def probed(status, document):
        assert WHATSAPP.probe
        flow = WHATSAPP.probe({"phone_number_id": "106540352242922", "access_token": "t0ken"}, NOW)
        request = next(flow)
        assert (request.method, request.body, request.repeatable) == ("GET", b"", True)
        assert "verified_name" in request.url
        assert "quality_rating" in request.url
        try:
            flow.send(Response(status=status, body=json.dumps(document).encode()))
        except StopIteration as stop:
            return stop.value
        raise AssertionError

    told = probed(200, {"id": "1", "verified_name": "Teapots", "quality_rating": "GREEN", "display_phone_number": "+1 555-078-3881"})
    assert "Teapots" in told.provider_text
    assert "green" in told.provider_text
    with pytest.raises(MisconfiguredError):
        probed(400, graph_error(190))
    with pytest.raises(MisconfiguredError):
        probed(200, {})
    with pytest.raises(TryLaterError):
        probed(502, {})
