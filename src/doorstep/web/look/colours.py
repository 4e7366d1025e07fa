"""Colours as merchants write them → colours that can be read (WCAG 2.2, 1.4.3)."""

import re

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
#: Source: WCAG 2.2, success criterion 1.4.3, read 2026-11-22.
ENOUGH = 4.5

Rgb = tuple[int, int, int]


def read_colour(text: object) -> Rgb | None:
    """Read "#rgb" or "#rrggbb"; None for anything else."""
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        return None
    figures = text[1:] if len(text) == len("#rrggbb") else "".join(figure * 2 for figure in text[1:])
    return int(figures[:2], 16), int(figures[2:4], 16), int(figures[4:], 16)


def write_colour(colour: Rgb) -> str:
    """Write "#rrggbb"."""
    return f"#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}"


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = ((part / 255 / 12.92) if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour)  # noqa: PLR2004 - sRGB
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Mix `share` (0 to 1) of `one` into `other`."""
    return (_between(one[0], other[0], share), _between(one[1], other[1], share), _between(one[2], other[2], share))


def _between(one: int, other: int, share: float) -> int:
    return round(one * share + other * (1 - share))


def readable(colour: Rgb, *grounds: Rgb, enough: float = ENOUGH) -> Rgb:
    """Move a colour towards black or white, as little as needed, until it can be read on all of `grounds`."""
    for end in ((0, 0, 0), (255, 255, 255)):
        for share in range(0, 101, 4):
            moved = mix(end, colour, share / 100)
            if all(contrast(moved, ground) >= enough for ground in grounds):
                return moved
    return max(((0, 0, 0), (255, 255, 255)), key=lambda end: min(contrast(end, ground) for ground in grounds))
