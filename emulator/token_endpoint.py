"""Token, revocation, tokeninfo and userinfo, and the discovery document, as bytes (GOOGLE.md 1.1,
1.3 to 1.6).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import unquote

from emulator import id_tokens
from emulator.grants import AccessToken, Code
from emulator.model import Json
from emulator.scopes import is_sign_in
from emulator.state import State
from emulator.wire import JSON_TYPE, NO_CACHE, Request, Response


class TokenRefused(Exception):
    """An error body of 1.5: clients branch on `error` only."""

    def __init__(self, status: int, error: str, description: str = "") -> None:
        super().__init__(error)
        self.status, self.error, self.description = status, error, description


def discovery(state: State) -> Json:
    """The OpenID configuration; every address lies on the stand-in's own origin."""
    origin = state.origin
    return {
        "issuer": origin,
        "authorization_endpoint": f"{origin}/o/oauth2/v2/auth",
        "token_endpoint": f"{origin}/token",
        "userinfo_endpoint": f"{origin}/v1/userinfo",
        "revocation_endpoint": f"{origin}/revoke",
        "jwks_uri": f"{origin}/oauth2/v3/certs",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            "aud",
            "email",
            "email_verified",
            "exp",
            "iat",
            "iss",
            "name",
            "picture",
            "sub",
        ],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    }


