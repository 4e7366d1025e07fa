"""Settings of a connection → the mailbox in which its answers and bounces arrive."""

from doorstep.domain.plugins import ImapRequest, Settings
from doorstep.domain.reading import setting_of
from doorstep.errors import MisconfiguredError

_PORTS = {"tls": 993, "starttls": 143, "none": 143}


def mailbox_of(settings: Settings) -> ImapRequest | None:
    """Return the mailbox to be read; None where the connection has none.

    Raises:
        MisconfiguredError: it has one, and not all that it takes to read it.
    """
    if not (host := settings.get("imap_host", "").strip()):
        return None
    security = settings.get("imap_security", "").strip() or "tls"
    if security not in _PORTS:
        raise MisconfiguredError("imap_security is none of: tls, starttls, none")
    given = settings.get("imap_port", "").strip() or str(_PORTS[security])
    if not (given.isascii() and given.isdigit() and 0 < int(given[:6]) < 65_536):  # noqa: PLR2004 - ports
        raise MisconfiguredError("imap_port is not a number from 1 to 65535")
    return ImapRequest(
        host=host,
        port=int(given),
        username=setting_of(settings, "imap_username"),
        password=setting_of(settings, "imap_password"),
        folder=settings.get("imap_folder", "").strip() or "INBOX",
        security=security,
    )
