"""A country, a region, a phone number → the IANA zone a person lives in, as far as they tell it."""

from functools import lru_cache

import phonenumbers
from phonenumbers import timezone as phone_zones

#: One zone for the whole country, or the zone of most of its people. Source: IANA tz database, zone1970.tab, as known on 2026-11-22.
_COUNTRY = dict(
    pair.split("=")
    for pair in [
        "AD=Europe/Andorra",
        "AE=Asia/Dubai",
        "AL=Europe/Tirane",
        "AM=Asia/Yerevan",
        "AR=America/Argentina/Buenos_Aires",
        "AT=Europe/Vienna",
        "AZ=Asia/Baku",
        "BA=Europe/Sarajevo",
        "BD=Asia/Dhaka",
        "BE=Europe/Brussels",
        "BG=Europe/Sofia",
        "BH=Asia/Bahrain",
        "BO=America/La_Paz",
        "BY=Europe/Minsk",
        "CH=Europe/Zurich",
        "CI=Africa/Abidjan",
        "CL=America/Santiago",
        "CN=Asia/Shanghai",
        "CO=America/Bogota",
        "CR=America/Costa_Rica",
        "CU=America/Havana",
        "CY=Asia/Nicosia",
        "CZ=Europe/Prague",
        "DE=Europe/Berlin",
        "DK=Europe/Copenhagen",
        "DO=America/Santo_Domingo",
        "DZ=Africa/Algiers",
        "EC=America/Guayaquil",
        "EE=Europe/Tallinn",
        "EG=Africa/Cairo",
        "ES=Europe/Madrid",
        "FI=Europe/Helsinki",
        "FR=Europe/Paris",
        "GB=Europe/London",
        "GE=Asia/Tbilisi",
        "GG=Europe/Guernsey",
        "GH=Africa/Accra",
        "GI=Europe/Gibraltar",
        "GR=Europe/Athens",
        "GT=America/Guatemala",
        "HK=Asia/Hong_Kong",
        "HN=America/Tegucigalpa",
        "HR=Europe/Zagreb",
        "HU=Europe/Budapest",
        "IE=Europe/Dublin",
        "IL=Asia/Jerusalem",
        "IM=Europe/Isle_of_Man",
        "IN=Asia/Kolkata",
        "IQ=Asia/Baghdad",
        "IS=Atlantic/Reykjavik",
        "IT=Europe/Rome",
        "JE=Europe/Jersey",
        "JM=America/Jamaica",
        "JO=Asia/Amman",
        "JP=Asia/Tokyo",
        "KE=Africa/Nairobi",
        "KR=Asia/Seoul",
        "KW=Asia/Kuwait",
        "LB=Asia/Beirut",
        "LI=Europe/Vaduz",
        "LK=Asia/Colombo",
        "LT=Europe/Vilnius",
        "LU=Europe/Luxembourg",
        "LV=Europe/Riga",
        "MA=Africa/Casablanca",
        "MC=Europe/Monaco",
        "MD=Europe/Chisinau",
        "ME=Europe/Podgorica",
        "MK=Europe/Skopje",
        "MT=Europe/Malta",
        "MY=Asia/Kuala_Lumpur",
        "NG=Africa/Lagos",
        "NI=America/Managua",
        "NL=Europe/Amsterdam",
        "NO=Europe/Oslo",
        "NP=Asia/Kathmandu",
        "NZ=Pacific/Auckland",
        "OM=Asia/Muscat",
        "PA=America/Panama",
        "PE=America/Lima",
        "PH=Asia/Manila",
        "PK=Asia/Karachi",
        "PL=Europe/Warsaw",
        "PR=America/Puerto_Rico",
        "PT=Europe/Lisbon",
        "PY=America/Asuncion",
        "QA=Asia/Qatar",
        "RO=Europe/Bucharest",
        "RS=Europe/Belgrade",
        "SA=Asia/Riyadh",
        "SE=Europe/Stockholm",
        "SG=Asia/Singapore",
        "SI=Europe/Ljubljana",
        "SK=Europe/Bratislava",
        "SM=Europe/San_Marino",
        "SN=Africa/Dakar",
        "SV=America/El_Salvador",
        "TH=Asia/Bangkok",
        "TN=Africa/Tunis",
        "TR=Europe/Istanbul",
        "TW=Asia/Taipei",
        "TZ=Africa/Dar_es_Salaam",
        "UA=Europe/Kyiv",
        "UY=America/Montevideo",
        "UZ=Asia/Tashkent",
        "VA=Europe/Vatican",
        "VE=America/Caracas",
        "VN=Asia/Ho_Chi_Minh",
        "ZA=Africa/Johannesburg",
    ]
)


