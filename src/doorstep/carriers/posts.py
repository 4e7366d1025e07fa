"""Country → slug of its post, the designated operator that issues S10 identifiers."""

#: Those we have a slug for. Source: UPU list of S10 country codes and designated operators, as known on 2026-11-22.
POSTS = {
    "AM": "hay_post", "AT": "postat", "AU": "australiapost", "BE": "bpost", "BR": "correios_br", "CA": "canadapost", "CH": "swisspost",
    "DE": "dhl_parcel_de", "FR": "laposte", "GB": "royalmail", "IE": "an_post", "NL": "postnl", "UA": "ukrposhta", "US": "usps",
}  # fmt: skip


def post_of(identifier: str) -> str | None:
    """Name the post whose country an S10 identifier ends with; None for one we have no slug for."""
    return POSTS.get(identifier[-2:])
