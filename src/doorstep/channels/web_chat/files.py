"""A file's first bytes → what it is; what it calls itself counts for nothing."""

#: Bytes of a file at most, and files of one message.
MOST_BYTES, MOST_FILES = 5_000_000, 3
# Sources: PNG 3rd edition, 5.2; JPEG (ITU-T T.81), B.1.1.3; GIF89a, 17; RIFF container of WebP (RFC 9649), 2.4; PDF (ISO 32000-2),
# 7.5.2; as known on 2026-11-29.
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


def kind_of(content: bytes) -> str | None:
    """Name the media type of a picture or a PDF by its first bytes; None: it is neither."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None)
