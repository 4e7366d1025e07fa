"""Templates at Meta: handed in as its creation call takes them, listed page by page, and what goes wrong on the way."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from meta_wire import SETTINGS, graph_error

from doorstep.channels import channel_named
from doorstep.channels.messenger.templates import choice_of, template_parts
from doorstep.domain.messages import TemplateNews
from doorstep.domain.plugins import HttpRequest, Response, Template
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError

SAMPLES = Path(__file__).parents[3] / "shared/data/channels/whatsapp"
SHIPPED = Template(
    name="doorstep_shipped",
    language="en_US",
    body="Hello {{1}}, your order {{2}} is on its way.",
    examples=("Ana", "#1001"),
    link_title="Track it",
    link_base="https://shop.example/t/{{1}}",
    choices=("Another day", "Leave it outside"),
)


def run(flow: Any, answers: Sequence[tuple[int, Any]]) -> tuple[list[HttpRequest], tuple[TemplateNews, ...]]:
    """Run a flow against answers, one after another."""
    asked, given = [next(flow)], iter(answers)
    try:
        while True:
            status, body = next(given)
            asked.append(flow.send(Response(status=status, body=body if isinstance(body, bytes) else json.dumps(body).encode())))
    except StopIteration as stop:
        return asked, stop.value


def submit(slug: str, template: Template, *answers: tuple[int, Any]) -> tuple[list[HttpRequest], tuple[TemplateNews, ...]]:
    approving = channel_named(slug).approving
    assert approving
    return run(approving.submit(template, SETTINGS[slug]), answers)


def listed(slug: str, *answers: tuple[int, Any]) -> tuple[list[HttpRequest], tuple[TemplateNews, ...]]:
    approving = channel_named(slug).approving
    assert approving
    return run(approving.listed(SETTINGS[slug]), answers)


def test_a_template_is_handed_in_as_whatsapps_creation_call_takes_it():
    (request,), news = submit("whatsapp", SHIPPED, (200, {"id": "1", "status": "PENDING", "category": "UTILITY"}))
    assert (request.method, urlsplit(request.url).path) == ("POST", "/v25.0/102290129340398/message_templates")
    assert request.repeatable
    assert json.loads(request.body) == {
        "name": "doorstep_shipped",
        "language": "en_US",
        "category": "UTILITY",
        "components": [
            {"type": "BODY", "text": SHIPPED.body, "example": {"body_text": [["Ana", "#1001"]]}},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Another day"},
                    {"type": "QUICK_REPLY", "text": "Leave it outside"},
                    {
                        "type": "URL",
                        "text": "Track it",
                        "url": "https://shop.example/t/{{1}}",
                        "example": ["https://shop.example/t/example"],
                    },
                ],
            },
        ],
    }
    assert news == (TemplateNews(name="doorstep_shipped", language="en_US", status="pending", category="utility"),)


def test_a_template_is_handed_in_as_messengers_creation_call_takes_it():
    (request,), news = submit("messenger", SHIPPED, (200, {"id": "1", "status": "APPROVED", "category": "UTILITY"}))
    assert (request.method, urlsplit(request.url).path) == ("POST", "/v25.0/104152438000001/message_templates")
    assert request.repeatable
    assert json.loads(request.body) == {
        "name": "doorstep_shipped",
        "language": "en_US",
        "category": "UTILITY",
        "components": [
            {"type": "BODY", "text": SHIPPED.body, "example": {"body_text": [["Ana", "1001"]]}},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "POSTBACK", "text": "Another day", "payload": "choice_{{1}}"},
                    {"type": "POSTBACK", "text": "Leave it outside", "payload": "choice_{{1}}"},
                    {
                        "type": "URL",
                        "text": "Track it",
                        "url": "https://shop.example/t/{{1}}",
                        "example": {"url_suffix_example": "https://shop.example/t/example"},
                    },
                ],
            },
        ],
    }
    assert news == (TemplateNews(name="doorstep_shipped", language="en_US", status="approved", category="utility"),)


@pytest.mark.parametrize("links", [True, False])
def test_messengers_template_has_three_buttons_at_most_and_what_is_sent_fills_each_of_them(links):
    link = {"link_title": "Track it", "link_base": "https://shop.example/t/"} if links else {}
    template = Template(name="n", language="en_US", body="Hello {{1}} again.", examples=("$%#",), choices=("A", "B", "C", "D"), **link)
    (request,), _ = submit("messenger", template, (200, {}))
    body, buttons = json.loads(request.body)["components"]
    assert body["example"] == {"body_text": [["-"]]}
    _, values = template_parts(("Ana",), ("a", "b", "c", "d"), "4711" if links else None)
    assert [one["type"] for one in buttons["buttons"]] == [one["type"] for one in values["parameters"]]
    assert len(values["parameters"]) == 3
    assert values["type"] == "buttons"
    assert "index" not in json.dumps(values)
    pressed = [
        one["payload"].replace("{{1}}", value["payload"])
        for one, value in zip(buttons["buttons"], values["parameters"], strict=True)
        if "payload" in one
    ]
    assert [choice_of(one) for one in pressed] == ["a", "b", "c"][: 2 if links else 3]
    assert [value["url"] for value in values["parameters"] if value["type"] == "URL"] == (["4711"] if links else [])


def test_a_list_of_messengers_that_tells_text_and_buttons_without_components_is_compared_as_well():
    approving = channel_named("messenger").approving
    assert approving
    made = json.loads(next(approving.submit(SHIPPED, SETTINGS["messenger"])).body)["components"]
    there = {
        "id": "77",
        "name": SHIPPED.name,
        "language": "en_US",
        "status": "APPROVED",
        "body": made[0]["text"],
        "buttons": made[1]["buttons"],
    }
    asked, (news,) = submit("messenger", SHIPPED, THERE, (200, {"data": [there]}))
    assert [one.method for one in asked] == ["POST", "GET"]
    assert news.status == "approved"
    asked, (news,) = submit("messenger", SHIPPED, THERE, (200, {"data": [{**there, "body": "Another text."}]}), (200, {"success": True}))
    assert (json.loads(asked[2].body), news.status) == ({"components": made}, "pending")


def test_a_bare_template_has_a_body_alone_and_a_link_always_has_its_end():
    for slug in ("whatsapp", "messenger"):
        (request,), _ = submit(slug, Template(name="n", language="es", body="Hola."), (200, {"status": "APPROVED"}))
        assert json.loads(request.body)["components"] == [{"type": "BODY", "text": "Hola."}]
    bare = Template(name="n", language="es", body="Hola.", link_title="Ver", link_base="https://shop.example/t/")
    (request,), _ = submit("whatsapp", bare, (200, {"status": "APPROVED"}))
    (button,) = json.loads(request.body)["components"][1]["buttons"]
    assert button["url"] == "https://shop.example/t/{{1}}"


@pytest.mark.skipif(not SAMPLES.exists(), reason="needs ../shared/data, which is not in the repository")
def test_the_parts_are_those_of_published_examples():
    examples = json.loads((SAMPLES / "pywa_templates__buttons__examples.json").read_text())
    (request,), _ = submit("whatsapp", SHIPPED, (200, {}))
    made = json.loads(request.body)
    order = examples["order_confirmation"]
    assert made.keys() == order.keys()
    assert {part["type"] for part in made["components"]} <= {part["type"] for one in examples.values() for part in one["components"]}
    body = next(part for part in order["components"] if part["type"] == "BODY")
    assert body.keys() == made["components"][0].keys()


@pytest.mark.parametrize(
    ("answer", "status", "category"),
    [
        ({"status": "APPROVED", "category": "UTILITY"}, "approved", "utility"),
        ({"status": "APPROVED", "category": "MARKETING"}, "approved", "marketing"),
        ({"status": "REJECTED"}, "rejected", ""),
        ({}, "pending", ""),
    ],
)
def test_what_stands_at_once_is_told(answer, status, category):
    _, (news,) = submit("whatsapp", SHIPPED, (200, answer))
    assert (news.status, news.category) == (status, category)


THERE = (400, graph_error(100, 2388024))


def found(**changed: Any) -> tuple[int, Any]:
    """What is listed under its name: another language, and the one that is there."""
    approving = channel_named("whatsapp").approving
    assert approving
    components = json.loads(next(approving.submit(SHIPPED, SETTINGS["whatsapp"])).body)["components"]
    one = {"id": "77", "name": SHIPPED.name, "language": "en_US", "status": "APPROVED", "category": "UTILITY", "components": components}
    return 200, {"data": [{**one, "language": "es", "id": "76"}, {**one, "name": "doorstep_shipped_twice"}, {**one, **changed}]}


def test_a_template_that_is_there_and_says_the_same_is_left_alone():
    asked, (news,) = submit("whatsapp", SHIPPED, THERE, found(status="PAUSED"))
    assert [one.method for one in asked] == ["POST", "GET"]
    assert (news.status, news.category) == ("paused", "utility")


def test_a_template_that_is_there_with_another_text_is_changed_by_its_id():
    other = found(components=[{"type": "BODY", "text": "Another text."}])
    asked, (news,) = submit("whatsapp", SHIPPED, THERE, other, (200, {"success": True}))
    assert urlsplit(asked[2].url).path == "/v25.0/77"
    assert json.loads(asked[2].body).keys() == {"components"}
    assert news.status == "pending"
    with pytest.raises(RefusedError):
        submit("whatsapp", SHIPPED, THERE, other, (400, graph_error(987654)))
    with pytest.raises(RefusedError):
        submit("whatsapp", SHIPPED, THERE, (200, {"data": []}))
    with pytest.raises(RefusedError):
        submit("whatsapp", SHIPPED, THERE, found(id="../me", components=[]))
    with pytest.raises(TryLaterError):
        submit("whatsapp", SHIPPED, THERE, (500, b""))


@pytest.mark.parametrize(
    "template",
    [
        Template(name="", language="es", body="x"),
        Template(name="n" * 513, language="es", body="x"),
        Template(name="n", language="es", body=" "),
        Template(name="n", language="es", body="x" * 1025),
        Template(name="n", language="es", body="x", choices=("t" * 26,)),
        Template(name="n", language="es", body="x", choices=("",)),
        Template(name="n", language="es", body="x", choices=tuple("0123456789")),
        Template(name="n", language="es", body="x", link_title="t"),
        Template(name="n", language="es", body="x", link_base="https://x.example/{{1}}"),
    ],
)
def test_what_meta_would_refuse_is_not_handed_in(template):
    approving = channel_named("whatsapp").approving
    assert approving
    with pytest.raises(RefusedError, match="cannot be handed in"):
        next(approving.submit(template, SETTINGS["whatsapp"]))


def page(names: Sequence[str], after: str = "") -> dict[str, Any]:
    data = [{"name": name, "language": "en_US", "status": "APPROVED", "category": "UTILITY", "id": "1"} for name in names]
    cursors = {"before": "B", "after": after or "LAST"}
    return {"data": data, "paging": {"cursors": cursors} | ({"next": f"https://graph.facebook.com/v25.0/x?after={after}"} if after else {})}


def test_every_page_is_listed():
    asked, news = listed("whatsapp", (200, page(["a", "b"], "C1")), (200, page(["c"], "C2")), (200, page([])))
    assert [one.name for one in news] == ["a", "b", "c"]
    assert [parse_qs(urlsplit(one.url).query).get("after") for one in asked] == [None, ["C1"], ["C2"]]
    assert all(one.method == "GET" and one.repeatable for one in asked)
    assert all(one.url.startswith("https://graph.facebook.com/v25.0/102290129340398/message_templates?") for one in asked)


def test_what_a_list_says_is_read_and_no_more():
    data = [
        {"name": "a", "language": "es", "status": "REJECTED", "category": "MARKETING", "rejected_reason": "INVALID_FORMAT"},
        {"name": "b", "language": "es", "status": "NEW_WORD", "category": "NEW", "rejected_reason": "NONE"},
        {"name": "", "language": "es"},
        "nonsense",
    ]
    _, news = listed("messenger", (200, {"data": data}))
    assert news == (
        TemplateNews(name="a", language="es", status="rejected", category="marketing", reason="INVALID_FORMAT"),
        TemplateNews(name="b", language="es"),
    )


def test_a_list_without_end_is_given_up():
    approving = channel_named("whatsapp").approving
    assert approving
    with pytest.raises(TryLaterError):
        run(approving.listed(SETTINGS["whatsapp"]), [(200, page(["a"], "C"))] * 200)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, graph_error(190), MisconfiguredError),
        (400, graph_error(4), TryLaterError),
        (502, b"<html>", TryLaterError),
        (200, b"garbage", TryLaterError),
        (200, {"data": 7}, TryLaterError),
        (400, graph_error(987654), RefusedError),
    ],
)
def test_a_list_that_fails_says_who_must_act(status, body, error):
    with pytest.raises(error):
        listed("whatsapp", (status, body))


@pytest.mark.parametrize(("status", "error"), [(502, TryLaterError), (500, TryLaterError), (400, RefusedError), (403, MisconfiguredError)])
def test_handing_in_that_fails_says_who_must_act(status, error):
    with pytest.raises(error):
        submit("whatsapp", SHIPPED, (status, b""))


def test_no_account_is_the_merchants_to_mend():
    approving = channel_named("whatsapp").approving
    assert approving
    with pytest.raises(MisconfiguredError, match="waba_id"):
        next(approving.listed({"access_token": "t"}))
