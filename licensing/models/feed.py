"""Sources that report by themselves: who registered them, what they sent, what was read and what was refused."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation
from accounts.roles import Role
from documents.models import StoredFile
from licensing.models.report import StatusReport
from workflow.append_only import AppendOnlyModel

KEEPERS = (Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR)

# Why a body was not fetched or not read.
PROBLEMS = {
    "ADDRESS": _("The address may not be asked."),
    "NO_NAME": _("The name of the server is not known."),
    "UNREACHABLE": _("The server cannot be reached."),
    "TOO_SLOW": _("The server took too long."),
    "REDIRECT": _("The server refers to another address; enter that one."),
    "STATUS": _("The server answered with an error."),
    "CUT": _("The answer was cut off."),
    "CODED": _("The answer is compressed in a way that was not asked for."),
    "TOO_LARGE": _("It is too large."),
    "TOO_MANY_ROWS": _("It holds too many records."),
    "WRONG_ENCODING": _("Its text is in no encoding that is known."),
    "NO_JSON": _("It is no JSON."),
    "NO_RECORDS": _("It holds no list of records."),
    "NO_TABLE": _("It is no table that can be read."),
    "NO_HEAD": _("Its first row does not name the columns."),
    "LOST": _("The file of what was sent cannot be read."),
    "STOPPED": _("The work on it stopped after repeated failures."),
}


def new_key():
    """How a source is named in addresses: 120 random bits, without meaning."""
    return secrets.token_hex(15)


class FeedSourceQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The own organisation's, for those who report for it."""
        if actor is None or not actor.has(*KEEPERS, Role.AUDITOR):
            return self.none()
        return self.filter(organisation=actor.organisation, removed_at=None)

    def due(self, at=None):
        """Those to be asked now."""
        at = at or timezone.now()
        asked = self.filter(kind="HTTP", removed_at=None, paused_at=None, next_at__lte=at)
        return asked.filter(organisation__is_active=True)


class FeedSource(models.Model):
    """Where reports about one exporter's applications come from without a person typing them."""

    class Kind(models.TextChoices):
        HTTP = "HTTP", _("we ask an address (JSON)")
        WEBHOOK = "WEBHOOK", _("the sender calls us (signed JSON)")
        FILE = "FILE", _("files (CSV or XLSX)")

    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="feed_sources")
    name = models.CharField(_("name"), max_length=100)
    exporter_name = models.CharField(_("exporter"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    url = models.CharField(_("address"), max_length=1000, blank=True)
    minutes = models.PositiveIntegerField(default=60)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    paused_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    # What asking it needs to know: the turn that is owed, what the server called the last body.
    next_at = models.DateTimeField(default=timezone.now)
    turn = models.PositiveIntegerField(default=0)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    # How it is.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    # Which secret a webhook signs with; the one before holds until then.
    secret_number = models.PositiveIntegerField(default=1)
    former_ends_at = models.DateTimeField(null=True)

    objects = FeedSourceQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="feed_source_by_organisation"),
            models.Index(
                fields=["next_at"],
                name="feed_source_by_due_moment",
                condition=Q(kind="HTTP", removed_at=None, paused_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["HTTP", "WEBHOOK", "FILE"]), name="feed_source_kind_is_known"
            ),
            models.CheckConstraint(
                condition=(Q(kind="HTTP") & ~Q(url="")) | (~Q(kind="HTTP") & Q(url="")),
                name="feed_source_has_its_address",
            ),
            models.CheckConstraint(
                condition=Q(paused_at=None, paused_by=None)
                | Q(paused_at__isnull=False, paused_by__isnull=False),
                name="feed_source_paused_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="feed_source_removed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since=None) | Q(failures__gt=0, failing_since__isnull=False),
                name="feed_source_fails_since",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def book(self) -> str:
        return self.organisation.book

    @property
    def reference(self) -> str:
        return self.name[:80]

    @property
    def every(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def state(self) -> str:
        """PAUSED, FAILING, NEVER (read nothing yet) or HEALTHY."""
        if self.paused_at:
            return "PAUSED"
        if self.failing_since:
            return "FAILING"
        return "HEALTHY" if self.read_at else "NEVER"

    @property
    def state_label(self):
        return STATE_LABELS[self.state]

    @property
    def tone(self) -> str:
        return {"PAUSED": "neutral", "FAILING": "danger", "NEVER": "info", "HEALTHY": "success"}[self.state]


STATE_LABELS = {
    "PAUSED": pgettext_lazy("a feed", "paused"),
    "FAILING": pgettext_lazy("a feed", "failing"),
    "NEVER": pgettext_lazy("a feed", "never read"),
    "HEALTHY": pgettext_lazy("a feed", "healthy"),
}


class FeedDelivery(models.Model):
    """One body as it came, kept; how far its rows were worked off. The columns of counts are the run's so far."""

    source = models.ForeignKey(FeedSource, models.PROTECT, related_name="deliveries")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    nonce = models.CharField(max_length=64, null=True)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(default=timezone.now)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "nonce"], name="feed_delivery_nonce_once"),
        ]

    def __str__(self):
        return f"{self.source}: {self.name or self.received_at}"

    @property
    def book(self) -> str:
        return self.source.book

    @property
    def reference(self) -> str:
        return self.source.reference


class FeedRun(AppendOnlyModel):
    """One time a source was asked or sent something: what was read of it, changed, refused, and how it ended."""

    class Outcome(models.TextChoices):
        READ = "READ", pgettext_lazy("a feed", "read")
        NOT_MODIFIED = "NOT_MODIFIED", pgettext_lazy("a feed", "nothing new")
        FAILED = "FAILED", pgettext_lazy("a feed", "failed")

    source = models.ForeignKey(FeedSource, models.PROTECT, related_name="runs")
    delivery = models.OneToOneField(FeedDelivery, models.PROTECT, null=True, related_name="run")
    outcome = models.CharField(max_length=12, choices=Outcome)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(default=timezone.now)
    read = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=20, blank=True)
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["source", "-id"], name="feed_run_by_source")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(outcome="FAILED") & ~Q(problem="")) | (~Q(outcome="FAILED") & Q(problem="")),
                name="feed_run_failed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(read=models.F("changed") + models.F("refused") + models.F("unchanged")),
                name="feed_run_counts_every_row",
            ),
        ]

    def __str__(self):
        return f"{self.source}: {self.outcome}"

    @property
    def problem_label(self):
        return PROBLEMS.get(self.problem, "")

    @property
    def tone(self) -> str:
        if self.outcome == self.Outcome.FAILED:
            return "danger"
        return "warning" if self.refused else "success" if self.changed else "neutral"


class FeedRecord(AppendOnlyModel):
    """A record that became a report. Sent again with the same id it is the same record."""

    source = models.ForeignKey(FeedSource, models.PROTECT, related_name="records")
    delivery = models.ForeignKey(FeedDelivery, models.PROTECT, related_name="records")
    sender_id = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    report = models.OneToOneField(StatusReport, models.PROTECT, related_name="feed_record")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["source", "sender_id"], name="feed_record_once")]

    def __str__(self):
        return f"{self.source}: {self.sender_id}"


class FeedRefusal(AppendOnlyModel):
    """A row of a delivery that became no report, with the reasons."""

    delivery = models.ForeignKey(FeedDelivery, models.PROTECT, related_name="refusals")
    row = models.PositiveIntegerField()
    given = models.JSONField(default=dict)
    reasons = models.CharField(max_length=2000)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["delivery", "row"], name="feed_refusal_once")]

    def __str__(self):
        return f"{self.delivery}: {self.row}"
