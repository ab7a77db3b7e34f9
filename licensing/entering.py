"""The way into a supplier room: the link, the one-time code, the visit. What opens something is kept as a hash only.

The link lets its holder ask for a code, which goes to the invited address and to no other. A code opens one visit of
one invitation, which is no sign-in. Only `ask_code`, `enter`, `leave` and what renews a secret write.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from licensing import rooms
from licensing.models import RoomCode, RoomInvitation
from licensing.models.room import MOST_TRIES
from workflow import engine, errands

CODE_LASTS = timedelta(minutes=10)
VISIT_LASTS = timedelta(hours=8)
CODE_EVERY = timedelta(minutes=1)
MOST_CODES_A_DAY = 10
SEND_CODE = "licensing.send_room_code"


class TooManyCodes(engine.Refusal):
    """A code was sent a moment ago, or too many today; `wait` says how long until the next."""

    def __init__(self, message: str, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(message)


def find_open(token: str, at: datetime | None = None) -> RoomInvitation | None:
    """The open invitation this token belongs to. Reads only."""
    offers = RoomInvitation.objects.open(at).filter(case__importer__is_active=True)
    related = ("case__importer", "case__certificate", "case__licence", "invited_by")
    return offers.select_related(*related).filter(token_hash=rooms.hashed(token)).first()


def renew_token(invitation: RoomInvitation, at: datetime | None = None) -> str | None:
    """A fresh secret for the mail, which voids the one before; None when the invitation is over."""
    token = secrets.token_urlsafe(20)
    renewed = RoomInvitation.objects.open(at).filter(pk=invitation.pk).update(token_hash=rooms.hashed(token))
    return token if renewed else None


@transaction.atomic
def ask_code(*, invitation: RoomInvitation, at: datetime | None = None) -> RoomCode:
    """Owe one code to the invited address. Raises TooManyCodes within a minute of the last and after ten in a day."""
    at = at or timezone.now()
    rooms.hold_open(invitation, at)
    asked = list(
        invitation.codes.filter(asked_at__gt=at - timedelta(days=1)).values_list("asked_at", flat=True)
    )
    if len(asked) >= MOST_CODES_A_DAY:
        wait = min(asked) + timedelta(days=1) - at
        raise TooManyCodes(_("Too many codes were sent today. Try again tomorrow."), wait)
    if asked and max(asked) > at - CODE_EVERY:
        raise TooManyCodes(
            _("A code was sent a moment ago. Look into your mail."), max(asked) + CODE_EVERY - at
        )
    code = RoomCode.objects.create(invitation=invitation, asked_at=at)
    errands.owe(SEND_CODE, subject=code)
    return code


def waiting_code(invitation: RoomInvitation, at: datetime | None = None) -> RoomCode | None:
    """The last code, while it is on its way or can still be entered. Reads only."""
    at = at or timezone.now()
    last = invitation.codes.first()
    if last is None or last.entered_at or last.tries >= MOST_TRIES:
        return None
    return last if (last.expires_at or last.asked_at + CODE_LASTS) > at else None


def renew_code(code: RoomCode, at: datetime | None = None) -> str | None:
    """Fresh digits for the mail, which void those before; None when the code was asked for too long ago."""
    at = at or timezone.now()
    digits = f"{secrets.randbelow(10**6):06d}"
    fresh = RoomCode.objects.filter(pk=code.pk, entered_at=None, tries=0, asked_at__gt=at - CODE_LASTS)
    renewed = fresh.update(code_hash=_keyed(code.pk, digits), expires_at=at + CODE_LASTS)
    return digits if renewed and RoomInvitation.objects.open(at).filter(pk=code.invitation_id) else None


@transaction.atomic
def enter(*, invitation: RoomInvitation, digits: str, at: datetime | None = None) -> str | None:
    """Spend the last code; the secret of the visit it opens, or None for a wrong, old, used or locked one."""
    at = at or timezone.now()
    last = invitation.codes.first()
    if last is None:
        return None
    usable = RoomCode.objects.filter(
        pk=last.pk, entered_at=None, expires_at__gt=at, tries__lt=MOST_TRIES
    ).exclude(code_hash="")
    if not usable.update(tries=F("tries") + 1):
        return None
    if not hmac.compare_digest(last.code_hash, _keyed(last.pk, digits)):
        _note_lock(invitation, last, at)
        return None
    secret = secrets.token_urlsafe(20)
    until = min(at + VISIT_LASTS, invitation.expires_at)
    mine = RoomCode.objects.filter(pk=last.pk, entered_at=None)
    if not mine.update(entered_at=at, visit_hash=rooms.hashed(secret), visit_until=until):
        return None
    rooms.note_use(invitation, at)
    rooms.record("enter_room", invitation, by=rooms.actor_of(invitation), at=at)
    return secret


def _note_lock(invitation: RoomInvitation, code: RoomCode, at: datetime) -> None:
    if RoomCode.objects.filter(pk=code.pk, tries__gte=MOST_TRIES).exists():
        rooms.record("lock_code", invitation, by=rooms.actor_of(invitation), at=at)


def visit(invitation: RoomInvitation, secret: str, at: datetime | None = None) -> RoomCode | None:
    """The visit of this invitation that the secret belongs to, while it lasts. Reads only."""
    open_now = invitation.codes.filter(visit_until__gt=at or timezone.now())
    return open_now.filter(visit_hash=rooms.hashed(secret)).first() if secret else None


def leave(visited: RoomCode, at: datetime | None = None) -> None:
    """End a visit."""
    RoomCode.objects.filter(pk=visited.pk).update(visit_until=at or timezone.now())


def _keyed(pk: int, digits: str) -> str:
    """HMAC with the installation's secret: a million codes are soon tried against a plain hash."""
    return salted_hmac("licensing.room.code", f"{pk}:{digits}", algorithm="sha256").hexdigest()
