"""Goods lines: what is imported under the certificate. Weights are whole milligrams."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from euc.models.certificate import Certificate

ELEMENTS = ("nd", "pr", "dy", "tb", "sm", "gd", "ho", "y")
MEDIUM_AND_HEAVY = ("dy", "tb", "sm", "gd", "ho", "y")
MOST_MG = 10**15  # a thousand tonnes, far above any order and within BIGINT


class GoodsLine(models.Model):
    """One kind of magnet in the order, with composition in mass % and the two tariff codes kept apart."""

    class Family(models.TextChoices):
        NDFEB_SINTERED = "NDFEB_SINTERED", _("NdFeB, sintered")
        NDFEB_BONDED = "NDFEB_BONDED", _("NdFeB, bonded")
        SMCO = "SMCO", _("SmCo")
        FERRITE = "FERRITE", _("Ferrite")
        ALNICO = "ALNICO", _("AlNiCo")
        OTHER = "OTHER", _("Other")

    class Form(models.TextChoices):
        MAGNET = "MAGNET", _("Loose magnet")
        POWDER = "POWDER", _("Powder")
        ROTOR_ASSEMBLY = "ROTOR_ASSEMBLY", _("Rotor or stator assembly")
        MOULDED_SENSOR = "MOULDED_SENSOR", _("Moulded sensor")
        FINISHED_GOOD = "FINISHED_GOOD", _("Finished good")

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="goods")
    number = models.PositiveSmallIntegerField()
    description = models.CharField(_("description"), max_length=300, blank=True)
    description_zh = models.CharField(_("description in Chinese"), max_length=300, blank=True)
    family = models.CharField(_("magnet family"), max_length=16, choices=Family, blank=True)
    form = models.CharField(_("form of the goods"), max_length=16, choices=Form, default=Form.MAGNET)
    grade = models.CharField(_("grade"), max_length=40, blank=True)
    dimensions = models.CharField(_("dimensions"), max_length=120, blank=True)
    coating = models.CharField(_("coating"), max_length=80, blank=True)
    laboratory = models.CharField(_("laboratory"), max_length=200, blank=True)
    method = models.CharField(_("method"), max_length=80, blank=True)
    report_number = models.CharField(_("report number"), max_length=80, blank=True)
    itc_hs = models.CharField(_("ITC-HS code (India)"), max_length=8, blank=True)
    cn_hs = models.CharField(_("HS code (China)"), max_length=10, blank=True)
    control_codes = models.CharField(_("Chinese control codes"), max_length=80, blank=True)
    net_weight_mg = models.BigIntegerField(_("net weight"), null=True, blank=True)
    pieces = models.PositiveBigIntegerField(_("pieces"), null=True, blank=True)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    released_mg = models.BigIntegerField(default=0)
    released_pieces = models.PositiveBigIntegerField(default=0)
    reserved_mg = models.BigIntegerField(default=0)
    drawn_mg = models.BigIntegerField(default=0)

    nd = models.DecimalField("Nd", max_digits=6, decimal_places=3, null=True, blank=True)
    pr = models.DecimalField("Pr", max_digits=6, decimal_places=3, null=True, blank=True)
    dy = models.DecimalField("Dy", max_digits=6, decimal_places=3, null=True, blank=True)
    tb = models.DecimalField("Tb", max_digits=6, decimal_places=3, null=True, blank=True)
    sm = models.DecimalField("Sm", max_digits=6, decimal_places=3, null=True, blank=True)
    gd = models.DecimalField("Gd", max_digits=6, decimal_places=3, null=True, blank=True)
    ho = models.DecimalField("Ho", max_digits=6, decimal_places=3, null=True, blank=True)
    y = models.DecimalField("Y", max_digits=6, decimal_places=3, null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "number"], name="goods_line_number_once"),
            models.CheckConstraint(
                condition=Q(net_weight_mg__isnull=True) | Q(net_weight_mg__gt=0, net_weight_mg__lte=MOST_MG),
                name="goods_line_weight_is_sane",
            ),
            models.CheckConstraint(
                condition=Q(released_mg=0, reserved_mg=0, drawn_mg=0)
                | Q(
                    released_mg__gte=0,
                    reserved_mg__gte=0,
                    drawn_mg__gte=0,
                    net_weight_mg__gte=F("released_mg") + F("reserved_mg") + F("drawn_mg"),
                ),
                name="goods_line_released_within_its_weight",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0), name="goods_line_value_ge_0"
            ),
            *[
                models.CheckConstraint(
                    condition=Q(**{f"{e}__isnull": True}) | Q(**{f"{e}__gte": 0, f"{e}__lte": 100}),
                    name=f"goods_line_{e}_is_a_percentage",
                )
                for e in ELEMENTS
            ],
        ]

    def __str__(self):
        return f"{self.certificate_id}/{self.number} {self.description}"

    def composition(self) -> dict[str, Decimal]:
        """Stated mass % by element symbol; elements not stated are absent."""
        return {e.capitalize(): getattr(self, e) for e in ELEMENTS if getattr(self, e) is not None}

    @property
    def left_mg(self) -> int:
        """What may still be imported: the weight without what was given up, reserved or drawn."""
        return (self.net_weight_mg or 0) - self.released_mg - self.reserved_mg - self.drawn_mg

    def composition_total(self) -> Decimal:
        return sum(self.composition().values(), Decimal(0))

    def elements_to_state(self) -> tuple[str, ...]:
        """What must be stated, even as 0, to judge a line: Dy and Tb in NdFeB, Sm in SmCo."""
        if self.family in {self.Family.NDFEB_SINTERED, self.Family.NDFEB_BONDED}:
            return ("dy", "tb")
        return ("sm",) if self.family == self.Family.SMCO else ()

    def medium_and_heavy(self) -> list[str]:
        """Symbols of the medium and heavy rare earths the line is said to contain."""
        return [e.capitalize() for e in MEDIUM_AND_HEAVY if getattr(self, e)]
