"""What every carrier plug-in must keep to, found by `carriers()`: samples, unknown codes, any bytes, forged signatures, real payloads."""

import codecs
import contextlib
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import doorstep.carriers
from doorstep.carriers import carriers
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Checkpoint, Parsed, Scan
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError, BadSignatureError
from doorstep.timeline import fold

ROOM = Path(doorstep.carriers.__file__).parent
DATA = Path(__file__).parents[3] / "shared" / "data" / "carriers"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: Carriers and aggregators that must be there; those of the index of real payloads come to it.
PROMISED = (
    "aftership", "easypost", "17track", "shippo", "ups", "fedex", "usps", "dhl_express", "dhl_parcel_de", "canadapost", "postnl", "gls",
    "correios_br", "nova_post", "generic", "hermes", "dhl_universal", "ups_mail_innovations", "upu", "edifact_iftsta", "x12_214", "epcis",
)  # fmt: skip
#: The index's own heading, kept in it as a row.
_NO_CARRIER = {"carrier"}
FOLDERS = {"17track": "seventeentrack"}
#: Formats that many carriers speak: no row of the index is theirs.
FORMATS = {"generic", "edifact_iftsta", "epcis", "upu", "x12_214"}
FOUND = sorted(carriers())
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/carriers is not here")
each_carrier = pytest.mark.parametrize("slug", FOUND)


def samples(slug: str) -> list[Path]:
    return sorted(path for path in (ROOM / FOLDERS.get(slug, slug) / "samples").glob("*") if path.is_file())


@cache
def sample_bodies(slug: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in samples(slug))


EACH_SAMPLE = [pytest.param(slug, path, id=f"{slug}:{path.name}") for slug in FOUND for path in samples(slug)]


