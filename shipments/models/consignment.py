"""A consignment and its lots. Weights are whole milligrams; values are Decimal with their currency."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from euc.models import Certificate, GoodsLine
from euc.models.goods import MOST_MG
from licensing.models import Licence, LicenceLine
from shipments import accounts, workflow
from shipments.models.owned import READERS, Owned


def of_actor(rows, actor, path=""):
    """Rows of the importer the actor acts for; every importer's, once booked, for those who oversee.

    What a file plans as a whole is there for nobody until all of it is.
    """
    if actor is None:
        return rows.none()
    if actor.has(Role.DRAFTER, Role.SIGNATORY):
        ours = rows.filter(**{f"{path}importer": actor.organisation})
        return ours.exclude(**{f"{path}import_file__is_hidden": True})
    if actor.has(*READERS):
        return rows.exclude(**{f"{path}status": workflow.PLANNED})
    return rows.none()


class ConsignmentQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return of_actor(self, actor)

    def for_list(self):
        return self.select_related("importer", "certificate")


class Consignment(Owned, models.Model):
    """Goods that travel together under one invoice, one certificate and at most one Chinese export licence."""

    class Mode(models.TextChoices):
        AIR = "AIR", _("Air")
        SEA = "SEA", _("Sea")
        COURIER = "COURIER", _("Courier")
        ROAD = "ROAD", _("Road")

    class BoeType(models.TextChoices):
        HOME = "H", _("H: home consumption")
        WAREHOUSE = "W", _("W: warehousing")
        EX_BOND = "X", _("X: ex-bond")

    class Incoterm(models.TextChoices):
        EXW = "EXW", "EXW"
        FCA = "FCA", "FCA"
        FOB = "FOB", "FOB"
        CFR = "CFR", "CFR"
        CIF = "CIF", "CIF"
        CPT = "CPT", "CPT"
        CIP = "CIP", "CIP"
        DAP = "DAP", "DAP"
        DPU = "DPU", "DPU"
        DDP = "DDP", "DDP"

    reference = models.CharField(max_length=40, unique=True)
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="consignments")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="consignments")
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="consignments")
    without_licence = models.CharField(max_length=500, blank=True)
    import_file = models.ForeignKey(
        "shipments.ImportFile", models.PROTECT, null=True, db_index=False, related_name="+"
    )
    status = models.CharField(
        max_length=12,
        default=workflow.PLANNED,
        choices=[(s, workflow.LABELS[s]) for s in workflow.CONSIGNMENT.statuses],
    )
    exporter_name = models.CharField(max_length=200)
    invoice_number = models.CharField(max_length=60, blank=True)
    invoice_date = models.DateField(null=True)
    incoterm = models.CharField(max_length=3, choices=Incoterm, blank=True)
    mode = models.CharField(max_length=8, choices=Mode, blank=True)
    transport_document = models.CharField(max_length=40, blank=True)
    house_document = models.CharField(max_length=40, blank=True)
    conveyance = models.CharField(max_length=80, blank=True)
    containers = models.CharField(max_length=300, blank=True)
    packages = models.PositiveIntegerField(null=True)
    port_of_loading = models.CharField(max_length=5, blank=True)
    port_of_entry = models.CharField(max_length=6, blank=True)
    expected_on = models.DateField(null=True)

    declared_on = models.DateField(null=True)
    customs_remark = models.CharField(max_length=500, blank=True)
    released_on = models.DateField(null=True)
    departed_on = models.DateField(null=True)
    arrived_on = models.DateField(null=True)
    boe_type = models.CharField(max_length=1, choices=BoeType, blank=True)
    boe_number = models.CharField(max_length=7, blank=True)
    boe_on = models.DateField(null=True)
    boe_parent = models.CharField(max_length=40, blank=True)
    assessable_value_inr = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    cleared_on = models.DateField(null=True)
    received_on = models.DateField(null=True)
    receipt_number = models.CharField(max_length=40, blank=True)
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=2000, blank=True)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ConsignmentQuerySet.as_manager()
    law = workflow

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["importer", "-id"], name="consignment_by_importer"),
            models.Index(fields=["importer", "status", "-id"], name="consignment_importer_status"),
            models.Index(fields=["status", "-id"], name="consignment_by_status"),
            models.Index(
                fields=["import_file", "id"],
                condition=Q(import_file__isnull=False),
                name="consignment_by_import_file",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=workflow.CONSIGNMENT.statuses), name="consignment_status_is_known"
            ),
            models.UniqueConstraint(
                fields=["importer", "exporter_name", "invoice_number"],
                condition=~Q(invoice_number="") & ~Q(status__in=sorted({"CANCELLED", "REFUSED"})),
                name="consignment_invoice_once",
            ),
            models.UniqueConstraint(
                fields=["port_of_entry", "boe_number", "boe_on"],
                condition=~Q(boe_number=""),
                name="consignment_bill_of_entry_once",
            ),
            models.CheckConstraint(
                condition=Q(licence__isnull=True) | Q(without_licence=""),
                name="consignment_licence_or_reason",
            ),
            models.CheckConstraint(
                condition=Q(boe_number="", boe_on__isnull=True)
                | (~Q(boe_number="") & Q(boe_on__isnull=False)),
                name="consignment_bill_of_entry_is_whole",
            ),
        ]

    def __str__(self):
        return self.reference

    @property
    def is_planned(self) -> bool:
        return self.status == workflow.PLANNED

    def lots(self) -> list:
        return list(self.lot_rows.select_related("goods_line", "licence_line").order_by("number"))

    def in_transit_mg(self) -> int:
        """Weight of its lots that the ledger still holds as on the way, in milligrams."""
        there = self.lot_rows.filter(holdings__account=accounts.IN_TRANSIT)
        return there.aggregate(mg=models.Sum("holdings__weight_mg"))["mg"] or 0

    def last_day(self):
        """The latest day any stage happened; the next one cannot lie before it."""
        days = (self.declared_on, self.released_on, self.departed_on, self.arrived_on, self.boe_on)
        days += (self.cleared_on, self.received_on)
        return max((day for day in days if day), default=None)


class LotQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return of_actor(self, actor, "consignment__")


class Lot(models.Model):
    """One lot of one goods line in a consignment: what the exporter's heat or batch number names.

    `weight_mg` is planned, then what Chinese customs released; the ledger says where it is.
    """

    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="lot_rows")
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    goods_line = models.ForeignKey(GoodsLine, models.PROTECT, related_name="lots")
    licence_line = models.ForeignKey(LicenceLine, models.PROTECT, null=True, related_name="lots")
    batch = models.CharField(_("lot or heat number"), max_length=60, blank=True)
    weight_mg = models.BigIntegerField()
    pieces = models.PositiveBigIntegerField(default=0)
    value = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    entered_mg = models.BigIntegerField(null=True)

    objects = LotQuerySet.as_manager()

    class Meta:
        ordering = ["consignment_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["consignment", "number"], name="lot_number_once"),
            models.CheckConstraint(
                condition=Q(weight_mg__gt=0, weight_mg__lte=MOST_MG), name="lot_weight_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(entered_mg__isnull=True) | Q(entered_mg__gte=0), name="lot_entered_weight_ge_0"
            ),
        ]

    def __str__(self):
        return f"{self.consignment.reference} · {self.number}"

    @property
    def reference(self) -> str:
        return f"{self.consignment.reference}/{self.number}"

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def title(self) -> str:
        """As people name it: its own number, or its place in the consignment."""
        return self.batch or f"{self.consignment.reference}/{self.number}"
