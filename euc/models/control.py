"""Control rules: what a foreign announcement, limb by limb, makes of goods, and from when to when."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from euc import control, workflow
from euc.models.goods import GoodsLine
from euc.models.ruled import Ruled, RuledQuerySet, adopted_by_another

FOR_LINES = (control.LICENCE, control.REEXPORT, control.REFUSAL, control.CLARIFICATION)


class ControlRuleQuerySet(RuledQuerySet):
    def in_use(self):
        """The versions that count; a repealed one still counts for the days before its repeal."""
        return self.filter(status__in=[workflow.ADOPTED, workflow.REPEALED])

    def for_lines(self):
        """The rules in use that an assessment of goods reads, in the order their reasons are told."""
        return self.in_use().filter(effect__in=FOR_LINES).order_by("position", "code")


class ControlRule(Ruled):
    """One limb of one announcement as one version words it. A version never changes; a new one replaces it.

    Dates count in China. `whole_families` are reached whatever they contain, `families` when they contain one of
    `elements`. HS codes only help to find goods: control goes by description and composition.
    """

    class Effect(models.TextChoices):
        LICENCE = control.LICENCE, _("licence to export from China")
        REEXPORT = control.REEXPORT, _("licence to re-export from a third country")
        REFUSAL = control.REFUSAL, _("refusal of military users")
        TECHNOLOGY = control.TECHNOLOGY, _("technology; touches no magnet")
        EQUIPMENT = control.EQUIPMENT, _("equipment and other goods; touches no magnet")
        CLARIFICATION = control.CLARIFICATION, _("clarification: forms outside the rule")

    class Origin(models.TextChoices):
        CHINA = control.FROM_CHINA, _("made in China")
        ABROAD = "ABROAD", _("made outside China")

    Family = GoodsLine.Family
    Form = GoodsLine.Form

    class ThresholdStatus(models.TextChoices):
        LAW = control.LAW, _("law")
        TRADE_PRACTICE = control.TRADE_PRACTICE, _("trade practice, not law")

    class Confidence(models.TextChoices):
        HIGH = "HIGH", _("high")
        MEDIUM = "MEDIUM", _("medium")
        LOW = "LOW", _("low")

    announcement = models.CharField(max_length=80)
    limb = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    effect = models.CharField(max_length=14, choices=Effect)
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.CHINA)
    whole_families = models.JSONField(default=list)
    families = models.JSONField(default=list)
    elements = models.JSONField(default=list)
    forms = models.JSONField(default=list)
    doubtful_forms = models.JSONField(default=list)
    threshold = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    threshold_status = models.CharField(max_length=14, choices=ThresholdStatus, blank=True)
    threshold_elements = models.JSONField(default=list)
    threshold_source = models.CharField(max_length=300, blank=True)
    codes = models.JSONField(default=list)
    hs_codes = models.JSONField(default=list)

    effective_from = models.DateField()
    suspended_from = models.DateField(null=True)
    suspended_until = models.DateField(null=True)
    suspended_by = models.CharField(max_length=80, blank=True)
    end_confirmed = models.BooleanField(default=False)
    reported_until = models.DateField(null=True)
    repealed_on = models.DateField(null=True)

    source = models.CharField(max_length=300)
    source_url = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence)
    confirmed = models.BooleanField(default=False)
    doubt = models.TextField(blank=True, max_length=1000)

    objects = ControlRuleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code", "version"]
        constraints = [
            *adopted_by_another("control_rule"),
            models.CheckConstraint(
                condition=Q(suspended_until__isnull=True) | Q(suspended_until__gte=F("suspended_from")),
                name="control_rule_suspension_is_ordered",
            ),
            models.CheckConstraint(
                condition=Q(threshold__isnull=True, threshold_status="")
                | (Q(threshold__gte=0, threshold__lte=100) & ~Q(threshold_status="")),
                name="control_rule_threshold_has_its_status",
            ),
        ]

    @property
    def name(self) -> str:
        """The announcement and its limb, as reasons cite it."""
        return f"{self.announcement}, {self.limb}" if self.limb else self.announcement

    def state(self, on: date) -> str:
        return control.state(self, on)

    def touches_lines(self) -> bool:
        """Whether it can reach a goods line at all."""
        return self.effect in FOR_LINES


class RuleNotice(models.Model):
    """That one importer is told of one adopted rule, and how many of its certificates the rule touches."""

    rule = models.ForeignKey(ControlRule, models.PROTECT, related_name="notices")
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    issued = models.PositiveIntegerField()
    open = models.PositiveIntegerField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "importer"], name="rule_notice_once")]

    def __str__(self):
        return f"{self.rule_id} {self.importer_id}"

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def reference(self) -> str:
        return self.rule.reference
