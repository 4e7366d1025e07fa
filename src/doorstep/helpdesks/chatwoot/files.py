"""A message's fields + files → a multipart form (RFC 7578), as Chatwoot takes files: `attachments[]`."""

import hashlib
from typing import Any

from doorstep.domain.helpdesks import HelpdeskWords

_NEVER = str.maketrans({'"': "%22", "\r": " ", "\n": " ", "\0": " "})


def form_of(fields: dict[str, Any], words: HelpdeskWords) -> tuple[str, bytes]:
    """Write the form; return its content type and its bytes."""
    # Nobody can know it beforehand and put it into a file: it follows from all of the files.
    boundary = (
        "doorstep-"
        + hashlib.blake2b(b"".join(file.content for file in words.files), digest_size=16, key=words.key.encode()[:64]).hexdigest()
    )
    pieces: list[bytes] = []
    for name, value in fields.items():
        told = str(value).lower() if isinstance(value, bool) else str(value)
        pieces.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{told}\r\n'.encode())
    for file in words.files:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="attachments[]"; filename="{file.name.translate(_NEVER)}"\r\n'
        pieces.append(f"{head}Content-Type: {file.content_type.translate(_NEVER)}\r\n\r\n".encode() + file.content + b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(pieces)
