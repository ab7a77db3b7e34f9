"""Files of many orders: what was read, what is wrong with it, and the certificate drafted from each order."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from euc.models.certificate import Certificate
from euc.models.living import at_and_by


class DraftFileQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The files of one's own organisation, for those who draft."""
        if actor is None or not actor.has(Role.DRAFTER, Role.SIGNATORY):
            return self.none()
        return self.filter(importer=actor.organisation)


class DraftFile(models.Model):
    """One file of orders, taken in once by its bytes. It is read first and drafted from when somebody says so."""

    READ, RUNNING, DONE = "READ", "RUNNING", "DONE"

    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="draft_files")
    name = models.CharField(_("file name"), max_length=120)
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=10)
    state = models.CharField(
        max_length=8,
        default=READ,
        choices=[(READ, _("read, nothing drafted")), (RUNNING, _("being drafted")), (DONE, _("done"))],
    )
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = DraftFileQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["importer", "sha256"], name="draft_file_once"),
            models.CheckConstraint(
                condition=Q(state="READ", started_at=None) | Q(state__in=["RUNNING", "DONE"]),
                name="draft_file_state_is_known",
            ),
            *at_and_by("draft_file", "uploaded", "started"),
        ]

    def __str__(self):
        return self.name

    @property
    def book(self) -> str:
        return self.importer.book

    @property
    def reference(self) -> str:
        return f"file-{self.pk}"


class DraftFileOrder(models.Model):
    """One purchase order of a file: its rows as read, what is wrong with them, the certificate made of it.

    Those that do not hold come first. `rows` are [row number, {column: text}], `problems` [row number, column,
    sentence].
    """

    draft_file = models.ForeignKey(DraftFile, models.CASCADE, related_name="orders")
    position = models.PositiveIntegerField()
    po_number = models.CharField(max_length=200, blank=True)
    rows = models.JSONField()
    problems = models.JSONField(default=list)
    is_good = models.BooleanField()
    refusal = models.CharField(max_length=500, blank=True)
    certificate = models.OneToOneField(Certificate, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["draft_file", "position"], name="draft_file_order_once"),
            models.CheckConstraint(
                condition=Q(certificate=None) | Q(is_good=True, refusal=""), name="draft_file_order_is_good"
            ),
        ]

    def __str__(self):
        return self.po_number