def _regions(country: str, text: str) -> dict[tuple[str, str], str]:
    """Read rows "Zone: region region"; regions are ISO 3166-2 codes, the country may be left out."""
    rows = (row.split(":") for row in text.strip().splitlines())
    return {(country, region.removeprefix(f"{country}-")): zone.strip() for zone, regions in rows for region in regions.split()}


#: Where a country has several zones: the zone of most of a region. Source: IANA tz database and ISO 3166-2, as known on 2026-11-22.
_REGION = {
    **_regions(
        "US",
        """
America/New_York: CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV
America/Chicago: AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI
America/Denver: CO ID MT NM UT WY
America/Phoenix: AZ
America/Los_Angeles: CA NV OR WA
America/Anchorage: AK
Pacific/Honolulu: HI
America/Puerto_Rico: PR VI
Pacific/Guam: GU MP
""",
    ),
    **_regions(
        "CA",
        """
America/St_Johns: NL
America/Halifax: NB NS PE
America/Toronto: ON QC NU
America/Winnipeg: MB
America/Regina: SK
America/Edmonton: AB NT
America/Vancouver: BC
America/Whitehorse: YT
""",
    ),
    **_regions(
        "AU",
        """
Australia/Sydney: NSW ACT
Australia/Melbourne: VIC
Australia/Brisbane: QLD
Australia/Hobart: TAS
Australia/Adelaide: SA
Australia/Darwin: NT
Australia/Perth: WA
""",
    ),
    **_regions(
        "BR",
        """
America/Sao_Paulo: DF ES GO MG PR RJ RS SC SP
America/Bahia: BA
America/Fortaleza: CE MA PB PI RN
America/Recife: PE
America/Maceio: AL SE
America/Belem: AP PA
America/Araguaina: TO
America/Campo_Grande: MS
America/Cuiaba: MT
America/Manaus: AM
America/Porto_Velho: RO
America/Boa_Vista: RR
America/Rio_Branco: AC
""",
    ),
    **_regions(
        "MX",
        """
America/Mexico_City: AGU CAM CHP CMX COA COL DUR GRO GUA HID JAL MEX MIC MX-MOR NLE OAX PUE QUE SLP TAB TAM TLA VER YUC ZAC
America/Cancun: ROO
America/Hermosillo: SON
America/Chihuahua: CHH
America/Mazatlan: BCS NAY SIN
America/Tijuana: BCN
""",
    ),
    **_regions("ES", "Atlantic/Canary: GC TF CN\nAfrica/Ceuta: CE ML"),
    **_regions("PT", "Atlantic/Azores: 20\nAtlantic/Madeira: 30"),
    **_regions("ID", "Asia/Makassar: BA NB NT SN SR KS KT KU\nAsia/Jayapura: PA PB MA MU"),
}


@lru_cache(maxsize=8192)
def zone_of(country: str | None, region: str | None = None, phone: str | None = None) -> str | None:
    """Find a person's zone: the region of the address first, its country second, the phone number last.

    `country` is ISO 3166-1 alpha-2, `region` an ISO 3166-2 code with or without the country, `phone` E.164. None: they do not
    tell, as for a country of several zones without a region we know.
    """
    if country:
        code = (region or "").strip().upper().removeprefix(f"{country}-")
        found = _REGION.get((country, code)) or _COUNTRY.get(country)
        if found:
            return found
    return _zone_of_phone(phone) if phone else None


def _zone_of_phone(phone: str) -> str | None:
    """Take the only zone a number can be in; several (a mobile number, a toll-free one) tell nothing."""
    try:
        zones = phone_zones.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return None
    known = [zone for zone in zones if zone != "Etc/Unknown"]
    return known[0] if len(known) == 1 else None
