"""What consignments reserve and draw of certificate and licence lines. Written once, corrected by reversal."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from euc.models import GoodsLine
from licensing.models import LicenceLine
from shipments.models.consignment import Lot
from workflow.append_only import AppendOnlyModel


class Draw(AppendOnlyModel):
    """One change of what is reserved or drawn, in milligrams, on a certificate line and its licence line.

    RESERVE adds to what is reserved. COMMIT and RELEASE settle one RESERVE, each at most once: COMMIT draws (at most)
    what was reserved, RELEASE frees it. REVERSE undoes one COMMIT, once. Lines' totals are the sums of these rows.
    """

    class Kind(models.TextChoices):
        RESERVE = "RESERVE", _("reserved")
        COMMIT = "COMMIT", _("drawn")
        RELEASE = "RELEASE", _("freed")
        REVERSE = "REVERSE", _("reversed")

    kind = models.CharField(max_length=8, choices=Kind)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="draws")
    goods_line = models.ForeignKey(GoodsLine, models.PROTECT, related_name="draws")
    licence_line = models.ForeignKey(LicenceLine, models.PROTECT, null=True, related_name="draws")
    reserved_mg = models.BigIntegerField()
    drawn_mg = models.BigIntegerField()
    of = models.ForeignKey("self", models.PROTECT, null=True, related_name="settled_by")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["of"], name="draw_settled_once"),
            models.UniqueConstraint(
                fields=["lot"], condition=Q(kind="RESERVE"), name="draw_lot_is_reserved_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="RESERVE", of__isnull=True, reserved_mg__gt=0, drawn_mg=0)
                | Q(kind="COMMIT", of__isnull=False, reserved_mg__lt=0, drawn_mg__gt=0)
                | Q(kind="RELEASE", of__isnull=False, reserved_mg__lt=0, drawn_mg=0)
                | Q(kind="REVERSE", of__isnull=False, reserved_mg=0, drawn_mg__lt=0),
                name="draw_does_what_its_kind_says",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.reserved_mg:+d} {self.drawn_mg:+d} mg"
