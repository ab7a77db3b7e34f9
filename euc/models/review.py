"""What reviewing keeps: revisions as they were submitted, approvals bound to their hash, comments on fields."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from euc.models.certificate import Certificate
from workflow.append_only import AppendOnlyModel


class Revision(AppendOnlyModel):
    """The whole content of a certificate as it was signed and submitted; never changed afterwards."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    findings = models.JSONField(default=list)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["certificate", "number"], name="revision_number_once")]

    def __str__(self):
        return f"{self.certificate_id} r{self.number}"


class Approval(AppendOnlyModel):
    """One person's yes to one revision: the officer's approval or the senior officer's issue."""

    class Kind(models.TextChoices):
        APPROVE = "APPROVE", _("approved")
        ISSUE = "ISSUE", _("issued")

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="approvals")
    kind = models.CharField(max_length=8, choices=Kind)
    content_hash = models.CharField(max_length=64)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    authority = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "given_by"], name="approval_once_per_person"),
            models.UniqueConstraint(fields=["revision", "kind"], name="approval_once_per_kind"),
        ]

    def __str__(self):
        return f"{self.revision_id} {self.kind}"


class FieldComment(models.Model):
    """A reviewer's remark on one field of one revision; the importer sees it beside the field."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="comments")
    revision_number = models.PositiveIntegerField()
    page = models.CharField(max_length=20)
    line = models.PositiveSmallIntegerField(default=0)
    field = models.CharField(max_length=40, blank=True)
    text = models.TextField(_("comment"), max_length=1000)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="comment_settled_at_and_by",
            ),
        ]

    def __str__(self):
        return self.text[:40]