@cache
def index() -> list[dict[str, str]]:
    if not DATA.is_dir():
        return []
    with (DATA / "index.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def real(slug: str) -> list[dict[str, str]]:
    return [row for row in index() if row["carrier"] == slug and (DATA / "payloads" / row["file"]).is_file()]


EACH_PAYLOAD = [pytest.param(slug, row["file"], row["kind"], id=row["file"]) for slug in FOUND for row in real(slug)]


def read(slug: str, body: bytes) -> Parsed:
    return carriers()[slug].parse(Raw(body=body))


def scans(parsed: Parsed) -> Iterator[Checkpoint]:
    for tracking in parsed.trackings:
        yield from tracking.checkpoints


def read_or_refused(slug: str, body: bytes) -> None:
    """Read, check, or be refused: nothing else may happen."""
    with contextlib.suppress(BadInputError):
        keep_to_the_contract(read(slug, body))


def keep_to_the_contract(parsed: Parsed) -> None:
    """Check all that must hold of whatever any plug-in read."""
    for tracking in parsed.trackings:
        assert tracking.tracking_number == "".join(tracking.tracking_number.split()).upper() != ""
        assert re.fullmatch(r"[a-z0-9][a-z0-9_]*", tracking.carrier)
        for estimate in tracking.estimates:
            assert estimate.from_on <= estimate.to_on
            assert estimate.source in {"carrier", "shop", "model", "aggregator"}
        for link in tracking.links:
            assert link.role in {"last_mile", "return", "replaced_by", "parcel", "part"}
            assert link.tracking_number
        for checkpoint in tracking.checkpoints:
            assert checkpoint.event_type in EVENT_TYPES
            assert re.fullmatch(r"[a-z0-9][a-z0-9_]*", checkpoint.carrier)
            assert checkpoint.tracking_number
            assert len(checkpoint.fingerprint) == 8
            if checkpoint.occurred_at:
                at = checkpoint.occurred_at
                assert (len(at.local) == 10) == (at.precision is Precision.DATE)
                assert (at.offset is None) == (at.zone_source is ZoneSource.ASSUMED)
                assert at.instant.tzinfo is UTC
            if checkpoint.place and checkpoint.place.country:
                assert re.fullmatch(r"[A-Z]{2}", checkpoint.place.country)
        fold([Scan.of(checkpoint) for checkpoint in tracking.checkpoints], tracking.estimates)


def test_the_promised_carriers_are_there() -> None:
    assert set(PROMISED) <= set(FOUND)


@needs_data
def test_every_carrier_with_a_real_payload_is_there() -> None:
    assert {row["carrier"] for row in index()} - _NO_CARRIER <= set(FOUND)


@each_carrier
def test_a_carrier_is_named_and_its_settings_are_labelled(slug: str) -> None:
    carrier = carriers()[slug]
    assert carrier.slug == slug
    assert carrier.name
    assert len({setting.name for setting in carrier.settings}) == len(carrier.settings)
    for setting in carrier.settings:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", setting.name)
        assert setting.label[:1].isupper()
        assert not (setting.secret and setting.default), "a secret has no default"
    assert carrier.tracking_url is None or "{number}" in carrier.tracking_url


@needs_data
@each_carrier
def test_a_slug_is_the_name_the_index_uses(slug: str) -> None:
    if slug not in FORMATS:
        assert slug in {row["carrier"] for row in index()}


@each_carrier
def test_a_carrier_ships_samples(slug: str) -> None:
    assert any(list(scans(read(slug, body))) for body in sample_bodies(slug)), "at least one with scans"


@pytest.mark.parametrize(("slug", "path"), EACH_SAMPLE)
def test_a_sample_is_read_into_scans_or_notes(slug: str, path: Path) -> None:
    parsed = read(slug, path.read_bytes())
    keep_to_the_contract(parsed)
    told = list(scans(parsed))
    assert told or parsed.notes
    assert not told or any(scan.event_type != "unknown" for scan in told)


@pytest.mark.parametrize(("slug", "path"), EACH_SAMPLE)
def test_reading_twice_gives_the_same(slug: str, path: Path) -> None:
    body = path.read_bytes()
    assert read(slug, body) == read(slug, body)


def with_another_code(body: bytes, part: str, code: str = "ZQX77") -> bytes:
    """Put a code, by default one that no carrier has, wherever a value, attribute or element of the payload is `part` and nothing else."""
    told, new = re.escape(part.encode()), code.encode()
    if body[:3] in (b"UNA", b"UNB", b"UNH", b"ISA"):
        return re.sub(rb"(?<=[+:*|])" + told + rb"(?=[+:'*|~\n])", lambda _: new, body)
    unquoted = new if code.isdigit() and not code.startswith("0") else b'"' + new + b'"'
    swapped = re.sub(rb"(?<=[\">])" + told + rb"(?=[\"<])", lambda _: new, body)
    return re.sub(rb"(?<=: )" + told + rb"(?=[,\s}\]])", lambda _: unquoted, swapped)


@each_carrier
def test_a_code_we_do_not_have_stays_unknown(slug: str) -> None:
    """Swap all parts of a code for one that does not exist: what then bears nothing else must be unknown, never another event."""
    unread = 0
    for body in sample_bodies(slug):
        for code in {scan.carrier_code for scan in scans(read(slug, body)) if scan.carrier_code}:
            changed = body
            for part in code.split("/"):
                changed = with_another_code(changed, part)
            try:
                told = [scan for scan in scans(read(slug, changed)) if set(scan.carrier_code.split("/")) == {"ZQX77"}]
            except BadInputError:
                continue
            named = {"picked_up", "out_for_delivery", "delivered", "refused"} if slug == "generic" else set()
            assert {scan.event_type for scan in told} <= {"unknown"} | named, code
            unread += len(told)
    assert unread, "no sample has a code that can be swapped"


@each_carrier
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300)
    | st.text(max_size=100).map(str.encode)
    | st.sampled_from([b"", b"{}", b"[]", b"null", b"<a/>", b"<html></html>", b'""'])
)
def test_any_bytes_are_read_or_refused(slug: str, body: bytes) -> None:
    read_or_refused(slug, body)


@each_carrier
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_a_damaged_sample_is_read_or_refused(slug: str, draw: st.DataObject) -> None:
    body = draw.draw(st.sampled_from(sample_bodies(slug) or (b"{}",)))
    at = draw.draw(st.integers(0, len(body)))
    length = draw.draw(st.integers(0, 40))
    body = body[:at] + draw.draw(st.binary(max_size=8) | st.sampled_from([b"null", b"0", b'""', b"{}", b"[]", b"-1"])) + body[at + length :]
    read_or_refused(slug, body)


_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
#: Deep, expanding, outward-reaching and oddly encoded bodies.
MONSTROUS = {
    "deep list": b"[" * 200_000,
    "deep list, closed": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep XML": b"<a>" * 100_000 + b"</a>" * 100_000,
    "deep page": b"<html><body>" + b"<div>" * 100_000,
    "entity bomb": f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "x">{_ENTITIES}]><a>&e11;</a>'.encode(),
    "file outside": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>',
    "UTF-16": codecs.BOM_UTF16_LE + '{"a": "é"}'.encode("utf-16-le"),
    "half of UTF-16": codecs.BOM_UTF16_LE + b"{",
    "EBCDIC": '{"a": 1}'.encode("cp037"),
    "a long number": b"1" * 100_000,
    "a long text": b'"' + b"x" * 1_000_000 + b'"',
    "a long list": b"[" + b"{}," * 100_000 + b"{}]",
}


