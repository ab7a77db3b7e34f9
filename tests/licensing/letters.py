"""Mails as they come, made by hand so that they can be as wrong as they come."""

import base64
from email.message import EmailMessage
from email.utils import format_datetime

from django.utils import timezone

EXPORTER = "li@exporter.test"


def head(text, charset="utf-8"):
    """A head in RFC 2047, base64."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def letter(
    text="The application has been accepted.",
    *,
    sender=EXPORTER,
    to="cases@euc.test",
    subject="Licence",
    charset="utf-8",
    declared=None,
    encoding="base64",
    kind="plain",
    number=1,
    more=(),
    date=None,
):
    """A mail of one text part; `declared` may be another charset than the one it is written in."""
    content = text.encode(charset)
    body = base64.encodebytes(content) if encoding == "base64" else content
    heads = [
        *more,
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Date: {format_datetime(timezone.now()) if date is None else date}",
        f"Message-ID: <{number}@exporter.test>",
        "MIME-Version: 1.0",
        f"Content-Type: text/{kind}; charset={declared or charset}",
        f"Content-Transfer-Encoding: {encoding}",
    ]
    lines = [one if isinstance(one, bytes) else one.encode() for one in heads]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def with_files(*files, text="See the file.", sender=EXPORTER, to="cases@euc.test", number=1):
    """A mail with attachments: (name, type, content)."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, "Files"
    made["Message-ID"] = f"<{number}@exporter.test>"
    made["Date"] = format_datetime(timezone.now())
    made.set_content(text)
    for name, kind, content in files:
        maintype, _slash, subtype = kind.partition("/")
        made.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return made.as_bytes()


def nested(depth, sender=EXPORTER, to="cases@euc.test"):
    """Multiparts in multiparts."""
    lines = [f"From: {sender}", f"To: {to}", "Message-ID: <deep@exporter.test>", "MIME-Version: 1.0"]
    for level in range(depth):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    lines += ["Content-Type: text/plain", "", "The application has been accepted."]
    lines += [f"--b{level}--" for level in reversed(range(depth))]
    return "\r\n".join(lines).encode()
