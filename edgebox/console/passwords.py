"""Passwords as argon2id hashes."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second choice for argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """Return the hash of a password, as a PHC string. Takes tens of milliseconds and 19 MiB."""
    return _HASHER.hash(password)


def matches(password: str, kept: str) -> bool:
    """Return whether a password is the one of a hash. Takes as long as ``hashed``."""
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Return whether a hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(kept)


def one_time() -> str:
    """Return a password to be changed at the first login: 12 characters that are easy to read."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # not i, l, o, 0 and 1
    groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)]
    return "-".join(groups)
