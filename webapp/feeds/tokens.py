"""The secret part of a feed address: which link, which generation, and the proof that we made it.

16 bytes of link id, 4 of generation and 24 of HMAC-SHA256, in base64url: 59 characters. Nothing
secret has to be stored, a guess is refused without a query, and a reset is one number higher
(docs/decisions/0002-feed-addresses-store-no-secret.md).
"""

import base64
import binascii
import hmac
import struct
from functools import lru_cache

ID_BYTES = 16
SIGNATURE_BYTES = 24
TOKEN_BYTES = ID_BYTES + 4 + SIGNATURE_BYTES
TOKEN_LENGTH = 59
PUBLIC_LENGTH = (ID_BYTES + 4) * 8 // 6
"""Whole characters in front of the proof; the next one holds some of its bits."""


def address_token(key: bytes, link_id: str, generation: int) -> str:
    """The token of a link (32 hex digits) in its `generation`."""
    named = bytes.fromhex(link_id) + struct.pack(">I", generation)
    return _text(named + _signature(key, named))


def public_part(token: str) -> str:
    """What a token says before its proof begins: which link."""
    return token[:PUBLIC_LENGTH]


@lru_cache(maxsize=1024)
def read_token(key: bytes, token: str) -> tuple[str, int] | None:
    """Link id and generation of a token that we made; None for anything else.

    The comparison takes the same time whatever is wrong. Each token has one spelling.
    """
    raw = _bytes(token)
    named = raw[: ID_BYTES + 4]
    if not hmac.compare_digest(raw[ID_BYTES + 4 :], _signature(key, named)):
        return None
    if _text(raw) != token:
        return None
    return named[:ID_BYTES].hex(), struct.unpack(">I", named[ID_BYTES:])[0]


def _signature(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, named, "sha256")[:SIGNATURE_BYTES]


def _bytes(token: str) -> bytes:
    """The token's bytes; as many zeros when it cannot be one, so that a check still takes place."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=")
    except (UnicodeEncodeError, binascii.Error):
        return bytes(TOKEN_BYTES)
    return raw if len(raw) == TOKEN_BYTES else bytes(TOKEN_BYTES)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
