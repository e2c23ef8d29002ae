"""A phone number in the one form that every SMS gateway understands: E.164, `+213555123456`.

Ahmed types `0555 12 34 56`, his sister `+213 555 123 456`. Both are the same telephone.
The rules for each country come from Google's libphonenumber, https://github.com/daviddrysdale/python-phonenumbers.
"""

from __future__ import annotations

import re
from functools import cache

import phonenumbers

#: How a number without a country code is read: as an Algerian one.
REGION = "DZ"
#: An Algerian mobile number, as nearly everybody writes it: 0555 12 34 56, +213 555-123-456, 00213555123456.
USUAL = re.compile(r"(?:\+|00)213 ?([567](?:[ -]?[0-9]){8})|0([567](?:[ -]?[0-9]){8})")


def e164(text: str) -> str | None:
    """The number in E.164, or None when no telephone in the world has it."""
    if usual := USUAL.fullmatch(text):
        digits = (usual[1] or usual[2]).replace(" ", "").replace("-", "")
        if _mobile().fullmatch(digits):
            return f"+213{digits}"
    return _thoroughly(text)


@cache
def _mobile() -> re.Pattern[str]:
    """Which of the usual ones really exist, in libphonenumber's own words."""
    algeria = phonenumbers.PhoneMetadata.metadata_for_region(REGION)
    known = algeria and algeria.mobile and algeria.mobile.national_number_pattern
    return re.compile(known or r"(?!)")  # not known, or nothing like it: then the long way decides


def _thoroughly(text: str) -> str | None:
    # All countries and spellings: a twentieth of a millisecond, which a rush would pay for every order.
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
