"""A merchant → where its published figures stand, for whoever links to them; nowhere until an owner publishes."""

from doorstep.insights.publishing import WELL_KNOWN
from doorstep.store.connections import Merchant

#: The setting that switches publishing on; off unless an owner says so.
PUBLISHED = "publish_performance"


def is_published(merchant: Merchant) -> bool:
    """Tell whether an owner publishes this merchant's figures."""
    return bool(merchant.settings.get(PUBLISHED))


def origin_of(merchant: Merchant, base_url: str) -> str:
    """Return where a merchant's figures are at home: its own host, where the operator gave it one, else the installation's address."""
    return f"https://{merchant.host}" if merchant.host else base_url


def figures_base(merchant: Merchant, base_url: str) -> str:
    """Return the address under which a merchant's figures, keys and method stand."""
    return f"{origin_of(merchant, base_url)}/m/{merchant.slug}"


def directory_url(merchant: Merchant, base_url: str) -> str:
    """Return the address that leads to all of them."""
    origin = origin_of(merchant, base_url)
    return f"{origin}{WELL_KNOWN}" if merchant.host else f"{origin}{WELL_KNOWN}/{merchant.slug}"
