"""What drafting keeps beside the certificate: half-typed pages and evidence files."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents import picturing
from documents.models import StoredFile
from euc.kinds import EvidenceKind
from euc.models.certificate import Certificate


class Scratch(models.Model):
    """A drafting page as it was typed while it does not yet hold; line 0 where the page has no lines."""

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="scratch")
    page = models.CharField(max_length=20)
    line = models.PositiveSmallIntegerField(default=0)
    typed = models.JSONField(default=dict)
    errors = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "page", "line"], name="scratch_once")]

    def __str__(self):
        return f"{self.certificate_id} {self.page} {self.line}"


class PageSave(models.Model):
    """When, by whom and from which browser window a drafting page was last saved; counts its saves."""

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="saves")
    page = models.CharField(max_length=20)
    line_id = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    window = models.CharField(max_length=16, blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["certificate", "page", "line_id"], name="page_save_once")
        ]

    def __str__(self):
        return f"{self.certificate_id} {self.page} {self.line_id}: {self.version}"


class Evidence(models.Model):
    """A file that supports the certificate, by kind. Removed files stay stored, without being part of it."""

    Kind = EvidenceKind

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=24, choices=EvidenceKind)
    line = models.PositiveSmallIntegerField(_("goods line"), null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="evidence_removed_at_and_by",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.name}"

    @property
    def is_drawn(self) -> bool:
        return picturing.is_drawn(self.file)

    @property
    def pk_text(self) -> str:
        return str(self.pk)

    def twins(self) -> list["Evidence"]:
        """The same bytes where they are evidence of something else in the same certificate."""
        current = Evidence.objects.filter(certificate=self.certificate_id, file=self.file_id, removed_at=None)
        return list(current.exclude(pk=self.pk))
