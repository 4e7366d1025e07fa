"""What the SDK's handlers of OAuth ask of one merchant → its programs, what its customers agreed to, and the tokens for it."""

from typing import Any
from urllib.parse import urlencode

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    IdentityAssertionParams,
    RefreshToken,
    RegistrationError,
    TokenError,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from doorstep.steps import assistants as granting
from doorstep.steps.assistants import ACCESS_LASTS, Scope, Wish
from doorstep.steps.directory import Tenant
from doorstep.steps.work import utc_now
from doorstep.store import assistants
from doorstep.store.assistants import Grant, Issued
from doorstep.store.database import Tx
from doorstep.web.house import House
from doorstep.web.look.asking import is_token
from doorstep.web.mcp.registering import client_shown

_LONGEST_STATE, _LONGEST_CHALLENGE = 512, 128
#: Where the customer answers, below our address.
ALLOW_PAGE = "/me/{slug}/assistant/allow"


def issuer_of(house: House, slug: str) -> str:
    """Name a merchant's tools, who lets in there too."""
    return f"{house.settings.base_url}/mcp/{slug}"


class Provider:
    """What the SDK's handlers ask of one merchant. Every method is one question of theirs."""

    def __init__(self, house: House, tenant: Tenant) -> None:
        self.house, self.tenant, self.merchant_id = house, tenant, tenant.merchant.merchant_id

    def _tx(self) -> Any:
        return self.house.database.for_merchant(self.merchant_id)

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        """Find a program that registered itself."""
        if not is_token(client_id):
            return None
        async with self._tx() as tx:
            client = await assistants.client_of(tx, self.merchant_id, client_id)
        return client_shown(client) if client else None

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Refuse: programs register by `_register`, which gives no secrets out."""
        raise RegistrationError("invalid_client_metadata", client_info.client_id)

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """Lead to the page where the customer signs in and answers."""
        if params.resource and params.resource.rstrip("/") != issuer_of(self.house, self.tenant.merchant.slug):
            raise AuthorizeError("invalid_target", "the resource is another one")
        if len(params.state or "") > _LONGEST_STATE or len(params.code_challenge) > _LONGEST_CHALLENGE:
            raise AuthorizeError("invalid_request", "state or code_challenge is too long")
        scopes = granting.scopes_of(params.scopes or tuple(Scope), self.tenant.merchant)
        if not scopes:
            raise AuthorizeError("invalid_scope", "this shop lets assistants do none of this")
        wish = Wish(
            client_id=client.client_id,
            redirect=str(params.redirect_uri),
            challenge=params.code_challenge,
            scopes=scopes,
            state=params.state,
            at=utc_now(),
        )
        sealed = granting.wish_token(self.house.directory.sealer, self.merchant_id, wish)
        page = ALLOW_PAGE.format(slug=self.tenant.merchant.slug)
        return f"{self.house.settings.base_url}{page}?{urlencode({'ask': sealed})}"

    async def load_authorization_code(self, client: OAuthClientInformationFull, authorization_code: str) -> AuthorizationCode | None:
        """Find what a code stands for."""
        async with self._tx() as tx:
            found = await assistants.by_code(tx, self.merchant_id, authorization_code, utc_now())
        if found is None or found.grant.client_id != client.client_id:
            return None
        return AuthorizationCode.model_validate(
            {
                "code": authorization_code,
                "scopes": list(found.grant.scopes),
                "expires_at": found.expires_at.timestamp(),
                "client_id": client.client_id,
                "code_challenge": found.challenge,
                "redirect_uri": found.redirect,
                "redirect_uri_provided_explicitly": True,
            }
        )

    async def exchange_authorization_code(self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode) -> OAuthToken:
        """Give the first tokens out."""
        now, code = utc_now(), authorization_code.code
        async with self._tx() as tx:
            found = await assistants.by_code(tx, self.merchant_id, code, now)
            issued = await granting.exchange_code(tx, self.merchant_id, found.grant, code, now) if found else None
        if found is None or issued is None or found.grant.client_id != client.client_id:
            raise TokenError("invalid_grant", "this code was exchanged before")
        return _token(found.grant, issued)

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> RefreshToken | None:
        """Find what a refresh token refreshes; a copy of one that was used ends the grant."""
        async with self._tx() as tx:
            grant = await granting.find_refresh(tx, self.merchant_id, refresh_token, utc_now())
        if grant is None or grant.client_id != client.client_id:
            return None
        expires_at = int(grant.expires_at.timestamp())
        return RefreshToken(token=refresh_token, client_id=client.client_id, scopes=list(grant.scopes), expires_at=expires_at)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        """Give new tokens out; they may do what the customer agreed to, whatever part of it is asked for."""
        now = utc_now()
        if refresh_token.client_id != client.client_id or not set(scopes) <= set(refresh_token.scopes):
            raise TokenError("invalid_grant", "this refresh token is another program's, or for less")
        async with self._tx() as tx:
            grant = await granting.find_refresh(tx, self.merchant_id, refresh_token.token, now)
            issued = await granting.exchange_refresh(tx, self.merchant_id, grant, refresh_token.token, now) if grant else None
        if grant is None or issued is None:
            raise TokenError("invalid_grant", "this refresh token was exchanged before")
        return _token(grant, issued)

    async def load_access_token(self, token: str) -> AccessToken | None:
        """Find what a token opens."""
        async with self._tx() as tx:
            found = await assistants.by_access(tx, self.merchant_id, token, utc_now())
        if found is None or found[0].client_id is None:
            return None
        return AccessToken(token=token, client_id=found[0].client_id, scopes=list(found[0].scopes), subject=str(found[0].grant_id))

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        """End the grant that a token belongs to."""
        now = utc_now()
        async with self._tx() as tx:
            grant = await self._grant_of(tx, token)
            if grant is not None:
                await granting.end(tx, self.merchant_id, grant, "the program gave its token back", now)

    async def exchange_identity_assertion(self, client: OAuthClientInformationFull, params: IdentityAssertionParams) -> OAuthToken:
        """Refuse: only customers themselves let programs in."""
        raise TokenError(
            "unsupported_grant_type", f"{client.client_id} cannot be let in by {len(params.assertion)} bytes of another's word"
        )

    async def _grant_of(self, tx: Tx, token: AccessToken | RefreshToken) -> Grant | None:
        if isinstance(token, RefreshToken):
            return await granting.find_refresh(tx, self.merchant_id, token.token, utc_now())
        found = await assistants.by_access(tx, self.merchant_id, token.token, utc_now())
        return found[0] if found else None


def _token(grant: Grant, issued: Issued) -> OAuthToken:
    return OAuthToken(
        access_token=issued.access,
        expires_in=int(ACCESS_LASTS.total_seconds()),
        scope=" ".join(grant.scopes),
        refresh_token=issued.refresh,
    )
