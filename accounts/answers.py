"""Answers kept by Idempotency-Key: a request that is sent again gets the answer of the first one, for a day.

Effect and answer commit together. What is still without an answer after `TURN_LASTS` came to nothing, and the next
who asks takes the turn; a late first one then finds the turn gone and is undone.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import KeptAnswer, Organisation

KEPT_FOR = timedelta(hours=24)
TURN_LASTS = timedelta(minutes=2)


class OtherRequest(Exception):
    """The key came with another request before."""


class InFlight(Exception):
    """The same request is being answered just now."""


@transaction.atomic
def begin(
    *, organisation: Organisation, key: str, request_hash: str, at: datetime | None = None
) -> KeptAnswer:
    """The kept answer (it has a status), or a turn to make it. Raises OtherRequest and InFlight."""
    at = at or timezone.now()
    KeptAnswer.objects.filter(organisation=organisation, key=key, begun_at__lte=at - KEPT_FOR).delete()
    mine = uuid.uuid4()
    found, is_new = KeptAnswer.objects.get_or_create(
        organisation=organisation,
        key=key,
        defaults={"request_hash": request_hash, "turn": mine, "begun_at": at},
    )
    if is_new:
        return found
    if found.request_hash != request_hash:
        raise OtherRequest(_("This Idempotency-Key came with another request before."))
    if found.status is not None:
        return found
    abandoned = KeptAnswer.objects.filter(
        pk=found.pk, status=None, turn=found.turn, begun_at__lte=at - TURN_LASTS
    )
    if not abandoned.update(turn=mine, begun_at=at):
        raise InFlight(_("The same request is being answered just now; ask again in a moment."))
    found.turn, found.begun_at = mine, at
    return found


def keep(answer: KeptAnswer, *, status: int, body: str, location: str = "") -> None:
    """Keep the answer, in the transaction of its effect. Raises InFlight when the turn was lost."""
    mine = KeptAnswer.objects.filter(pk=answer.pk, turn=answer.turn, status=None)
    if not mine.update(status=status, body=body, location=location):
        raise InFlight(_("The same request is being answered just now; ask again in a moment."))


def give_up(answer: KeptAnswer) -> None:
    """Leave the key free: nothing was done and nothing was answered."""
    KeptAnswer.objects.filter(pk=answer.pk, turn=answer.turn, status=None).delete()


def forget(at: datetime | None = None) -> int:
    """Delete what is older than a day; how many."""
    at = at or timezone.now()
    count, _by_model = KeptAnswer.objects.filter(begun_at__lte=at - KEPT_FOR).delete()
    return count
