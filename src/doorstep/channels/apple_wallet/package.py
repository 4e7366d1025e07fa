"""An order as written, when it was updated, the keys → the `.order` file: a zip with a manifest of hashes and its signature.

Source: Apple's "Building a distributable order package", as known on 2026-11-29. The same order gives the same bytes, but for the
signature, which says when it was made.
"""

import hashlib
import io
import zipfile
from datetime import datetime

import msgspec

from doorstep.channels.apple_wallet.fulfilments import stamp
from doorstep.channels.apple_wallet.keys import Keys
from doorstep.channels.apple_wallet.order import Written

MEDIA_TYPE = "application/vnd.apple.order"
_JSON = msgspec.json.Encoder(decimal_format="number", order="deterministic")
#: A zip's oldest date, in every entry, so that its bytes do not depend on the clock.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3


def digest(written: Written) -> bytes:
    """16 bytes that change exactly when something a customer could see does."""
    pictures = {name: hashlib.sha256(content).hexdigest() for name, content in written.files.items()}
    return hashlib.blake2b(_JSON.encode([written.document, written.strings, pictures]), digest_size=16).digest()


def package(written: Written, updated_at: datetime, keys: Keys) -> bytes:
    """Make the file. `updated_at` is aware and never earlier than in a package of this order before."""
    files = sources(written, updated_at)
    manifest = _JSON.encode({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})
    return _zipped({**files, "manifest.json": manifest, "signature": keys.sign(manifest)})


def sources(written: Written, updated_at: datetime) -> dict[str, bytes]:
    """Name → content of everything that the manifest tells of."""
    document = {**written.document, "updatedAt": stamp(updated_at)}
    strings = {f"{language}.lproj/order.strings": _strings(texts) for language, texts in written.strings.items()}
    return {"order.json": _JSON.encode(document), **strings, **written.files}


def _strings(texts: dict[str, str]) -> bytes:
    """Write a table of texts; in UTF-16 where it is not plain ASCII, as Apple asks."""
    lines = "".join(f'"{_escaped(key)}" = "{_escaped(text)}";\n' for key, text in sorted(texts.items()))
    return lines.encode("ascii") if lines.isascii() else b"\xff\xfe" + lines.encode("utf-16-le")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr, entry.create_system, entry.compress_type = _MODE, _UNIX, zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return made.getvalue()
