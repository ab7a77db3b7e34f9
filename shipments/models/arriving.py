"""Documents that arrive about goods: an invoice, a packing list or a Bill of Entry, and what it was matched with."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from documents.models import StoredFile
from euc.models.living import at_and_by
from shipments.models.consignment import Consignment


class ArrivingDocumentQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Those of one's own organisation, for those who plan consignments."""
        if actor is None or not actor.has(Role.DRAFTER, Role.SIGNATORY):
            return self.none()
        return self.filter(importer=actor.organisation)


class ArrivingDocument(models.Model):
    """One document as it arrived. `data` is what it says (see `arriving_columns`), and is never changed.

    It waits until a person confirms what it belongs to, or sets it aside with a reason. `accepted` is what that
    person saw: the score, its reasons and the differences. `fingerprint` tells the same document sent again.
    """

    class Kind(models.TextChoices):
        INVOICE = "INVOICE", _("Commercial invoice")
        PACKING_LIST = "PACKING_LIST", _("Packing list")
        BILL_OF_ENTRY = "BILL_OF_ENTRY", _("Bill of Entry")

    class State(models.TextChoices):
        WAITING = "WAITING", _("to be confirmed")
        CONFIRMED = "CONFIRMED", _("confirmed")
        ASIDE = "ASIDE", _("set aside")

    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=13, choices=Kind)
    number = models.CharField(max_length=60)
    dated = models.DateField(null=True)
    data = models.JSONField(encoder=DjangoJSONEncoder)
    fingerprint = models.CharField(max_length=64)
    file_name = models.CharField(max_length=120)
    stored = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    consignment = models.ForeignKey(Consignment, models.PROTECT, null=True, related_name="arrived_documents")
    accepted = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(default=timezone.now)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects = ArrivingDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["importer", "state", "-id"], name="arriving_by_importer")]
        constraints = [
            models.UniqueConstraint(fields=["importer", "fingerprint"], name="arriving_document_once"),
            models.CheckConstraint(
                condition=Q(state="WAITING", settled_at=None, consignment=None)
                | Q(state="CONFIRMED", settled_at__isnull=False, consignment__isnull=False)
                | Q(state="ASIDE", settled_at__isnull=False, consignment=None) & ~Q(reason=""),
                name="arriving_document_state_is_whole",
            ),
            *at_and_by("arriving_document", "settled"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def reference(self) -> str:
        return f"document-{self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def tone(self) -> str:
        tones = {self.State.WAITING: "info", self.State.CONFIRMED: "success"}
        return tones.get(self.State(self.state), "neutral")
