"""Figures of a merchant → what is told to the public: nothing of few shipments, nothing from which few could be reckoned."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from doorstep.insights.performance import LEAST_PUBLIC, Performance, Share

#: Samples are told rounded down to this, so that the difference of two tells of nobody.
_STEP = 10
KIND = "doorstep-delivery-performance/1"
DIRECTORY_KIND = "doorstep-delivery-performance-directory/1"
#: Our own name under /.well-known/. None that is registered fits (IANA's list as of 2026-09-25): "jwks.json" is not on it, and "api-catalog"
#: (RFC 9727) lists programs' interfaces, which one signed document is not.
WELL_KNOWN = "/.well-known/doorstep-delivery-performance"


def public_figures(figures: Performance) -> dict[str, Any]:
    """Tell a group's figures; None stands for what rests on fewer than `LEAST_PUBLIC` shipments."""
    enough = figures.transit_of >= LEAST_PUBLIC
    many = figures.finished >= LEAST_PUBLIC
    return {
        "sample": _sample(figures.finished),
        "on_time": _public(figures.on_time),
        "promise_kept": _public(figures.promise_kept),
        "first_attempt": _public(figures.first_attempt),
        "transit_days": {
            "p10": figures.transit_p10_days,
            "median": figures.transit_median_days,
            "p90": figures.transit_p90_days,
            "sample": _sample(figures.transit_of),
        }
        if enough
        else None,
        "problems_per_thousand": round(figures.pitfalls_per_thousand or 0) if many else None,
        "co2e_mean_g": figures.carbon_mean_g if figures.carbon_of >= LEAST_PUBLIC else None,
    }


def _public(share: Share) -> dict[str, Any] | None:
    if share.of < LEAST_PUBLIC or share.share is None or share.low is None or share.high is None:
        return None
    return {"share": round(share.share, 2), "low": round(share.low, 2), "high": round(share.high, 2), "sample": _sample(share.of)}


def _sample(of: int) -> int:
    return of // _STEP * _STEP


def public_groups(groups: Mapping[str, Performance]) -> list[str]:
    """Name the groups that may be told, most shipments first.

    Where those left out are together too few, the smallest of the others is left out with them: the whole less the rest would tell them.
    """
    told = sorted((key for key, one in groups.items() if one.finished >= LEAST_PUBLIC), key=lambda key: (-groups[key].finished, key))
    hidden = sum(one.finished for key, one in groups.items() if key not in set(told))
    if 0 < hidden < LEAST_PUBLIC and told:
        told.pop()
    return told


def public_document(
    *,
    merchant: Mapping[str, str | None],
    period: tuple[date, date],
    whole: Performance,
    groups: Mapping[str, Mapping[str, Performance]],
    links: Mapping[str, str],
    issued_at: datetime,
    expires_at: datetime,
) -> dict[str, Any]:
    """Put the public document together; `groups`: "by_carrier" → carrier → figures."""
    return {
        "kind": KIND,
        "merchant": dict(merchant),
        "period": {"from": period[0].isoformat(), "to": period[1].isoformat()},
        "issued_at": issued_at.isoformat(),
        "expires_at": expires_at.isoformat(),
        "least_sample": LEAST_PUBLIC,
        "range": "95 % (Wilson)",
        **links,
        "figures": public_figures(whole) if whole.finished >= LEAST_PUBLIC else None,
        **{
            name: [{"key": key, **public_figures(of[key])} for key in public_groups(of)] if whole.finished >= LEAST_PUBLIC else []
            for name, of in groups.items()
        },
    }


def directory(merchant: Mapping[str, str | None], base: str) -> dict[str, Any]:
    """Tell where a merchant's figures, their signature, the keys and the method stand under `base`.

    "jwks_uri" is the word of RFC 8414 and OpenID Connect for the address of public keys.
    """
    return {
        "kind": DIRECTORY_KIND,
        "merchant": dict(merchant),
        "figures": f"{base}/delivery-performance.json",
        "signature": f"{base}/delivery-performance.jws",
        "jwks_uri": f"{base}/jwks.json",
        "schema_org": f"{base}/delivery.jsonld",
        "method": f"{base}/delivery-method",
    }


def shipping_markup(shop: str, url: str | None, by_destination: Mapping[str, Performance], base: str) -> dict[str, Any]:
    """Tell how long parcels take to each country, and where the signed figures stand, in the words of schema.org.

    Source: schema.org/OfferShippingDetails, schema.org/ShippingDeliveryTime, schema.org/Dataset (version 29), as known on 2026-11-22.
    """
    details: Sequence[dict[str, Any]] = [
        {
            "@type": "OfferShippingDetails",
            "shippingDestination": {"@type": "DefinedRegion", "addressCountry": country},
            "deliveryTime": {
                "@type": "ShippingDeliveryTime",
                "transitTime": {
                    "@type": "QuantitativeValue",
                    "minValue": by_destination[country].transit_p10_days,
                    "maxValue": by_destination[country].transit_p90_days,
                    "unitCode": "DAY",
                },
            },
        }
        for country in public_groups(by_destination)
        if by_destination[country].transit_of >= LEAST_PUBLIC and country
    ]
    figures = {
        "@type": "Dataset",
        "name": f"Delivery performance of {shop}",
        "description": f"How deliveries of {shop} went in the last half year: on time, at the first attempt, days on the way; signed.",
        "isAccessibleForFree": True,
        "measurementTechnique": f"{base}/delivery-method",
        "distribution": {"@type": "DataDownload", "encodingFormat": "application/json", "contentUrl": f"{base}/delivery-performance.json"},
    }
    store = {"@type": "OnlineStore", "name": shop, **({"url": url} if url else {}), "subjectOf": figures}
    return {"@context": "https://schema.org", "@graph": [store, *details]}