@each_carrier
@pytest.mark.parametrize("kind", MONSTROUS)
def test_a_monstrous_body_is_read_or_refused(slug: str, kind: str) -> None:
    read_or_refused(slug, MONSTROUS[kind])


@each_carrier
def test_a_sample_with_a_byte_order_mark_is_the_same_sample(slug: str) -> None:
    for body in sample_bodies(slug):
        if body.lstrip()[:1] in (b"{", b"["):
            assert read(slug, codecs.BOM_UTF8 + body) == read(slug, body)
            assert read(slug, codecs.BOM_UTF16_LE + body.decode().encode("utf-16-le")) == read(slug, body)


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the paths of all values within decoded JSON, containers included."""
    yield path
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield from leaves(value, (*path, key))


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = replaced(tree[path[0]], path[1:], value)
    return copy


JSON_SAMPLES = [parameter for parameter in EACH_SAMPLE if str(parameter.values[1]).endswith(".json")]


@pytest.mark.parametrize(("slug", "path"), JSON_SAMPLES)
def test_any_value_of_another_kind_is_read_or_refused(slug: str, path: Path) -> None:
    tree = json.loads(path.read_bytes())
    odd: tuple[Any, ...] = (
        None,
        "",
        "x",
        0,
        -1.5,
        10**30,
        True,
        [],
        {},
        [None],
        [[]],
        {"a": 1},
        "9999-12-31T23:59:59-15:00",
        "0001-01-01T00:00:00+15:00",
    )
    every = max(1, sum(1 for _ in leaves(tree)) // 120)
    for at in list(leaves(tree))[::every]:
        for value in odd:
            read_or_refused(slug, json.dumps(replaced(tree, at, value)).encode())


class AnyName(Mapping[str, str]):
    """A mapping in which every name has the same value."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __getitem__(self, key: str) -> str:
        return self.value

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1


@each_carrier
@pytest.mark.parametrize("header", ["", "0" * 64, "hmac-sha256-hex=" + "0" * 64, "t=1,v1=00", "AAAA", "é", "forged"])
def test_a_forged_signature_is_refused(slug: str, header: str) -> None:
    carrier: Carrier = carriers()[slug]
    if carrier.verify is None:
        return
    body = next(iter(sample_bodies(slug)), b"{}")
    with pytest.raises(BadSignatureError):
        carrier.verify(Raw(body=body, headers=AnyName(header)), AnyName("a secret"), NOW)
    with pytest.raises(BadSignatureError):
        carrier.verify(Raw(body=body), AnyName("a secret"), NOW)


@each_carrier
def test_the_delivery_id_of_any_bytes_is_a_text_or_none(slug: str) -> None:
    find = carriers()[slug].delivery_id
    if find is None:
        return
    for body in (b"", b"\xff", b"[]", b'{"id": 5}', b'"x"', b"<a/>", *sample_bodies(slug)):
        found = find(Raw(body=body))
        assert found is None or (isinstance(found, str) and found)


@needs_data
@pytest.mark.parametrize(("slug", "name", "kind"), EACH_PAYLOAD)
def test_a_real_payload_is_read(slug: str, name: str, kind: str) -> None:
    parsed = read(slug, (DATA / "payloads" / name).read_bytes())
    keep_to_the_contract(parsed)
    if kind == "tracking":
        assert parsed.trackings
    if kind == "error":
        assert not list(scans(parsed))


@needs_data
def test_less_than_one_in_a_hundred_real_scans_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    """Print what is not mapped, and hold it under 1 % over all carriers."""
    total: Counter[str] = Counter()
    unknown: Counter[tuple[str, str, str]] = Counter()
    for slug in FOUND:
        for row in real(slug):
            for scan in scans(read(slug, (DATA / "payloads" / row["file"]).read_bytes())) if row["kind"] == "tracking" else ():
                total[slug] += 1
                if scan.event_type == "unknown":
                    unknown[slug, row["file"], scan.carrier_code or scan.carrier_text[:60]] += 1
    with capsys.disabled():
        sys.stdout.write(f"\n{unknown.total()} of {total.total()} real scans unknown\n")
        for (slug, name, code), count in sorted(unknown.items()):
            sys.stdout.write(f"  {slug:14} {name:24} {code!r} x {count}\n")
    assert unknown.total() < 0.01 * total.total()
