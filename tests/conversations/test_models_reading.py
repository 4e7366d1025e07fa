"""Whatever bytes an endpoint answers are a completion or a reason why not; tool calls are wishes or a reason why not."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.models.context import ENDING, Rights, WishKind
from doorstep.conversations.models.reading import Answer, Unreadable, read
from doorstep.conversations.models.tools import read_wish, tools_for
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import ActionKind
from doorstep.domain.plugins import Response
from doorstep.errors import BadInputError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["choices", "message", "content", "tool_calls", "function", "name", "arguments", "usage", "delta", "index", "role"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def answered(body: bytes, **rest) -> Answer | Unreadable:
    return read(Response(status=200, body=body, **rest))


@given(st.binary(max_size=200))
def test_any_bytes_are_read(body):
    assert isinstance(answered(body), Answer | Unreadable)


@given(JSON)
def test_any_json_is_read(value):
    body = json.dumps(value).encode()
    for one in (
        answered(body),
        answered(b"data: " + body + b"\n\ndata: [DONE]\n"),
        answered(json.dumps({"choices": [{"message": value}]}).encode()),
    ):
        assert isinstance(one, Answer | Unreadable)


def test_json_nested_without_end_is_no_crash():
    assert isinstance(answered(b'{"choices":' + b"[" * 100_000), Unreadable)


def test_content_may_come_in_parts_and_thoughts_are_left_out():
    content = [{"type": "text", "text": "<think>secret plan</think>Hel"}, {"type": "image"}, {"type": "text", "text": "lo"}]
    found = answered(json.dumps({"choices": [{"message": {"content": content}}]}).encode())
    assert isinstance(found, Answer)
    assert found.text == "Hello"


def test_arguments_may_be_an_object_already():
    call = {"function": {"name": "read_order", "arguments": {"order": "1"}}}
    found = answered(json.dumps({"choices": [{"message": {"tool_calls": [call]}}]}).encode())
    assert isinstance(found, Answer)
    assert (found.calls[0].args, found.calls[0].call_id) == ({"order": "1"}, "call_0")


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [("{", "no JSON"), ("[1]", "no object"), ('"x"', "no object"), (5, "no object"), ('{"a": "' + "x" * 9_000 + '"}', "too long")],
)
def test_arguments_that_cannot_be_read_say_so(arguments, wrong):
    call = {"function": {"name": "read_order", "arguments": arguments}}
    found = answered(json.dumps({"choices": [{"message": {"tool_calls": [call]}}]}).encode())
    assert isinstance(found, Answer)
    assert wrong in found.calls[0].wrong
    assert found.calls[0].args == {}


def test_more_calls_than_one_turn_needs_are_not_looked_at():
    calls = [{"function": {"name": "read_order", "arguments": "{}"}}] * 6
    found = answered(json.dumps({"choices": [{"message": {"tool_calls": calls}}]}).encode())
    assert isinstance(found, Answer)
    assert [bool(one.wrong) for one in found.calls] == [False] * 4 + [True] * 2


def test_no_tool_commits_and_none_names_whose_conversation_it_is():
    for rights in Rights:
        for tool in tools_for(rights):
            assert "commit" not in tool.name
            assert not {"customer", "photos", "token", "asker", "assurance", "action"} & set(tool.parameters["properties"])


def test_every_confirmed_action_can_be_prepared_and_nothing_confirmed_can_be_done():
    names = {one.name for one in tools_for(Rights.ACT)}
    for kind, declared in DECLARATIONS.items():
        assert (f"prepare_{kind}" in names) is declared.confirmed
        assert (kind in names) is not declared.confirmed


def test_what_may_be_done_grows_with_the_rights():
    phrase, choose, act = ({one.name for one in tools_for(rights)} for rights in Rights)
    assert phrase == set()
    assert phrase < choose < act
    assert not [name for name in choose if name.startswith("prepare_") or name == "ask_invoice"]


def test_schemas_stand_by_themselves():
    for tool in tools_for(Rights.ACT):
        assert "$ref" not in json.dumps(msgspec.to_builtins(tool))
        assert set(tool.parameters["required"]) <= set(tool.parameters["properties"])


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("commit_cancel_order", {"order": "1"}),
        ("cancel_order", {"order": "1"}),
        ("prepare_read_order", {"order": "1"}),
        ("read_order", {}),
        ("read_order", {"order": 5}),
        ("read_order", {"order": "1", "action": "cancel_order", "extra": 1}),
        ("read_profile", {"customer": "42"}),
        ("prepare_open_return", {"order": "1", "units": [{"line_id": "1"}], "photos": ["p"]}),
        ("prepare_reschedule", {"order": "1", "on": "soon"}),
        ("start_talk", {"intent": "order.everything"}),
        ("start_talk", {"intent": ["order.cancel"]}),
        ("start_talk", {"intent": "order.cancel", "slots": {"password": "x"}}),
        ("start_talk", {"intent": "order.cancel", "slots": {"day": 5}}),
        ("search_knowledge", {"query": ""}),
        ("search_knowledge", {"query": "a", "merchant": "2"}),
        ("", {}),
    ],
)
def test_a_call_that_is_none_of_the_tools_is_refused(name, args):
    with pytest.raises(BadInputError):
        read_wish(name, args, Rights.ACT)


def test_another_action_cannot_be_smuggled_into_a_tools_arguments():
    wish = read_wish("read_order", {"order": "1", "action": "cancel_order"}, Rights.CHOOSE)
    assert wish.action is not None
    assert (wish.kind, wish.action.kind) == (WishKind.READ, ActionKind.READ_ORDER)


@given(
    st.sampled_from([one.name for one in tools_for(Rights.ACT)]),
    st.dictionaries(
        st.text(max_size=8) | st.sampled_from(["order", "units", "swaps", "on", "address", "intent", "query"]), JSON, max_size=4
    ),
)
def test_any_arguments_are_a_wish_or_a_clear_refusal(name, args):
    try:
        wish = read_wish(name, args, Rights.ACT)
    except BadInputError:
        return
    assert wish.name == name
    assert (wish.kind in ENDING) is (name.startswith("prepare_") or name in {"start_talk", "ask_invoice", "talk_to_human"})


def test_a_text_that_no_customer_would_read_is_none():
    found = answered(json.dumps({"choices": [{"message": {"content": "1-" * 5_000}}]}).encode())
    assert isinstance(found, Unreadable)
