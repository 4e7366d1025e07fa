"""`performance verify TARGET`: a shop's published delivery figures → whether the shop signed them, and they still hold."""

import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

import httpx
import msgspec
from cyclopts import App

from doorstep.errors import BadInputError, BadSignatureError, TryLaterError
from doorstep.insights.signing import Jwk, verify
from doorstep.steps.work import utc_now

performance = App(name="performance", help="Published delivery figures: verify who signed them.")
_HEADER = "x-jws-signature"
_MOST_BYTES = 2_000_000


class _Keys(msgspec.Struct):
    keys: list[Jwk]


class _Dated(msgspec.Struct):
    expires_at: datetime


@performance.command(name="verify")
def verify_figures(target: str, *, signature: str | None = None, keys: str | None = None) -> int:
    """Check a signature; the exit code is 0 if it holds, 1 if it is forged or the figures have expired.

    Args:
        target: the address of delivery-performance.json, or a file with exactly its bytes.
        signature: the detached signature or a file with it; an address brings its own in a header.
        keys: address or file of the keys; at an address jwks.json beside it.
    """
    content, sent = _read(target)
    signed = _of_file(signature) if signature else sent
    if not signed:
        raise BadInputError("name the signature of a file: --signature delivery-performance.jws")
    where = keys or (urljoin(target, "jwks.json") if _is_address(target) else None)
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


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _of_file(text: str) -> str:
    path = Path(text)
    return path.read_bytes().decode("utf-8", "replace") if len(text) < 1000 and path.is_file() else text  # noqa: PLR2004 - a path


def _read(where: str) -> tuple[bytes, str]:
    """Read an address or a file; with an address comes its signature.

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
        answer = httpx.get(where, timeout=20, follow_redirects=False)
    except httpx.HTTPError as error:
        raise TryLaterError(f"{where} does not answer") from error
    if answer.status_code != httpx.codes.OK or len(answer.content) > _MOST_BYTES:
        raise BadInputError(f"{where} answers {answer.status_code}")
    return answer.content, answer.headers.get(_HEADER, "")
