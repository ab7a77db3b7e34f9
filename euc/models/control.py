"""Control rules: what a foreign announcement, limb by limb, makes of goods, and from when to when."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from euc import control, workflow
from euc.models.goods import GoodsLine

READ_BY_ALL = (workflow.ADOPTED, workflow.SUPERSEDED, workflow.REPEALED)
FOR_LINES = (control.LICENCE, control.REEXPORT, control.REFUSAL, control.CLARIFICATION)


class ControlRuleQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """What was ever adopted for every reader; proposals for the authority's own people."""
        if actor is None:
            return self.none()
        if actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR):
            return self
        if actor.has(Role.DRAFTER, Role.SIGNATORY, Role.ANALYST):
            return self.filter(status__in=READ_BY_ALL)
        return self.none()

    def in_use(self):
        """The versions that count; a repealed one still counts for the days before its repeal."""
        return self.filter(status__in=[workflow.ADOPTED, workflow.REPEALED])

    def for_lines(self):
        """The rules in use that an assessment of goods reads, in the order their reasons are told."""
        return self.in_use().filter(effect__in=FOR_LINES).order_by("position", "code")

    def proposed(self):
        return self.filter(status=workflow.PROPOSED)


class ControlRule(models.Model):
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

    reference = models.CharField(max_length=60, unique=True)
    code = models.CharField(max_length=50)
    version = models.PositiveSmallIntegerField(default=1)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    position = models.PositiveSmallIntegerField(default=1000)
    status = models.CharField(
        max_length=12,
        default=workflow.PROPOSED,
        choices=[(s, workflow.LABELS[s]) for s in workflow.RULE.statuses],
    )

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

    is_shipped = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    objects = ControlRuleQuerySet.as_manager()

    book = "rules"

    class Meta:
        ordering = ["position", "code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="control_rule_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(status=workflow.ADOPTED), name="control_rule_one_in_use"
            ),
            models.CheckConstraint(
                condition=Q(status__in=workflow.RULE.statuses), name="control_rule_status_is_known"
            ),
            *[
                models.CheckConstraint(
                    condition=Q(**{f"{verb}_at__isnull": True, f"{verb}_by__isnull": True})
                    | Q(**{f"{verb}_at__isnull": False, f"{verb}_by__isnull": False}),
                    name=f"control_rule_{verb}_at_and_by",
                )
                for verb in ("adopted", "ended")
            ],
            models.CheckConstraint(
                condition=Q(status__in=[workflow.PROPOSED, workflow.WITHDRAWN])
                | Q(is_shipped=True)
                | Q(adopted_by__isnull=False),
                name="control_rule_in_use_was_adopted",
            ),
            models.CheckConstraint(
                condition=Q(adopted_by__isnull=True) | ~Q(adopted_by=F("proposed_by")),
                name="control_rule_adopter_is_not_proposer",
            ),
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

    def __str__(self):
        return self.reference

    @property
    def slug(self) -> str:
        return self.reference

    @property
    def name(self) -> str:
        """The announcement and its limb, as reasons cite it."""
        return f"{self.announcement}, {self.limb}" if self.limb else self.announcement

    @property
    def status_label(self):
        return workflow.LABELS[self.status]

    @property
    def tone(self) -> str:
        return workflow.TONES[self.status]

    @property
    def is_editable(self) -> bool:
        """A version is never edited; another one is proposed."""
        return False

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
