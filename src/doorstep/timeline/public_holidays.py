"""A country, a region and a year → the public holidays there."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=8192)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """Name the public holidays of a year: a region's where it is known, else those of the whole country; none of an unknown country."""
    for subdivision in (region or None, None):
        try:
            return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
        except NotImplementedError:
            continue
    return frozenset()
