"""A phone number in the one form that every SMS gateway understands: E.164, `+213555123456`.

Ahmed types `0555 12 34 56`, his sister `+213 555 123 456`. Both are the same telephone.
The rules for each country come from Google's libphonenumber, https://github.com/daviddrysdale/python-phonenumbers.
"""

from __future__ import annotations

import phonenumbers

#: How a number without a country code is read: as an Algerian one.
REGION = "DZ"


def e164(text: str) -> str | None:
    """The number in E.164, or None when no telephone in the world has it."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
