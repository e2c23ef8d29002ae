"""An e-mail address that could exist, in the one form that every mail server takes.

Only the form is looked at. Whether anybody reads the mail is known after a mail has been sent, not before;
and asking the DNS about a stranger's text would make our answer wait for somebody else's server.
See RFC 5321 and https://github.com/JoshData/python-email-validator.
"""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

#: The longest address that SMTP carries, in characters: RFC 5321, section 4.5.3.1.3.
MAX_EMAIL = 254


def email_address(text: str) -> str | None:
    """The address with its domain in small letters and in ASCII, or None when no mail could ever reach it."""
    text = text.strip()
    if len(text) > MAX_EMAIL:
        return None
    try:
        # SMTPUTF8, for letters beyond ASCII before the @, is something that many mail servers still refuse.
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    address = found.ascii_email
    return address if address is not None and len(address) <= MAX_EMAIL else None
