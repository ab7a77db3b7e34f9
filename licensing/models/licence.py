"""The licence document as it was reported, and how much of each goods line it allows, in whole milligrams."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from euc import control
from euc.models import GoodsLine
from euc.models.goods import MOST_MG
from licensing import stations

SOON = timedelta(days=60)
OVERSEERS = (Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST)


def of_actor(rows, actor):
    """The importer's own; everything for those who oversee."""
    if actor is None:
        return rows.none()
    if actor.has(Role.DRAFTER, Role.SIGNATORY):
        return rows.filter(importer=actor.organisation)
    return rows if actor.has(*OVERSEERS) else rows.none()


class LicenceQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return of_actor(self, actor)

    def usable_on(self, day):
        return self.filter(status=stations.USABLE, issued_on__lte=day, expires_on__gte=day)

    def ending_soon(self):
        """Those that can be used and end within 60 days, counted in China."""
        day = control.day_in_china()
        return self.filter(status=stations.USABLE, expires_on__gte=day, expires_on__lte=day + SOON)


class Licence(models.Model):
    """A Chinese export licence. It belongs to the exporter; what stands here was reported."""

    class Type(models.TextChoices):
        SINGLE = "SINGLE", _("single licence")
        GENERAL = "GENERAL", _("general licence")
        REGISTRATION = "REGISTRATION", _("registration")

    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    exporter_name = models.CharField(max_length=200)
    number = models.CharField(_("licence number"), max_length=60)
    type = models.CharField(max_length=12, choices=Type, default=Type.SINGLE)
    status = models.CharField(max_length=10, default=stations.USABLE)
    issued_on = models.DateField()
    expires_on = models.DateField()
    contract_number = models.CharField(max_length=60, blank=True)
    customs_port = models.CharField(max_length=60, blank=True)

    objects = LicenceQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["importer", "status", "expires_on"], name="licence_by_importer")]
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "exporter_name", "number"], name="licence_number_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(stations.LICENCE_LABELS)), name="licence_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("issued_on")), name="licence_days_are_ordered"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="licence_has_a_number"),
        ]

    def __str__(self):
        return self.number

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def reference(self) -> str:
        return self.number

    @property
    def status_label(self):
        return stations.LICENCE_LABELS[self.status]

    @property
    def tone(self) -> str:
        return stations.LICENCE_TONES[self.status]

    def is_usable(self, on) -> bool:
        """Whether an export on that day in China is allowed: in force and not expired."""
        return self.status == stations.USABLE and self.issued_on <= on <= self.expires_on


class LicenceLine(models.Model):
    """How much of one goods line of the certificate the licence allows, and what of it is reserved and drawn."""

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="lines")
    goods_line = models.ForeignKey(GoodsLine, models.PROTECT, related_name="licence_lines")
    authorised_mg = models.BigIntegerField()
    reserved_mg = models.BigIntegerField(default=0)
    drawn_mg = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["licence", "goods_line"], name="licence_line_once"),
            models.CheckConstraint(
                condition=Q(authorised_mg__gt=0, authorised_mg__lte=MOST_MG),
                name="licence_line_weight_is_sane",
            ),
            models.CheckConstraint(
                condition=Q(
                    reserved_mg__gte=0, drawn_mg__gte=0, authorised_mg__gte=F("reserved_mg") + F("drawn_mg")
                ),
                name="licence_line_is_not_overdrawn",
            ),
        ]

    def __str__(self):
        return f"{self.licence} · {self.goods_line_id}"

    @property
    def left_mg(self) -> int:
        """What may still be drawn."""
        return self.authorised_mg - self.reserved_mg - self.drawn_mg
