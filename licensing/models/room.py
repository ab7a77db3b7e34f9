"""The supplier room of a case: who is invited, the codes that open it, and what was said in it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from licensing.models.case import LicenceCase
from licensing.models.report import StatusReport
from workflow.append_only import AppendOnlyModel

MOST_TRIES = 5


class RoomInvitationQuerySet(models.QuerySet):
    def open(self, at=None):
        return self.filter(revoked_at=None, expires_at__gt=at or timezone.now())


class RoomInvitation(models.Model):
    """An exporter's address that may enter the room of one case. Only the hash of the link's token is kept."""

    class Language(models.TextChoices):
        CHINESE = "zh-hans", "中文"
        ENGLISH = "en", "English"

    case = models.ForeignKey(LicenceCase, models.PROTECT, related_name="room_invitations")
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.CHINESE)
    note = models.CharField(max_length=1000, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = RoomInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="room_invitation_revoked_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(language__in=["zh-hans", "en"]), name="room_invitation_language_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.case}: {self.email}"

    @property
    def book(self) -> str:
        return self.case.book

    @property
    def reference(self) -> str:
        return self.case.reference

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def state_label(self):
        if self.revoked_at:
            return _("link revoked")
        return _("link open") if self.is_open else _("link expired")

    @property
    def tone(self) -> str:
        if self.revoked_at:
            return "danger"
        return "success" if self.is_open else "neutral"


class RoomCode(models.Model):
    """A one-time code that was asked for, and the visit it opened. Code and visit are kept as hashes only."""

    invitation = models.ForeignKey(RoomInvitation, models.PROTECT, related_name="codes")
    asked_at = models.DateTimeField(default=timezone.now)
    code_hash = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    entered_at = models.DateTimeField(null=True)
    visit_hash = models.CharField(max_length=64, null=True, unique=True)
    visit_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=MOST_TRIES), name="room_code_has_few_tries"),
            models.CheckConstraint(
                condition=Q(entered_at=None, visit_hash=None, visit_until=None)
                | Q(entered_at__isnull=False, visit_hash__isnull=False, visit_until__isnull=False),
                name="room_code_visit_is_whole",
            ),
        ]

    def __str__(self):
        return f"code {self.pk} of {self.invitation_id}"

    @property
    def book(self) -> str:
        return self.invitation.book

    @property
    def reference(self) -> str:
        return self.invitation.reference


class RoomPost(AppendOnlyModel):
    """What was said in a room: a report, or the text of a correction that is asked for. The same form makes one."""

    invitation = models.ForeignKey(RoomInvitation, models.PROTECT, related_name="posts")
    fingerprint = models.CharField(max_length=64)
    report = models.OneToOneField(StatusReport, models.PROTECT, null=True, related_name="room_post")
    text = models.CharField(max_length=2000, blank=True)
    posted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["invitation", "fingerprint"], name="room_post_once"),
            models.CheckConstraint(
                condition=(Q(report=None) & ~Q(text="")) | Q(report__isnull=False, text=""),
                name="room_post_is_report_or_text",
            ),
        ]

    def __str__(self):
        return f"{self.invitation}: {self.report or self.text[:40]}"

    @property
    def book(self) -> str:
        return self.invitation.book

    @property
    def reference(self) -> str:
        return self.invitation.reference
