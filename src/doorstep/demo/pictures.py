"""The demo shop's own drawings: a logo, and a picture of each ware."""

_INK, _CLAY, _SAND, _LEAF, _LINEN = "#3b2a22", "#9a4a2f", "#e7d3bd", "#7c8457", "#fbf6ef"


def _ware(shape: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="192" height="192"><rect width="96" height="96" fill="{_SAND}"/>{shape}</svg>'


#: Name → SVG.
PICTURES: dict[str, str] = {
    "logo": (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 60" width="210" height="60" role="img" aria-label="Casa Alma">'
        f'<path d="M6 52V28a18 18 0 0 1 36 0v24z" fill="{_CLAY}"/><path d="M17 52V33a7 7 0 0 1 14 0v19z" fill="{_LINEN}"/>'
        f'<circle cx="24" cy="20" r="3.2" fill="{_SAND}"/>'
        f'<text x="54" y="42" font-family="Georgia, \'DejaVu Serif\', serif" font-size="31" textLength="148" lengthAdjust="spacingAndGlyphs" fill="{_INK}">Casa Alma</text></svg>'
    ),
    "lamp": _ware(
        f'<path d="M34 18h28l12 28H22z" fill="{_LINEN}"/><path d="M46 46h4v26h-4z" fill="{_INK}"/><ellipse cx="48" cy="76" rx="17" ry="5" fill="{_CLAY}"/>'
    ),
    "blanket": _ware(
        f'<rect x="20" y="30" width="56" height="42" rx="6" fill="{_CLAY}"/><path d="M20 42h56M20 54h56" stroke="{_LINEN}" stroke-width="4"/>'
        f'<path d="M24 72v7m8-7v7m8-7v7m8-7v7m8-7v7m8-7v7m8-7v7" stroke="{_CLAY}" stroke-width="2.5"/>'
    ),
    "mug": _ware(
        f'<rect x="26" y="32" width="36" height="40" rx="6" fill="{_LEAF}"/><path d="M62 40h6a9 9 0 0 1 0 20h-6" fill="none" stroke="{_LEAF}" stroke-width="6"/>'
        f'<path d="M36 26c0-6 6-6 6-12m8 12c0-6 6-6 6-12" fill="none" stroke="{_LINEN}" stroke-width="3"/>'
    ),
    "vase": _ware(
        f'<path d="M40 34h16c0 8 12 14 12 28 0 10-8 18-20 18s-20-8-20-18c0-14 12-20 12-28z" fill="{_CLAY}"/>'
        f'<path d="M48 34C48 24 42 18 36 14m12 20c0-10 4-14 12-18" fill="none" stroke="{_LEAF}" stroke-width="3"/>'
    ),
    "chair": _ware(
        f'<path d="M28 22h40a6 6 0 0 1 6 6v26H22V28a6 6 0 0 1 6-6z" fill="{_LINEN}"/><rect x="16" y="46" width="64" height="22" rx="8" fill="{_CLAY}"/>'
        f'<path d="M26 68v12m44-12v12" stroke="{_INK}" stroke-width="4"/>'
    ),
    "candle": _ware(
        f'<path d="M22 46h14v32H22zM41 36h14v42H41zM60 52h14v26H60z" fill="{_LINEN}"/>'
        f'<path d="M29 32c5 6 3 10 0 11-3-1-5-5 0-11zm19-10c5 6 3 10 0 11-3-1-5-5 0-11zm19 16c5 6 3 10 0 11-3-1-5-5 0-11z" fill="{_CLAY}"/>'
    ),
}
