"""RS256 identity tokens and the key set that verifies them (GOOGLE.md 1.10)."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from emulator.grants import AccessToken
from emulator.model import Account
from emulator.scopes import SIGN_IN
from emulator.state import State


def issue(state: State, account: Account, access: AccessToken, *, nonce: str) -> str:
    """A signed token for the account; `iss` is the stand-in's own origin."""
    now = int(state.clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": state.origin,
        "azp": access.client,
        "aud": access.client,
        "sub": account.sub,
        "at_hash": _encoded(hashlib.sha256(access.value.encode()).digest()[:16]),
        "iat": now,
        "exp": now + 3600,
    }
    claims |= {"nonce": nonce} if nonce else {}
    claims |= identity(account, access.scopes)
    return _signed(state, claims)


def identity(account: Account, scopes: list[str]) -> dict[str, Any]:
    """The claims that the granted sign-in scopes open."""
    claims: dict[str, Any] = {}
    if SIGN_IN["email"] in scopes:
        claims |= {"email": account.email, "email_verified": True}
    if SIGN_IN["profile"] in scopes:
        claims |= {"name": account.name, "picture": ""}
    return claims


def key_set(state: State) -> dict[str, Any]:
    """The JWKS document."""
    numbers = _key(state).public_key().public_numbers()
    key = {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": _key_id(state),
        "n": _encoded(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8)),
        "e": _encoded(numbers.e.to_bytes(3)),
    }
    return {"keys": [key]}


def _signed(state: State, claims: dict[str, Any]) -> str:
    header = {"alg": "RS256", "kid": _key_id(state), "typ": "JWT"}
    parts = [
        _encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims)
    ]
    signature = _key(state).sign(".".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())
    return ".".join([*parts, _encoded(signature)])


def _key(state: State) -> rsa.RSAPrivateKey:
    """Made at first need: key generation takes a moment, and most tests never sign anything."""
    with state.lock:
        if not state.key_pem:
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            kind = serialization.PrivateFormat.PKCS8
            plain = serialization.NoEncryption()
            state.key_pem = made.private_bytes(serialization.Encoding.PEM, kind, plain).decode()
        return _read(state.key_pem)


@lru_cache(maxsize=8)
def _read(pem: str) -> rsa.RSAPrivateKey:
    """Checking a key's numbers costs more than all else in a refresh, so it is done once."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _key_id(state: State) -> str:
    return hashlib.sha256(
        _key(state)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()[:40]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
