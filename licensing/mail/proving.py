"""Whether the mail server proved the sender's address: Authentication-Results (RFC 8601) of our own server only.

A sender can write such a head too. Ours stands above all that was sent, so only the topmost one is read, and only
when it names the server that is configured; that server must strip others in its name.
"""

from __future__ import annotations

import re

from django.conf import settings

from licensing.mail.reading import Letter

PASS, NONE, FAIL = "PASS", "NONE", "FAIL"
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*(dmarc|dkim|spf)\s*=\s*([a-z]+)", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?:header\.(?:from|d|i)|smtp\.mailfrom)\s*=\s*\"?(?:[^\s@;\"]*@)?([a-z0-9.-]+)", re.IGNORECASE
)


def of(letter: Letter) -> str:
    """PASS, FAIL, or NONE where nobody who is believed says anything."""
    heads = letter.said("authentication-results")
    if not settings.MAIL_AUTHSERV_ID or not heads or len(letter.senders) != 1:
        return NONE
    server, *results = _COMMENT.sub(" ", heads[0]).split(";")
    if (server.split() or [""])[0].lower() != settings.MAIL_AUTHSERV_ID.lower():
        return NONE
    return _weighed(results, letter.senders[0].rpartition("@")[2])


def _weighed(results: list[str], domain: str) -> str:
    """The domain owner's policy decides; without one, a signature or a path that is aligned with the address."""
    found = [(match[1].lower(), match[2].lower(), said) for said in results if (match := _RESULT.match(said))]
    policies = [(answer, said) for method, answer, said in found if method == "dmarc"]
    if policies:
        if any(answer == "fail" for answer, _said in policies):
            return FAIL
        if any(answer == "pass" and _is_aligned(said, domain) for answer, said in policies):
            return PASS
    others = [(answer, said) for method, answer, said in found if method != "dmarc"]
    if any(answer == "pass" and _is_aligned(said, domain) for answer, said in others):
        return PASS
    return FAIL if any(answer == "fail" for answer, _said in others) else NONE


def _is_aligned(said: str, domain: str) -> bool:
    match = _DOMAIN.search(said)
    proven = match[1].lower().rstrip(".") if match else ""
    is_above = "." in proven and domain.endswith(f".{proven}")
    return bool(proven) and (proven == domain or is_above or proven.endswith(f".{domain}"))
