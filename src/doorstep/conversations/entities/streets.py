"""What streets, flats, states and countries are called; the patterns of a street's line in ten countries.

Source: Universal Postal Union, postal addressing systems of member countries; USPS Publication 28 (street suffixes); as known on 2026-11-22.
"""

import re

_EN = (
    "street|str|st|avenue|ave|av|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|terrace|ter|close|crescent|cres|highway|hwy|parkway|pkwy"
    "|square|sq|circle|cir|trail|trl|way|gardens|gdns|grove|mews|hill|row|walk|quay|broadway|marg|nagar|layout|colony|enclave|vihar|chowk|cross|main"
)
_FR = "rue|avenue|av|boulevard|bd|blvd|place|pl|chemin|ch|impasse|allee|quai|route|cours|square|passage|faubourg|villa|sentier"
_ES = r"calle|c/|avenida|avda|av|plaza|paseo|camino|carrer|ronda|travesia|carretera|ctra|pasaje|cl"
_IT = "via|viale|v.le|piazza|p.za|p.zza|corso|c.so|vicolo|largo|strada|piazzale|lungomare|contrada"
_PT = "rua|r|avenida|av|travessa|tv|praca|alameda|al|estrada|rodovia|largo|beco|quadra"
_DE = "strasse|str|weg|platz|allee|gasse|ring|damm|ufer|chaussee|steig|pfad|markt|graben|hof|berg"

#: A word of a street's name; small words may stand within.
_WORD = r"[^\W\d_](?:[^\W\d_]|['.-])*"
#: Words that no street is called, in sentences that name a number and a way.
_NOT = (
    r"(?!(?:days?|weeks?|hours?|months?|minutes?|years?|items?|orders?|of|is|are|was|in|on|at|my|the|your|it|to|from|for|and|or|i|you|we|no|not|please"
    r"|times?|pieces?|am|pm|dollars?|usd|euros?|off|more|less|other|different|people|because|but|than|with|by|this|that|out|about|since|ago|inch|x)\b)"
)
_NUMBER = r"\d{1,5}(?:[a-z]|[-/]\d{1,4}[a-z]?)?"

#: Number, name, kind of street: "215 River Road", "10 Downing St", "12 MG Road"; and "101 Highway".
ENGLISH = re.compile(
    rf"(?<![\w.,/#-])(?P<street>(?:(?:flat|unit|apt|apartment|house|plot|suite)\.?(?: no\.?)? ?#?\w{{1,5}},? )?{_NUMBER},?"
    rf" (?:(?:n|s|e|w|ne|nw|se|sw|north|south|east|west)\.? )?(?:{_NOT}(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,3}}(?:{_EN})\b\.?(?: (?:n|s|e|w|ne|nw|se|sw)\b)?"
    rf"|{_NUMBER} (?:highway|broadway)(?=,))"
)
FRENCH = re.compile(rf"(?<![\w.,/#-])(?P<street>{_NUMBER}(?: ?(?:bis|ter|quater))?,? (?:{_FR})\.? (?:(?:d'|l')?{_WORD}[ ]?){{1,5}})")
SPANISH = re.compile(rf"(?<!\w)(?P<street>(?:{_ES})\.? ?(?:{_WORD} ?){{1,5}},? ?(?:n\.?[oº°]?\.? ?|num\.? ?|numero )?{_NUMBER}(?!\w))")
ITALIAN = re.compile(rf"(?<!\w)(?P<street>(?:{_IT}) (?:{_WORD} ?){{1,4}},? ?(?:n\.? ?)?{_NUMBER}(?:/[a-z])?(?!\w))")
PORTUGUESE = re.compile(rf"(?<!\w)(?P<street>(?:{_PT})\.? (?:{_WORD} ?){{1,5}},? ?(?:n\.?[oº°]?\.? ?|numero )?{_NUMBER}(?!\w))")
GERMAN = re.compile(
    rf"(?<!\w)(?P<street>(?:[^\W\d_](?:[^\W\d_]|-){{2,30}}(?:{_DE})\.?|(?:(?!(?:in|der|ich|wohne|die|an|meine|neue|ist|und|bitte|zu|nach)\b){_WORD} ){{1,3}}(?:{_DE})\.?|(?:am|an der|auf der|im|in der|zum|zur) (?![^ ]*(?:str\.|strasse|weg|platz|allee|gasse)){_WORD}) ?{_NUMBER}(?! ?(?:uhr|h\b|[.:]\d))(?!\w))"
)

