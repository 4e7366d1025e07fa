"""What a program says of itself → a registered client, or why not (RFC 7591). All are public clients: none gets a secret to lose."""

from urllib.parse import urlsplit

from mcp.server.auth.provider import RegistrationError
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata
from pydantic import ValidationError

from doorstep.steps.assistants import Scope
from doorstep.store.assistants import Client
from doorstep.web.look.asking import clean_text

_MOST_REDIRECTS, _LONGEST_REDIRECT, _LONGEST_NAME = 5, 400, 60
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: Schemes that a browser runs, opens or sends by itself instead of handing them to a program.
_NEVER = frozenset(
    {"about", "blob", "data", "file", "filesystem", "ftp", "javascript", "mailto", "sms", "tel", "vbscript", "view-source", "ws", "wss"}
)
_GRANTS = ["authorization_code", "refresh_token"]


def read_client(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Read what a program registers: its name and where customers may be led back to.

    Raises:
        RegistrationError: it cannot be let in so; the text says why.
    """
    try:
        said = OAuthClientMetadata.model_validate_json(body)
    except (ValidationError, RecursionError):
        raise RegistrationError("invalid_client_metadata", "the body is no client metadata of RFC 7591") from None
    redirects = tuple(str(one) for one in said.redirect_uris or ())
    if not 0 < len(redirects) <= _MOST_REDIRECTS or not all(may_lead_back(one) for one in redirects):
        text = (
            f"redirect_uris: 1 to {_MOST_REDIRECTS}, each https, http on the loopback, or a scheme of the program's own, without a fragment"
        )
        raise RegistrationError("invalid_redirect_uri", text)
    if "authorization_code" not in said.grant_types or "code" not in said.response_types:
        raise RegistrationError("invalid_client_metadata", "grant_types needs authorization_code, response_types code")
    return clean_text(said.client_name, _LONGEST_NAME) or host_of(redirects[0]), redirects


def may_lead_back(address: str) -> bool:
    """Tell whether a customer may be led to an address. Source: RFC 8252 sections 7 and 8, as known on 2026-11-30."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if len(address) > _LONGEST_REDIRECT or not address.isascii() or "#" in address or parts.username is not None:
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme == "http":
        return host in _LOOPBACK
    return bool(parts.scheme) and parts.scheme not in _NEVER


def host_of(address: str) -> str:
    """Name where an address leads, as a customer may judge it: its host, else the program's own scheme."""
    parts = urlsplit(address)
    return parts.hostname or parts.scheme


def client_shown(client: Client) -> OAuthClientInformationFull:
    """Show a client in the SDK's form."""
    return OAuthClientInformationFull.model_validate(
        {
            "client_id": client.client_id,
            "client_name": client.name,
            "redirect_uris": list(client.redirects),
            "token_endpoint_auth_method": "none",
            "grant_types": _GRANTS,
            "response_types": ["code"],
            "scope": " ".join(Scope),
        }
    )
