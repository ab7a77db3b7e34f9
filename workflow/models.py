"""What history and outbox store: Book and Event (hash-chained, append-only), Errand (work owed)."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workflow.append_only import AppendOnlyModel

RING_AGAIN_AFTER = timedelta(seconds=15)


class Book(models.Model):
    """The head of one hash chain. Each organisation's history is a book of its own, such as `org-7`."""

    name = models.CharField(max_length=40, unique=True)
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)

    def __str__(self):
        return self.name


class Event(AppendOnlyModel):
    """One thing somebody did: who, when, to what, from which status to which, and the chain's hash."""

    book = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=200)
    organisation_name = models.CharField(max_length=300)
    verb = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.PositiveBigIntegerField()
    reference = models.CharField(max_length=80)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20, blank=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["book", "number"], name="event_once_per_number")]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="event_by_subject")]

    def __str__(self):
        return f"{self.book} {self.number} {self.verb}"

    @property
    def action(self):
        """The bare verb: `submit` of `euc.certificate.submit`."""
        return self.verb.rpartition(".")[2]


class ErrandQuerySet(models.QuerySet):
    def runnable(self, at=None):
        """Pending, due, and leased to nobody (or to a worker that died)."""
        at = at or timezone.now()
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=at), state=Errand.PENDING, due_at__lte=at)

    def unheard(self, at=None):
        """Runnable, and its last hint is so old that it was probably lost."""
        at = at or timezone.now()
        return self.runnable(at).filter(rung_at__lt=at - RING_AGAIN_AFTER)

    def dead(self):
        return self.filter(state=Errand.DEAD)

    def about(self, subject):
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)


class Errand(models.Model):
    """What an event owes (make the document, send the message); written in the event's own transaction."""

    PENDING, DONE, DEAD = "PENDING", "DONE", "DEAD"
    STATES = [(PENDING, _("pending")), (DONE, _("done")), (DEAD, _("stopped after repeated failures"))]

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120, unique=True)
    book = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=60)
    subject_id = models.PositiveBigIntegerField()
    reference = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=STATES, default=PENDING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    rung_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ErrandQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="errand_by_state"),
            models.Index(fields=["subject_type", "subject_id"], name="errand_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="DONE", done_at__isnull=False)
                | (~Q(state="DONE") & Q(done_at__isnull=True)),
                name="errand_done_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(lease_token__isnull=True, lease_until__isnull=True)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="errand_lease_is_whole",
            ),
        ]

    def __str__(self):
        return self.key

    @property
    def is_running(self):
        return (
            self.state == self.PENDING and self.lease_until is not None and self.lease_until > timezone.now()
        )
