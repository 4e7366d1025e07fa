"""A brand's stylesheet: a dozen variables, always readable, never anything but colours."""

import re

from hypothesis import given
from hypothesis import strategies as st

from doorstep.web.look.brand import DEFAULTS, brand_css
from doorstep.web.look.colours import contrast, mix, read_colour, readable

HEX = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


def variables(css):
    return dict(re.findall(r"--([a-z-]+):([^;}]+)", css))


@given(st.fixed_dictionaries({name: HEX for name in DEFAULTS if name not in {"radius", "font"}}))
def test_whatever_colours_a_merchant_chooses_text_on_the_brands_colour_can_be_read(brand):
    found = variables(brand_css(brand))
    assert contrast(read_colour(found["brand-on"]), read_colour(found["brand"])) >= 4.5


@given(HEX, HEX)
def test_whatever_the_brands_colour_links_and_texts_can_be_read_on_the_default_grounds(brand, ink):
    found = {name: read_colour(value) for name, value in variables(brand_css({"colour": brand, "ink": ink, "good": ink})).items()}
    for name in ("brand-ink", "ink", "ink-soft", "good", "warn", "bad"):
        for ground in ("surface", "background"):
            assert contrast(found[name], found[ground]) >= 4.5, (name, ground)


@given(st.dictionaries(st.sampled_from(list(DEFAULTS)), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_no_value_breaks_out_of_its_variable(brand):
    css = brand_css(brand)
    assert css.startswith(":root{--")
    assert css.count("{") == css.count("}") == 1
    assert "url(" not in css
    assert set(variables(css)) == set(variables(brand_css({})))


@given(HEX.map(read_colour), HEX.map(read_colour))
def test_a_colour_that_can_be_read_already_is_left_alone(colour, ground):
    if contrast(colour, ground) >= 4.5:
        assert readable(colour, ground) == colour
    assert mix(colour, ground, 1) == colour
    assert mix(colour, ground, 0) == ground
