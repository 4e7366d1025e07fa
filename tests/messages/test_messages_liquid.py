"""Hostile templates end soon; the fast way and the library's way agree."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.messages.engine import FAULTS, BadTemplateError
from doorstep.messages.filling import template_of

FACTS = {
    "name": "<b>É & \"q\" 'a'",
    "order": {
        "number": "#1",
        "lines": [{"name": "x<y", "quantity": 2}, {"name": "k", "quantity": 1}],
        "none": None,
        "yes": True,
        "no": False,
    },
    "empty": "",
    "list": ["b", "a", "<i>"],
    "number": 3,
    "float": 1.5,
    "nested": [[1, 2], [3]],
    "day": "24 nov.",
}

HOSTILE = {
    "nested loops": "{% for a in (1..99999) %}{% for b in (1..99999) %}x{% endfor %}{% endfor %}",
    "loops that print nothing": "{% for a in (1..5000) %}" + "{% if a == 1 %}{% assign x = 1 %}{% endif %}" * 2000 + "{% endfor %}",
    "many loops": "{% for a in (1..9999) %}{% endfor %}" * 2000,
    "doubling": "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * 60,
    "doubling in a loop": "{% assign x = 'aaaaaaaaaa' %}{% for a in (1..500) %}{% assign x = x | append: x %}{% endfor %}{{ x | size }}",
    "range joined": "{{ (1..100000000) | join: ',' }}",
    "range reversed": "{{ (1..100000000) | reverse | size }}",
    "range searched": "{% if (1..10000000000) contains 'x' %}y{% endif %}",
    "long range by name": "{% for a in (1..order.big) %}{% endfor %}{{ (1..number) | size }}{{ (1..99999999999) | size }}",
    "replace chain": "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | replace: 'a', 'aaaaaaaaaa' %}" * 10,
    "replace nothing": "{% assign x = 'aaaaaaaaaa' %}"
    + "{% assign x = x | replace: '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}" * 10,
    "numbers": "{% assign x = 99999999 %}" + "{% assign x = x | times: x %}" * 40 + "{{ x }}",
    "join of joins": "{% assign x = 'a,b,c,d,e,f,g,h' | split: ',' %}" + "{% assign x = x | concat: x %}" * 40 + "{{ x | join: 'zzzz' }}",
    "text without end": "{% for a in (1..9999) %}" + "x" * 1000 + "{% endfor %}",
    "deep blocks": "{% if order %}" * 200 + "{% endif %}" * 200,
    "captures": "{% capture x %}aaaaaaaaaa{% endcapture %}" + "{% capture x %}{{ x }}{{ x }}{% endcapture %}" * 60,
    "date width": "{{ '2020-01-01' | date: '%999999999d' }}{% for a in (1..9000) %}{{ '2020-01-01' | date: '%c%c%c%c%c%c%c%c' }}{% endfor %}",
}


@pytest.mark.parametrize("html", [True, False])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_is_stopped_soon(name, html):
    start = time.perf_counter()
    with pytest.raises(BadTemplateError):
        template_of(HOSTILE[name], html=html).fill(FACTS)
    with pytest.raises((BadTemplateError, *FAULTS)):  # the Liquid library alone holds the same limits
        template_of(HOSTILE[name], html=html).fill_slowly(FACTS)
    assert time.perf_counter() - start < 5


def test_an_error_names_the_line_and_never_the_value():
    with pytest.raises(BadTemplateError) as found:
        template_of("a\nb {% if name > 3 %}x{% endif %}", html=False).fill({"name": "Maria"})
    assert "Maria" not in str(found.value)
    with pytest.raises(BadTemplateError) as found:
        template_of("a\n\n{{ name | nope }}", html=False)
    assert found.value.line == 3


def test_values_are_escaped_in_html_and_not_in_text():
    assert template_of("{{ name }}", html=True).fill(FACTS) == "&lt;b&gt;É &amp; &#34;q&#34; &#39;a&#39;"
    assert template_of("{{ name }}", html=False).fill(FACTS) == FACTS["name"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("By {{ day }}. Then", "By 24 nov. Then"),
        ("{% if day %}{{ day }}{% else %}soon{% endif %}.", "24 nov."),
        ("{{ day }}{{ empty }}.", "24 nov."),
        ("{% for one in list %}{{ day }}{% endfor %}.", "24 nov.24 nov.24 nov."),
        ("{{ day }}", "24 nov."),
        ("{{ day }}, {{ number }}.", "24 nov., 3."),
        ("Wait{{ '...' }}.", "Wait..."),
        ("{{ day }}...", "24 nov...."),
        ("a..b {{ number }}. c", "a..b 3. c"),
        ("{{ number }}{% capture x %}.{% endcapture %}{{ day }}{{ x }}", "324 nov."),
    ],
)
@pytest.mark.parametrize("html", [False, True])
def test_a_value_that_ends_in_a_full_stop_ends_the_sentence(source, text, html):
    template = template_of(source, html=html)
    assert template.fill(FACTS) == template.fill_slowly(FACTS) == template.fill_pieced(FACTS)[0] == text
    _, pieced = template.fill_pieced(FACTS)
    if pieced is not None:
        assert "".join(one if isinstance(one, str) else pieced.frame[one] for one in pieced.parts) == text


path = st.sampled_from(
    [
        "name",
        "order.number",
        "order.none",
        "order.lines",
        "order.nope.nope",
        "nope",
        "empty",
        "list",
        "number",
        "float",
        "order.yes",
        "order.no",
        "order",
        "one.name",
        "one",
        "name.size",
        "list.first",
        "list.size",
        "name.x",
        "mine",
        "one.quantity",
        "nested",
        "forloop.index",
        "forloop.last",
        "now.x",
        "day",
    ]
)
literal = st.sampled_from(["'<i>x</i>'", "3", "1.5", "true", "false", "nil", "empty", "blank", "''", "(1..3)"])
operand = st.one_of(path, literal)
filters = st.lists(
    st.sampled_from(
        [
            "upcase",
            "escape",
            "append: '<z>'",
            "default: 'd'",
            "size",
            "join: ', '",
            "first",
            "plus: 1",
            "split: ','",
            "strip",
            "truncate: 3",
            "replace: 'x', name",
            "date: '%Y'",
            "map: 'name'",
            "sort",
            "reverse",
            "times: 2",
            "newline_to_br",
            "default: name, allow_false: true",
        ]
    ),
    max_size=2,
).map(lambda some: "".join(f" | {one}" for one in some))
output = st.tuples(operand, filters).map(lambda pair: f"{{{{ {pair[0]}{pair[1]} }}}}")
comparison = st.one_of(
    operand, st.tuples(operand, st.sampled_from(["==", "!=", "<", ">", "<=", ">=", "contains", "<>"]), operand).map(" ".join)
)
asked = st.one_of(comparison, st.tuples(comparison, st.sampled_from(["and", "or"]), comparison).map(" ".join))
words = st.sampled_from(
    [
        "text ",
        " ",
        ".",
        ". ",
        "..",
        "...",
        "\n",
        "<p>",
        "&amp;",
        "{% comment %}c{% endcomment %}",
        "\r\n",
        "{%- comment %}c{% endcomment -%}",
    ]
)
assign = st.tuples(operand, filters).map(lambda pair: f"{{% assign mine = {pair[0]}{pair[1]} %}}")


def blocks(inner):
    some = st.lists(inner, max_size=4).map("".join)
    return st.one_of(
        st.tuples(asked, some, asked, some, some).map(
            lambda t: f"{{% if {t[0]} %}}{t[1]}{{% elsif {t[2]} %}}{t[3]}{{% else %}}{t[4]}{{% endif %}}"
        ),
        st.tuples(asked, some, some).map(lambda t: f"{{% unless {t[0]} %}}{t[1]}{{% else %}}{t[2]}{{% endunless %}}"),
        st.tuples(path, some, some).map(lambda t: f"{{% for one in {t[0]} %}}{t[1]}{{% else %}}{t[2]}{{% endfor %}}"),
        st.tuples(path, asked, some).map(
            lambda t: f"{{% for one in {t[0]} %}}{t[2]}{{% if {t[1]} %}}{{% break %}}{{% endif %}}{{% continue %}}{{% endfor %}}"
        ),
    )


piece = st.recursive(st.one_of(output, words, assign), blocks, max_leaves=12)


def outcome(fill):
    try:
        return fill(FACTS)
    except FAULTS:
        return "fault"
    except BadTemplateError:
        return "fault"


@given(st.lists(piece, max_size=6).map("".join), st.booleans())
@settings(max_examples=600, deadline=None)
def test_the_fast_way_writes_what_the_library_writes(source, html):
    try:
        template = template_of(source, html=html)
    except BadTemplateError:
        return
    assert outcome(template.fill) == outcome(template.fill_slowly)


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "if", "for", " x ", "|", "in", "end", "'", "1"]), max_size=14).map("".join)
)
@settings(max_examples=300, deadline=None)
def test_any_source_is_read_or_bad(source):
    with contextlib.suppress(BadTemplateError):
        template_of(source, html=True).fill(FACTS)
