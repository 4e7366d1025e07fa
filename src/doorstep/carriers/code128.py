"""A text of ASCII signs → the bars of a Code 128, as widths in modules, a bar first.

Source: ISO/IEC 15417, code set B; the table of patterns as known on 2026-11-29, checked by its own sums in the tests.
"""

from doorstep.errors import BadInputError

#: Value → widths of bar, space, bar, space, bar, space.
_PATTERNS = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
]
_STOP = "2331112"
_START_B = 104
_MODULO = 103


def bars(text: str) -> list[int]:
    """Write a text as bars and spaces in turn, start, check sign and stop included.

    Raises:
        BadInputError: a sign is not printable ASCII, or there is none.
    """
    if not text or not all(" " <= sign <= "~" for sign in text):
        raise BadInputError("a Code 128 holds printable ASCII signs")
    values = [ord(sign) - 32 for sign in text]
    check = (_START_B + sum(at * value for at, value in enumerate(values, 1))) % _MODULO
    return [int(width) for pattern in (*(_PATTERNS[v] for v in (_START_B, *values, check)), _STOP) for width in pattern]
