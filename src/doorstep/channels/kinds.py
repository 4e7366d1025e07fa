"""A file's first bytes → what it is, whatever it calls itself; and the endings that fit."""

from collections.abc import Mapping

#: Media type → endings, the one that is added first. What is in no line of this is a page, a programme, or nothing known.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "image/avif": (".avif",),
    "application/pdf": (".pdf",),
    "video/mp4": (".mp4", ".m4v"),
    "video/quicktime": (".mov",),
    "video/3gpp": (".3gp", ".3gpp", ".3g2"),
    "video/webm": (".webm", ".mkv"),
    "audio/mp4": (".m4a",),
    "audio/mpeg": (".mp3",),
    "audio/aac": (".aac",),
    "audio/amr": (".amr",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/wav": (".wav",),
    "text/vcard": (".vcf",),
    "text/plain": (".txt", ".csv", ".log", ".md"),
}
# Sources: PNG 3rd edition, 5.2; JPEG (ITU-T T.81), B.1.1.3; GIF89a, 17; PDF (ISO 32000-2), 7.5.2; EBML (RFC 8794), 11.2.1;
# Ogg (RFC 3533), 6; AMR (RFC 4867), 5.1; ID3v2.4, 3.1; vCard (RFC 6350), 6.1.1; as known on 2026-11-29.
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"BEGIN:VCARD", "text/vcard"),
)
#: Of a RIFF container. Sources: WebP (RFC 9649), 2.4; Microsoft's RIFF WAVE.
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
#: Major brands of an ISO base media file that are no plain MP4. Source: the MP4 registration authority's list of brands, as known on 2026-11-29.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}
#: Second byte of a sound's frame, after 0xFF. Sources: ISO/IEC 11172-3, 2.4.1.3; ISO/IEC 13818-7, 6.2 (ADTS).
_FRAMES = {**dict.fromkeys((0xFA, 0xFB, 0xF2, 0xF3), "audio/mpeg"), **dict.fromkeys((0xF1, 0xF9), "audio/aac")}
#: Bytes that are looked at to tell text from anything else.
_LOOKED_AT = 4_096


def kind_of(content: bytes) -> str | None:
    """Name the media type of a picture, a PDF, a video, a sound or a plain text by its bytes; None: it is none of these."""
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12])
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "video/3gpp" if brand[:2] == b"3g" else _BRANDS.get(brand, "video/mp4")
    if found := next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None):
        return found
    if content[:1] == b"\xff":
        return _FRAMES.get(content[1]) if len(content) > 1 else None
    return "text/plain" if _is_plain(content) else None


def named(name: str, kind: str) -> str:
    """Give a file's name an ending that fits what it is."""
    endings = ENDINGS[kind]
    return name if name.lower().endswith(endings) else f"{name or 'file'}{endings[0]}"


def _is_plain(content: bytes) -> bool:
    """Say whether bytes are text and no page, script or markup."""
    begins = content[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begins or begins.startswith((b"<", b"{", b"[", b"#!", b"%!")) or b"\0" in content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return not any((byte < 0x20 and byte not in b"\t\n\r\f") or byte == 0x7F for byte in begins)  # noqa: PLR2004 - control characters
