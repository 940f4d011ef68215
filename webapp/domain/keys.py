"""One secret, many purposes: a separate key for each, so that one leak is not all leaks.

HKDF with SHA-256 (RFC 5869), extract and expand to one block, from the installation's
SECRET_KEY.
"""

import hashlib
import hmac
from enum import StrEnum

SALT = b"practice calendar keys v1"


class Purpose(StrEnum):
    """What a derived key is for."""

    SIGN_IN = "sign-in sessions"
    TOKENS = "google tokens at rest"
    FEEDS = "feed addresses"
    JOBS = "queued jobs"
    EVENT_IDS = "google event ids"
    CHANNELS = "watch channels"


def derived_key(secret_key: str, purpose: Purpose) -> bytes:
    """32 bytes for `purpose`; the same secret always gives the same key."""
    extracted = hmac.new(SALT, secret_key.encode(), hashlib.sha256).digest()
    return hmac.new(extracted, purpose.value.encode() + b"\x01", hashlib.sha256).digest()


def digest(secret: str) -> str:
    """What is stored of a long random secret: nobody gets it back from that."""
    return hashlib.sha256(secret.encode()).hexdigest()
