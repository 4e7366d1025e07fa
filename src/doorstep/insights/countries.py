"""Country → the middle of its land, its size, and whether trucks get there: what a parcel's way is reckoned from.

Source: The World Factbook (public domain), geographic coordinates and land area of each country, in the copy
github.com/factbook/factbook.json of 2026-05-17, read 2026-11-22; the French overseas departments, which it leaves out, as known on
2026-11-22.
"""

from functools import cache

import msgspec


class Country(msgspec.Struct, frozen=True):
    """One country or territory, as far as distances care."""

    #: Degrees north and east of the middle of its land.
    latitude: float
    longitude: float
    #: Square kilometres of land.
    area_km2: int
    #: "O": Europe, Asia, Africa and what bridges, tunnels and short ferries join to them; "N": North and Central America;
    #: "S": South America; "-": a sea lies around it that trucks do not cross.
    landmass: str


# fmt: off
#: ISO 3166-1 alpha-2, latitude, longitude, square kilometres of land, landmass.
_ROWS = """
AD 42.5 1.5 468 O; AE 24 54 83600 O; AF 33 65 652230 O; AG 17.1 -61.8 443 -; AI 18.2 -63.2 91 -; AL 41 20 27398 O;
AM 40 45 28203 O; AO -12.5 18.5 1246700 O; AR -34 -64 2736690 S; AS -14.3 -170 224 -; AT 47.3 13.3 82445 O; AU -27 133 7682300 -;
AW 12.5 -70 180 -; AZ 40.5 47.5 82629 O; BA 44 18 51187 O; BB 13.2 -59.5 430 -; BD 24 90 130170 O; BE 50.8 4 30278 O;
BF 13 -2 273800 O; BG 43 25 108489 O; BH 26 50.5 760 -; BI -3.5 30 25680 O; BJ 9.5 2.2 110622 O; BL 18.5 -63.4 25 -;
BM 32.3 -64.8 54 -; BN 4.5 114.7 5265 -; BO -17 -65 1083301 S; BR -10 -55 8358140 S; BS 24.2 -76 10010 -; BT 27.5 90.5 38394 O;
BW -22 24 566730 O; BY 53 28 202900 O; BZ 17.2 -88.8 22806 N; CA 60 -95 9093507 N; CC -12.5 96.8 14 -; CD 0 25 2267048 O;
CF 7 21 622984 O; CG -1 15 341500 O; CH 47 8 39997 O; CI 8 -5 318003 O; CK -21.2 -159.8 236 -; CL -30 -71 743812 S;
CM 6 12 472710 O; CN 35 105 9326410 O; CO 4 -72 1038700 S; CP 10.3 -109.2 6 N; CR 10 -84 51060 N; CU 21.5 -80 109820 -;
CV 16 -24 4033 -; CW 12.2 -69 444 -; CX -10.5 105.7 135 -; CY 35 33 9241 -; CZ 49.8 15.5 77247 O; DE 51 9 348672 O;
DJ 11.5 43 23180 O; DK 56 10 42434 O; DM 15.4 -61.3 751 -; DO 19 -70.7 48320 -; DZ 28 3 2381740 O; EC -2 -77.5 276841 S;
EE 59 26 42388 O; EG 27 30 995450 O; EH 24.5 -13 266000 O; ER 15 39 101000 O; ES 40 -4 498980 O; ET 8 38 1096570 O;
FI 64 26 303815 O; FJ -18 175 18274 -; FK -51.8 -59 12173 -; FM 6.9 158.2 702 -; FO 62 -7 1393 -; FR 46 2 640427 O;
GA -1 11.8 257667 O; GB 54 -2 241930 O; GD 12.1 -61.7 344 -; GE 42 43.5 69700 O; GF 4 -53 83534 S; GG 49.5 -2.6 78 -;
GH 8 -2 227533 O; GI 36.1 -5.3 6 O; GL 72 -40 2166086 -; GM 13.5 -16.6 10120 O; GN 11 -10 245717 O; GP 16.2 -61.5 1628 -;
GQ 2 10 28051 O; GR 39 22 130647 O; GS -54.5 -37 3903 -; GT 15.5 -90.2 107159 N; GU 13.5 144.8 544 -; GW 12 -15 28120 O;
GY 5 -59 196849 S; HK 22.2 114.2 1073 O; HN 15 -86.5 111890 N; HR 45.2 15.5 55974 O; HT 19 -72.4 27560 -; HU 47 20 89608 O;
ID -5 120 1811569 -; IE 53 -8 68883 O; IL 31.5 34.8 21497 O; IM 54.2 -4.5 572 -; IN 20 77 2973193 O; IO -6 71.5 60 -;
IQ 33 44 437367 O; IR 32 53 1531595 O; IS 65 -18 100250 -; IT 42.8 12.8 294140 O; JE 49.2 -2.2 116 -; JM 18.2 -77.5 10831 -;
JO 31 36 88802 O; JP 36 138 364485 -; KE 1 38 569140 O; KG 41 75 191801 O; KH 13 105 176515 O; KI 1.4 173 811 -;
KM -12.2 44.2 2235 -; KN 17.3 -62.8 261 -; KP 40 127 120408 O; KR 37 127.5 96920 O; KW 29.5 45.8 17818 O; KY 19.5 -80.5 264 -;
KZ 48 68 2699700 O; LA 18 105 230800 O; LB 33.8 35.8 10230 O; LC 13.9 -61 606 -; LI 47.3 9.5 160 O; LK 7 81 64630 -;
LR 6.5 -9.5 96320 O; LS -29.5 28.5 30355 O; LT 56 24 62680 O; LU 49.8 6.2 2586 O; LV 57 25 62249 O; LY 25 17 1759540 O;
MA 28.5 -10 716300 O; MC 43.7 7.4 2 O; MD 47 29 32891 O; ME 42.5 19.3 13452 O; MF 18.1 -64 50 -; MG -20 47 581540 -;
MH 9 168 181 -; MK 41.8 22 25433 O; ML 17 -4 1220190 O; MM 22 98 653508 O; MN 46 105 1553556 O; MO 22.2 113.5 28 O;
MP 15.2 145.8 464 -; MQ 14.7 -61 1128 -; MR 20 -12 1030700 O; MS 16.8 -62.2 102 -; MT 35.8 14.6 316 -; MU -20.3 57.5 2030 -;
MV 3.2 73 298 -; MW -13.5 34 94080 O; MX 23 -102 1943945 N; MY 2.5 112.5 328657 O; MZ -18.2 35 786380 O; NA -22 17 823290 O;
NC -21.5 165.5 18275 -; NE 16 8 1266700 O; NF -29 167.9 36 -; NG 10 8 910768 O; NI 13 -85 119990 N; NL 52.5 5.8 33893 O;
NO 62 10 304282 O; NP 28 84 143351 O; NR -0.5 166.9 21 -; NU -19 -169.9 260 -; NZ -41 174 264537 -; OM 21 57 309500 O;
PA 9 -80 74340 N; PE -10 -76 1279996 S; PF -15 -140 3827 -; PG -6 147 452860 -; PH 13 122 298170 -; PK 30 70 770875 O;
PL 52 20 304255 O; PM 46.8 -56.3 242 -; PN -25.1 -130.1 47 -; PR 18.2 -66.5 8959 -; PS 32 35.2 5640 O; PT 39.5 -8 91470 O;
PW 7.5 134.5 459 -; PY -23 -58 397302 S; QA 25.5 51.2 11586 O; RE -21.1 55.5 2511 -; RO 46 25 229891 O; RS 44 21 77474 O;
RU 60 100 16377742 O; RW -2 30 24668 O; SA 25 45 2149690 O; SB -8 159 27986 -; SC -4.6 55.7 455 -; SD 15 30 1731671 O;
SE 62 15 410335 O; SG 1.4 103.8 709 O; SH -15.9 -5.7 122 -; SI 46.1 14.8 20151 O; SJ 78 20 62045 -; SK 48.7 19.5 48105 O;
SL 8.5 -11.5 71620 O; SM 43.8 12.4 61 O; SN 14 -14 192530 O; SO 10 49 627337 O; SR 4 -56 156000 S; SS 8 30 644329 O; ST 1 7 964 -;
SV 13.8 -88.9 20721 N; SX 18.1 -63.1 34 -; SY 35 38 185887 O; SZ -26.5 31.5 17204 O; TC 21.8 -71.6 948 -; TD 15 19 1259200 O;
TG 8 1.2 54385 O; TH 15 100 510890 O; TJ 39 71 141510 O; TK -9 -172 12 -; TL -8.8 125.9 14874 -; TM 40 60 469930 O;
TN 34 9 155360 O; TO -20 -175 717 -; TR 39 35 769632 O; TT 11 -61 5128 -; TV -8 178 26 -; TW 23.5 121 32260 -; TZ -6 35 885800 O;
UA 49 32 579330 O; UG 1 32 197100 O; US 38 -97 9147593 N; UY -33 -56 175015 S; UZ 41 64 425400 O; VA 41.9 12.4 0 O;
VC 13.2 -61.2 389 -; VE 8 -66 882050 S; VG 18.5 -64.5 151 -; VI 18.3 -64.8 346 -; VN 16.2 107.8 310070 O; VU -16 167 12189 -;
WF -13.3 -176.2 142 -; WS -13.6 -172.3 2821 -; XK 42.6 21 10887 O; YE 15 48 527968 O; YT -12.8 45.2 374 -; ZA -29 24 1214470 O;
ZM -15 30 743398 O; ZW -20 30 386847 O
"""
# fmt: on


@cache
def countries() -> dict[str, Country]:
    """All countries by ISO 3166-1 alpha-2."""
    rows = (row.split() for row in _ROWS.split(";"))
    return {code: Country(float(north), float(east), int(area), landmass) for code, north, east, area, landmass in rows}
