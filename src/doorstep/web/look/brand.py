"""A merchant's brand as saved → a stylesheet of a dozen variables, every colour checked for contrast."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from doorstep.web.look.colours import Rgb, mix, read_colour, readable, write_colour

#: What a merchant may write under `brand`, and what stands where nothing (readable) is written.
DEFAULTS: dict[str, str] = {
    "colour": "#1f5f4a",
    "colour_on": "#ffffff",
    "background": "#f4f4f1",
    "surface": "#ffffff",
    "ink": "#1c1f1d",
    "ink_soft": "#565d59",
    "line": "#dddfd9",
    "good": "#1d6b43",
    "warn": "#8a5300",
    "bad": "#a52a21",
    "radius": "16",
    "font": "system",
}
#: What a merchant may write under `font`: always what the customer has already.
FONTS = {
    "system": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
    "serif": 'Charter, "Bitstream Charter", "Noto Serif", Cambria, Georgia, "DejaVu Serif", serif',
    "rounded": 'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, Comfortaa, "Arial Rounded MT", system-ui, sans-serif',
    "humanist": 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", source-sans-pro, sans-serif',
    "mono": 'ui-monospace, "Cascadia Code", "Source Code Pro", Menlo, Consolas, "DejaVu Sans Mono", monospace',
}
#: Pixels.
ROUNDEST = 32


def brand_css(brand: Mapping[str, object]) -> str:
    """Write the stylesheet of a brand; what cannot be read as a colour, size or font falls back to the default."""
    return _written(tuple(str(brand[name]) if isinstance(brand.get(name), str | int) else DEFAULTS[name] for name in DEFAULTS))


def brand_version(brand: Mapping[str, object]) -> str:
    """Eight figures that change when the brand's stylesheet does."""
    return hashlib.blake2b(brand_css(brand).encode(), digest_size=4).hexdigest()


@lru_cache(maxsize=1024)
def _written(values: tuple[str, ...]) -> str:
    said = dict(zip(DEFAULTS, values, strict=True))
    colours = {name: _colour(said[name], DEFAULTS[name]) for name in DEFAULTS if name not in {"radius", "font"}}
    brand, surface, background = colours["colour"], colours["surface"], colours["background"]
    soft = mix(brand, surface, 0.1)
    written = {
        "brand": brand,
        "brand-on": readable(colours["colour_on"], brand),
        "brand-ink": readable(brand, surface, background, soft),
        "brand-soft": soft,
        "background": background,
        "surface": surface,
        "ink": readable(colours["ink"], surface, background, soft),
        "ink-soft": readable(colours["ink_soft"], surface, background, soft),
        "line": colours["line"],
    }
    for tone in ("good", "warn", "bad"):
        ground = mix(colours[tone], surface, 0.08)
        written[tone] = readable(colours[tone], surface, background, ground)
        written[f"{tone}-soft"] = ground
    lines = [f"--{name}:{write_colour(colour)}" for name, colour in written.items()]
    lines.append(f"--radius:{_radius(said['radius'])}px")
    lines.append(f"--font:{FONTS.get(said['font'], FONTS['system'])}")
    return ":root{" + ";".join(lines) + "}\n"


def _colour(text: str, instead: str) -> Rgb:
    return read_colour(text) or read_colour(instead) or (0, 0, 0)


def _radius(text: str) -> int:
    return min(int(text), ROUNDEST) if text.isascii() and text.isdigit() and len(text) < 4 else int(DEFAULTS["radius"])  # noqa: PLR2004


class Dressed(msgspec.Struct, frozen=True, kw_only=True):
    """What a page's frame needs of a brand."""

    slug: str
    name: str
    logo_url: str | None
    shop_url: str | None
    #: The brand's stylesheet with its version.
    css_url: str
    support_email: str | None = None
    support_phone: str | None = None
    support_url: str | None = None
    address: str | None = None
    #: Path under which the published delivery figures are found; None: none are published.
    figures_url: str | None = None
