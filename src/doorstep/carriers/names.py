"""An aggregator's or shop's word for a carrier ("DHLParcel", "usps", "United Parcel Service") → our slug."""

import re
from functools import lru_cache

#: Letters and digits only, lower case → slug. Slugs themselves need no row.
_SPELLINGS = {
    "usps": "usps", "unitedstatespostalservice": "usps", "uspostalservice": "usps",
    "ups": "ups", "unitedparcelservice": "ups", "upsdap": "ups",
    "upsmailinnovations": "ups_mail_innovations", "upsmi": "ups_mail_innovations",
    "fedex": "fedex", "fedexdefault": "fedex", "federalexpress": "fedex", "fedexground": "fedex", "fedexexpress": "fedex", "fedexsmartpost": "fedex",
    "dhl": "dhl_express", "dhlexpress": "dhl_express", "mydhl": "dhl_express",
    "dhlparcelde": "dhl_parcel_de", "dhlgermany": "dhl_parcel_de", "dhlpaket": "dhl_parcel_de", "deutschepost": "dhl_parcel_de", "deutschepostdhl": "dhl_parcel_de",
    "dhlglobalmail": "dhl_global_mail", "dhlecommerce": "dhl_global_mail", "dhlnl": "dhl_nl", "dhlnetherlands": "dhl_nl", "dhlparcelnl": "dhl_nl",
    "canadapost": "canadapost", "postescanada": "canadapost",
    "postnl": "postnl", "postnl3s": "postnl", "tntpost": "postnl",
    "gls": "gls", "glsgroup": "gls", "glseurope": "gls",
    "correios": "correios_br", "correiosbr": "correios_br", "brazilcorreios": "correios_br", "correiosdobrasil": "correios_br",
    "novapost": "nova_post", "novaposhta": "nova_poshta",
    "royalmail": "royalmail", "dpd": "dpd", "laposte": "laposte", "colissimo": "colissimo", "chronopost": "chronopost",
    "australiapost": "australiapost", "auspost": "australiapost", "ontrac": "ontrac", "lasership": "lasership", "purolator": "purolator",
    "inpost": "inpost", "inpostpl": "inpost_pl", "inpostpaczkomaty": "inpost_pl", "hermes": "hermes", "hermesde": "hermes", "myhermesde": "hermes",
    "evri": "evri", "hermesuk": "evri", "amazon": "amazon_shipping", "amazonshipping": "amazon_shipping",
    "swisspost": "swisspost", "diepost": "swisspost", "laposteswiss": "swisspost", "austrianpost": "postat", "osterreichischepost": "postat",
    "spring": "spring", "springgds": "spring", "spx": "shopee_xpress", "spxexpress": "shopee_xpress", "shopeeexpress": "shopee_xpress",
    "tnt": "tnt", "tntexpress": "tnt", "omniparcel": "seko", "sekologistics": "seko", "asendiausa": "asendia_us", "a1": "a1_international",
    "bpost": "bpost", "belgiumpost": "bpost", "anpost": "an_post", "irishpost": "an_post", "landmarkglobal": "landmark",
    "pitneybowes": "pitney_bowes", "newgistics": "newgistics", "cainiaonetwork": "cainiao", "ukrpost": "ukrposhta",
    "dhlpoland": "dhl_poland", "dhlparcelpoland": "dhl_poland", "haypost": "hay_post", "armenianpost": "hay_post",
}  # fmt: skip

#: Slugs that some spelling leads to.
SPELLED = frozenset(_SPELLINGS.values())


@lru_cache(maxsize=4096)
def carrier_slug(name: str | None) -> str | None:
    """Find the slug for a carrier's name; an unknown name becomes lower snake case, None or "" stays None."""
    if not name or not name.strip():
        return None
    squeezed = re.sub(r"[^a-z0-9]", "", name.lower())
    return _SPELLINGS.get(squeezed) or re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or None
