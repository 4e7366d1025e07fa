"""A mail that SES laid into S3 → the request that fetches it, signed.

Source: Amazon's pages on Signature Version 4 for S3, as known on 2026-11-29; proved on the example they print.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from doorstep.domain.plugins import HttpRequest, Settings
from doorstep.domain.reading import setting_of
from doorstep.errors import BadInputError

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]{1,12}){1,3}-\d{1,2}")
_EMPTY = hashlib.sha256(b"").hexdigest()


def fetching(bucket: str, key: str, topic_arn: str, settings: Settings, now: datetime, most_bytes: int) -> HttpRequest:
    """Make the request for an object, in the region of the topic that told of it.

    Raises:
        BadInputError: bucket or region are none.
        MisconfiguredError: the connection has no access key.
    """
    region = (topic_arn.split(":") + [""] * 4)[3]
    if not _BUCKET.fullmatch(bucket) or not _REGION.fullmatch(region) or not key:
        raise BadInputError("the message names no object of S3")
    host = f"s3.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")
    path = f"/{bucket}/{quote(key, safe='/-_.~')}"
    headers = signed_headers(
        host, path, region, (setting_of(settings, "aws_access_key_id"), setting_of(settings, "aws_secret_access_key")), now
    )
    return HttpRequest(method="GET", url=f"https://{host}{path}", headers=headers, repeatable=True, guarded=True, most_bytes=most_bytes)


def signed_headers(
    host: str, path: str, region: str, keys: tuple[str, str], now: datetime, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Sign a GET without a query; `keys` are the access key's id and its secret, `more` further headers, names lower case."""
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {"host": host, "x-amz-content-sha256": _EMPTY, "x-amz-date": stamp, **(more or {})}
    names = ";".join(sorted(headers))
    request = "\n".join(("GET", path, "", *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, _EMPTY))
    scope = f"{day}/{region}/s3/aws4_request"
    to_sign = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = b"AWS4" + keys[1].encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    signature = hmac.digest(key, to_sign.encode(), hashlib.sha256).hex()
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={keys[0]}/{scope},SignedHeaders={names},Signature={signature}"
    return headers
