"""The admin's account: one password, kept as an Argon2 hash, and the key that signs cookies.

The password itself is shown once, when it is made, and stored nowhere. Argon2 is slow on purpose:
whoever steals the file can try only a few guesses a second. See RFC 9106, https://www.rfc-editor.org/rfc/rfc9106.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: OWASP's setting for small machines: 19 MiB and about 30 ms for each guess.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

#: Letters and digits that nobody mistakes for one another when reading from a screen.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is known about the admin: the password's hash, and the key of the cookies."""

    password_hash: str
    cookie_key: str

    @classmethod
    def create(cls, password: str) -> Account:
        """A new account for `password`, with a fresh cookie key: everybody signed in before is signed out."""
        return cls(password_hash=HASHER.hash(password), cookie_key=secrets.token_urlsafe(32))

    @classmethod
    def load(cls, path: Path) -> Account | None:
        """The account in the file `path`; None when there is no such file."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return cls(password_hash=data["password_hash"], cookie_key=data["cookie_key"])

    def save(self, path: Path) -> None:
        """Write the account to `path`, readable by this user only from the first byte on."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"password_hash": self.password_hash, "cookie_key": self.cookie_key}, file)

    def accepts(self, password: str) -> bool:
        """Whether this is the password. Takes some tens of milliseconds, whatever the answer."""
        try:
            return HASHER.verify(self.password_hash, password)
        except (VerificationError, InvalidHashError, UnicodeError):
            return False

    def __repr__(self) -> str:
        return "Account(…)"


def new_password() -> str:
    """Four groups of four letters, such as `k3mf-x8qa-p2wn-t7rd`: 79 bits, and still easy to type."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
