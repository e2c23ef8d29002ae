"""A mail as it came, taken apart: who it was for, and what a reader of plain text sees. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail as it came: who it was for, and what a reader of plain text sees."""

    id: int
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    text: str
    html: str
    #: The whole mail, every header included, as it went over the line.
    raw: bytes = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """The mail for a list; without its HTML, which no page of ours would show as such."""
        return {
            "id": self.id, "from": self.sender, "to": list(self.recipients), "subject": self.subject,
            "messageId": self.message_id, "text": self.text,
        }  # fmt: skip


def read_mail(content: bytes, *, number: int, sender: str, recipients: Sequence[str]) -> Mail:
    """Take a mail apart. `sender` and `recipients` are the envelope's: the headers may say anything."""
    message = message_from_bytes(content, policy=default)
    return Mail(
        id=number,
        sender=sender,
        recipients=tuple(recipients),
        subject=str(message["Subject"] or ""),
        message_id=str(message["Message-ID"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        raw=content,
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
