"""An amount in a currency's minor unit; never a float."""

from decimal import Context, Decimal, Inexact, InvalidOperation

import msgspec

#: Currencies whose minor unit is not a hundredth. Source: ISO 4217 list one, as known on 2026-11-22.
_EXPONENTS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}

#: Raises rather than rounds, so that "1.00…01" with thirty zeros is refused and not read as 1.00.
_EXACT = Context(prec=40, traps=[InvalidOperation, Inexact])


def exponent_of(currency: str) -> int:
    """Decimal places of a currency's minor unit (ISO 4217): 2 unless listed otherwise."""
    return _EXPONENTS.get(currency, 2)


class Money(msgspec.Struct, frozen=True):
    """An exact amount: 12.50 EUR is `Money(1250, "EUR")`."""

    amount_minor: int
    #: ISO 4217, upper case.
    currency: str

    @classmethod
    def of(cls, amount: str | int, currency: str) -> "Money":
        """Read a decimal text ("12.50") in a currency.

        Raises:
            ValueError: the text is no finite decimal, finer than the minor unit, or longer than 15 digits.
        """
        too_fine = f"an amount in {currency} has at most {exponent_of(currency)} decimals and 15 digits"
        try:
            minor = Decimal(str(amount)).scaleb(exponent_of(currency), _EXACT).to_integral_exact(context=_EXACT)
        except Inexact as error:
            raise ValueError(too_fine) from error
        except InvalidOperation as error:
            message = "an amount is a decimal number such as 12.50"
            raise ValueError(message) from error
        if not minor.is_finite() or abs(minor) >= 10**15:
            raise ValueError(too_fine)
        return cls(int(minor), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in the currency's major unit, exact."""
        return Decimal(self.amount_minor).scaleb(-exponent_of(self.currency))