#: Country → the pattern of its streets.
STREETS = {
    **dict.fromkeys(("US", "GB", "CA", "IN", "AU", "IE"), ENGLISH),
    **dict.fromkeys(("FR", "BE", "LU"), FRENCH),
    **dict.fromkeys(("ES", "MX", "AR", "CO", "CL"), SPANISH),
    "IT": ITALIAN,
    **dict.fromkeys(("PT", "BR"), PORTUGUESE),
    **dict.fromkeys(("DE", "AT", "CH"), GERMAN),
}

#: A second line: flat, floor, suite, block.
UNIT = re.compile(
    r"(?:flat|unit|apt|apartment|suite|ste|floor|fl|room|block|building|bldg|#|appt|appartement|etage|batiment|bat|esc|piso|puerta|planta|escalera|portal"
    r"|wohnung|whg|og|eg|etage|hinterhaus|interno|int|scala|piano|apto|apartamento|andar|bloco|bl|casa|sala)\b.{0,30}|\d{1,3}(?:[ºª°]|er|eme|nd|rd|th|st|o)\b.{0,20}"
    r"|\d{1,2}\. ?(?:og|stock|etage)"
)

_US_STATES = (
    "al alabama|ak alaska|az arizona|ar arkansas|ca california|co colorado|ct connecticut|de delaware|fl florida|ga georgia|hi hawaii|id idaho|il illinois"
    "|in indiana|ia iowa|ks kansas|ky kentucky|la louisiana|me maine|md maryland|ma massachusetts|mi michigan|mn minnesota|ms mississippi|mo missouri"
    "|mt montana|ne nebraska|nv nevada|nh new hampshire|nj new jersey|nm new mexico|ny new york|nc north carolina|nd north dakota|oh ohio|ok oklahoma"
    "|or oregon|pa pennsylvania|ri rhode island|sc south carolina|sd south dakota|tn tennessee|tx texas|ut utah|vt vermont|va virginia|wa washington"
    "|wv west virginia|wi wisconsin|wy wyoming|dc district of columbia|pr puerto rico"
)
_CA_PROVINCES = (
    "ab alberta|bc british columbia|mb manitoba|nb new brunswick|nl newfoundland and labrador|ns nova scotia|nt northwest territories|nu nunavut|on ontario"
    "|pe prince edward island|qc quebec|sk saskatchewan|yt yukon"
)
_BR_STATES = "ac|al|ap|am|ba|ce|df|es|go|ma|mt|ms|mg|pa|pb|pr|pe|pi|rj|rn|rs|ro|rr|sc|sp|se|to"
_IN_STATES = (
    "andhra pradesh|assam|bihar|chhattisgarh|delhi|new delhi|goa|gujarat|haryana|himachal pradesh|jharkhand|karnataka|kerala|madhya pradesh|maharashtra"
    "|manipur|meghalaya|odisha|punjab|rajasthan|tamil nadu|telangana|tripura|uttar pradesh|uttarakhand|west bengal"
)


def _both(table: str) -> frozenset[str]:
    return frozenset(name for row in table.split("|") for name in (row.partition(" ")[0], row.partition(" ")[2]) if name)


#: Country → what its states and provinces are called in addresses, plain letters.
REGIONS = {
    "US": _both(_US_STATES),
    "CA": _both(_CA_PROVINCES),
    "BR": frozenset(_BR_STATES.split("|")),
    "IN": frozenset(_IN_STATES.split("|")),
}

#: Country's name in plain letters → ISO 3166-1 alpha-2.
COUNTRIES = {
    name: code
    for code, names in {
        "US": "usa|us|united states|united states of america|estados unidos|etats-unis",
        "GB": "uk|united kingdom|great britain|england|scotland|wales|gb",
        "CA": "canada",
        "DE": "germany|deutschland|allemagne|alemania|germania|alemanha",
        "FR": "france|frankreich|francia|franca",
        "ES": "spain|espana|spanien|espagne|spagna|espanha",
        "IT": "italy|italia|italien|italie",
        "PT": "portugal",
        "BR": "brazil|brasil|brasilien|bresil|brasile",
        "IN": "india|bharat|indien|inde",
        "AT": "austria|osterreich",
        "CH": "switzerland|schweiz|suisse|svizzera",
    }.items()
    for name in names.split("|")
}
