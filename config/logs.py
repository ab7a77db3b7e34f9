"""What no log may hold: the secrets that stand in addresses."""

from __future__ import annotations

import logging
import re

SECRET = re.compile(r"/(room|invitations)/[^/\s?]+")


class SecretsInAddresses(logging.Filter):
    """Puts a dash in the place of the secret of a supplier room's link, and of an invitation to an account."""

    def filter(self, record: logging.LogRecord) -> bool:
        told = record.getMessage()
        if "/room/" in told or "/invitations/" in told:
            record.msg, record.args = SECRET.sub(r"/\1/-", told), ()
        return True
