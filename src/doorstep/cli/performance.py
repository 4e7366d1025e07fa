"""`performance verify TARGET`: a shop's published delivery figures → whether the shop signed them, and they still hold; its keys."""

import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec
from cyclopts import App

from doorstep.cli.signing_keys import list_keys, new_key, withdraw
from doorstep.errors import BadInputError, BadSignatureError, TryLaterError
from doorstep.insights.publishing import DIRECTORY_KIND, WELL_KNOWN
from doorstep.insights.signing import Jwk, verify
from doorstep.steps.work import utc_now

performance = App(name="performance", help="Published delivery figures: verify who signed them; the keys that sign them.")
performance.command(list_keys, name="keys")
performance.command(new_key, name="new-key")
performance.command(withdraw, name="withdraw-key")
_HEADER = "x-jws-signature"
_MOST_BYTES = 2_000_000


class _Keys(msgspec.Struct):
    keys: list[Jwk]


class _Directory(msgspec.Struct):
    kind: str
    figures: str
    jwks_uri: str


class _Dated(msgspec.Struct):
    expires_at: datetime


@performance.command(name="verify")
def verify_figures(target: str, *, signature: str | None = None, keys: str | None = None) -> int:
    """Check a signature; the exit code is 0 if it holds, 1 if it is forged or the figures have expired.

    Args:
        target: a shop's own host (https://parcels.shop.example), the address of delivery-performance.json, or a file with exactly its bytes.
        signature: the detached signature or a file with it; an address brings its own in a header.
        keys: address or file of the keys; at an address jwks.json beside it.
    """
    target, named = _found(target)
    content, sent = _read(target)
    signed = _of_file(signature) if signature else sent
    if not signed:
        raise BadInputError("name the signature of a file: --signature delivery-performance.jws")
    where = keys or named or (urljoin(target, "jwks.json") if _is_address(target) else None)
    if where is None:
        raise BadInputError("name the keys of a file: --keys jwks.json")
    try:
        kid = verify(content, signed, msgspec.json.decode(_read(where)[0], type=_Keys).keys)
        expires_at = msgspec.json.decode(content, type=_Dated).expires_at
    except msgspec.DecodeError as error:
        raise BadInputError(f"keys or figures are not as expected: {error}") from error
    except BadSignatureError as error:
        print(f"forged: {error}", file=sys.stderr)
        return 1
    if expires_at < utc_now():
        print(f"signed by {kid}, but expired on {expires_at:%Y-%m-%d}", file=sys.stderr)
        return 1
    print(f"signed by {kid}, good until {expires_at:%Y-%m-%d}")
    return 0


def _found(target: str) -> tuple[str, str | None]:
    """Follow a host, or the directory at it, to the figures and the keys; anything else stays as it is.

    Raises:
        BadInputError: there is no directory, or it does not lead to addresses.
    """
    parts = urlsplit(target)
    if _is_address(target) and parts.path in ("", "/"):
        target = f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}"
    elif not _is_address(target) or not parts.path.startswith(WELL_KNOWN):
        return target, None
    try:
        told = msgspec.json.decode(_read(target, redirects=True)[0], type=_Directory)
    except msgspec.DecodeError as error:
        raise BadInputError(f"{target} leads to no delivery figures: {error}") from error
    if told.kind != DIRECTORY_KIND or not (_is_address(told.figures) and _is_address(told.jwks_uri)):
        raise BadInputError(f"{target} leads to no delivery figures")
    return told.figures, told.jwks_uri


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _of_file(text: str) -> str:
    path = Path(text)
    return path.read_bytes().decode("utf-8", "replace") if len(text) < 1000 and path.is_file() else text  # noqa: PLR2004 - a path


def _read(where: str, *, redirects: bool = False) -> tuple[bytes, str]:
    """Read an address or a file; with an address comes its signature. A shop's host may redirect to where the directory is.

    Raises:
        BadInputError: there is no such file, or the address refuses.
        TryLaterError: the address does not answer.
    """
    if not _is_address(where):
        try:
            return Path(where).read_bytes(), ""
        except OSError as error:
            raise BadInputError(f"{where} cannot be read: {error.strerror}") from error
    try:
        answer = httpx.get(where, timeout=20, follow_redirects=redirects)
    except httpx.HTTPError as error:
        raise TryLaterError(f"{where} does not answer") from error
    if answer.status_code != httpx.codes.OK or len(answer.content) > _MOST_BYTES:
        raise BadInputError(f"{where} answers {answer.status_code}")
    return answer.content, answer.headers.get(_HEADER, "")