def token(state: State, request: Request, form: dict[str, str]) -> Response:
    """The token endpoint: a code or a refresh token becomes an access token."""
    with state.lock:
        try:
            client = _client(state, request, form)
            kind = form.get("grant_type", "")
            if kind == "authorization_code":
                return _json(_exchange(state, form, client))
            if kind == "refresh_token":
                return _json(_refresh(state, form, client))
            if not kind:
                raise TokenRefused(400, "invalid_request", "Missing required parameter: grant_type")
            raise TokenRefused(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")
        except TokenRefused as refused:
            return _refusal(refused)


def revoke(state: State, value: str) -> Response:
    """Removes the whole grant of this user for the whole project (GOOGLE.md 1.6)."""
    with state.lock:
        if state.grants.revoke(value) is None:
            return _refusal(TokenRefused(400, "invalid_token", "Token expired or revoked"))
        state.writes.note("", "")
    return _json({})


def tokeninfo(state: State, value: str) -> Response:
    with state.lock:
        now = state.clock.now()
        access = state.grants.live_access(value, now=now)
        if access is None:
            return _refusal(TokenRefused(400, "invalid_token", "Invalid Value"))
        seconds = int((access.expires_at - now).total_seconds())
        account = state.accounts[access.user]
        shown = {
            "azp": access.client,
            "aud": access.client,
            "sub": account.sub,
            "scope": " ".join(access.scopes),
            "exp": str(int(access.expires_at.timestamp())),
            "expires_in": str(seconds),
            "access_type": "offline",
        }
        return _json(shown | id_tokens.identity(account, access.scopes))


def userinfo(state: State, value: str) -> Response:
    with state.lock:
        access = state.grants.live_access(value, now=state.clock.now())
        if access is None or not any(is_sign_in(scope) for scope in access.scopes):
            return _refusal(TokenRefused(401, "invalid_request", "Invalid Credentials"))
        account = state.accounts[access.user]
        return _json({"sub": account.sub} | id_tokens.identity(account, access.scopes))


def _client(state: State, request: Request, form: dict[str, str]) -> str:
    client_id, secret = _credentials(request, form)
    if not client_id:
        raise TokenRefused(400, "invalid_request", "Could not determine client ID from request.")
    known = state.grants.clients.get(client_id)
    if known is None:
        if state.is_strict_about_clients:
            raise TokenRefused(401, "invalid_client", "The OAuth client was not found.")
        return client_id
    if known.secret and not hmac.compare_digest(known.secret, secret):
        raise TokenRefused(401, "invalid_client", "Unauthorized")
    return client_id


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(value).decode()
        except ValueError:
            raise TokenRefused(401, "invalid_client", "Unauthorized") from None
        client_id, _, secret = pair.partition(":")
        return unquote(client_id), unquote(secret)
    return form.get("client_id", ""), form.get("client_secret", "")


def _exchange(state: State, form: dict[str, str], client: str) -> Json:
    if not form.get("code"):
        raise TokenRefused(400, "invalid_request", "Missing required parameter: code")
    code = state.grants.codes.pop(form["code"], None)
    now = state.clock.now()
    if code is None or code.client != client or now >= code.expires_at:
        raise TokenRefused(400, "invalid_grant", "Bad Request")
    if form.get("redirect_uri") != code.redirect_uri:
        raise TokenRefused(400, "redirect_uri_mismatch", "Bad Request")
    if not _is_proven(code, form.get("code_verifier", "")):
        is_missing = not form.get("code_verifier")
        words = "Missing code verifier." if is_missing else "Invalid code verifier."
        raise TokenRefused(400, "invalid_grant", words)
    access = state.grants.issue_access(user=code.user, client=client, scopes=code.scopes, now=now)
    body: Json = {"access_token": access.value, "expires_in": state.knobs.access_token_seconds}
    if code.has_refresh:
        refresh = state.grants.issue_refresh(
            user=code.user, client=client, scopes=code.scopes, now=now, days=code.days
        )
        body["refresh_token"] = refresh.value
        if refresh.expires_at is not None:
            body["refresh_token_expires_in"] = int((refresh.expires_at - now).total_seconds()) - 1
    body |= {"scope": _shuffled(state, code.scopes), "token_type": "Bearer"}
    state.writes.note("", "")
    return body | _id_token(state, access, nonce=code.nonce)


def _refresh(state: State, form: dict[str, str], client: str) -> Json:
    if not form.get("refresh_token"):
        raise TokenRefused(400, "invalid_request", "Missing required parameter: refresh_token")
    now = state.clock.now()
    refresh = state.grants.live_refresh(form["refresh_token"], now=now)
    if refresh is None:
        raise TokenRefused(400, "invalid_grant", "Token has been expired or revoked.")
    if refresh.client != client:
        raise TokenRefused(401, "unauthorized_client", "Unauthorized")
    if state.accounts[refresh.user].is_deleted:
        raise TokenRefused(400, "invalid_grant", "Account has been deleted")
    wanted = form.get("scope", "").split()
    if not set(wanted) <= set(refresh.scopes):
        raise TokenRefused(400, "invalid_scope", "Bad Request")
    access = state.grants.issue_access(
        user=refresh.user, client=client, scopes=wanted or refresh.scopes, now=now
    )
    body = {
        "access_token": access.value,
        "expires_in": state.knobs.access_token_seconds,
        "scope": _shuffled(state, access.scopes),
        "token_type": "Bearer",
    }
    return body | _id_token(state, access, nonce="")


def _is_proven(code: Code, verifier: str) -> bool:
    if not code.challenge:
        return True
    if code.challenge_method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(code.challenge, verifier)


def _id_token(state: State, access: AccessToken, *, nonce: str) -> Json:
    if not any(is_sign_in(scope) for scope in access.scopes):
        return {}
    account = state.accounts[access.user]
    return {"id_token": id_tokens.issue(state, account, access, nonce=nonce)}


def _shuffled(state: State, scopes: list[str]) -> str:
    """The granted scopes in no guaranteed order (GOOGLE.md 1.3)."""
    return " ".join(state.dice.random.sample(scopes, len(scopes)))


def _json(body: Json) -> Response:
    return Response(
        200,
        {"Content-Type": JSON_TYPE, "Cache-Control": NO_CACHE},
        json.dumps(body, indent=2).encode(),
    )


def _refusal(refused: TokenRefused) -> Response:
    body = {"error": refused.error} | (
        {"error_description": refused.description} if refused.description else {}
    )
    return Response(refused.status, _json({}).headers, json.dumps(body, indent=2).encode())
