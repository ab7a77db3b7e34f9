"""Lists of names, version by version, and the hits that parties of certificates have on them."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from documents.models import StoredFile
from euc import workflow
from euc.models.certificate import Certificate
from euc.models.living import Living, at_and_by


class ScreeningList(models.Model):
    """One list: sanctions as OpenSanctions publishes them, notices of a ministry, or an authority's own."""

    class Effect(models.TextChoices):
        """What being on it does to a Chinese export licence."""

        NONE = "", _("no effect of its own")
        CONTROL_LIST = "CONTROL_LIST", _("China's Control List")
        WATCH_LIST = "WATCH_LIST", _("China's Watch List")

    code = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    effect = models.CharField(_("effect on licences"), max_length=12, choices=Effect, blank=True)
    source_url = models.CharField(_("address of the source"), max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    book = "rules"

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.name

    @property
    def reference(self) -> str:
        return self.code


class ListVersionQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(state=ListVersion.READY)


class ListVersion(models.Model):
    """One loading of a list. The newest that was read whole is in use; the ones before keep their entries."""

    LOADING, READY, REPLACED, FAILED = "LOADING", "READY", "REPLACED", "FAILED"

    on_list = models.ForeignKey(ScreeningList, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=8,
        default=LOADING,
        choices=[
            (LOADING, _("being read")),
            (READY, _("in use")),
            (REPLACED, _("replaced")),
            (FAILED, _("not readable")),
        ],
    )
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    taken = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=list)
    failure = models.CharField(max_length=300, blank=True)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField(default=timezone.now)

    objects = ListVersionQuerySet.as_manager()

    book = "rules"

    class Meta:
        ordering = ["on_list", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["on_list", "number"], name="list_version_number_once"),
            models.UniqueConstraint(
                fields=["on_list"], condition=Q(state="READY"), name="list_version_one_in_use"
            ),
        ]

    def __str__(self):
        return f"{self.on_list_id} v{self.number}"

    @property
    def reference(self) -> str:
        return f"{self.on_list.code}-v{self.number}"


class ListedEntity(models.Model):
    """One entry of one version, with all its names. Days count where the list comes from."""

    version = models.ForeignKey(ListVersion, models.CASCADE, related_name="entities")
    entity_id = models.CharField(max_length=120)
    name = models.CharField(max_length=300)
    aliases = models.JSONField(default=list)
    countries = models.JSONField(default=list)
    schema = models.CharField(max_length=40, blank=True)
    program = models.CharField(max_length=300, blank=True)
    notice = models.CharField(max_length=200, blank=True)
    effective_from = models.DateField(null=True)
    suspended_from = models.DateField(null=True)
    suspended_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "entity_id"], name="listed_entity_once"),
        ]

    def __str__(self):
        return self.name


class ListedKey(models.Model):
    """A key under which an entry is found (see `euc.screening.comparing.keys_of`)."""

    version = models.ForeignKey(ListVersion, models.CASCADE, related_name="+")
    key = models.BigIntegerField()
    entity_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["key", "version", "entity_id"], name="listed_key_finds")]

    def __str__(self):
        return str(self.key)


class ListedKeyCount(models.Model):
    """How many entries of a version have a key: rare ones are looked for first and weigh more."""

    version = models.ForeignKey(ListVersion, models.CASCADE, related_name="+")
    key = models.BigIntegerField()
    entries = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["key", "version"], name="listed_key_counts")]

    def __str__(self):
        return f"{self.key}: {self.entries}"


class Screening(models.Model):
    """That a revision was screened, and against which versions."""

    certificate = models.OneToOneField(Certificate, models.CASCADE, related_name="screening")
    revision_number = models.PositiveIntegerField()
    versions = models.JSONField(default=list)
    screened_at = models.DateTimeField()

    def __str__(self):
        return f"{self.certificate_id} r{self.revision_number}"


class HitQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Judging is the authority's; the importer learns of it through what is asked of it."""
        if actor is not None and actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR):
            return self
        return self.none()

    def open(self):
        return self.filter(status__in=workflow.HIT_OPEN)


class ScreeningHit(Living, models.Model):
    """A party of a certificate that resembles an entry of a list, and what people judged of it.

    Valid for exactly this name and this entry: when either changes, the hit lapses and a new one is opened.
    """

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="hits")
    fingerprint = models.CharField(max_length=32)
    role = models.CharField(max_length=12)
    party_name = models.CharField(max_length=300)
    party_names = models.JSONField(default=list)
    on_list = models.ForeignKey(ScreeningList, models.PROTECT, related_name="hits")
    version = models.ForeignKey(ListVersion, models.PROTECT, related_name="+")
    entity_id = models.CharField(max_length=120)
    entry = models.JSONField(default=dict)
    score = models.PositiveSmallIntegerField()
    explanation = models.JSONField(default=dict)
    status = models.CharField(
        max_length=12,
        default=workflow.OPEN,
        choices=[(s, workflow.LABELS[s]) for s in workflow.HIT.statuses],
    )
    found_at = models.DateTimeField(default=timezone.now)
    suspected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    suspected_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    objects = HitQuerySet.as_manager()

    is_editable = False

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "-score", "id"], name="hit_queue")]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "fingerprint"], name="hit_once"),
            models.CheckConstraint(condition=Q(status__in=workflow.HIT.statuses), name="hit_status_is_known"),
            *at_and_by("hit", "suspected", "judged"),
            models.CheckConstraint(
                condition=~Q(status=workflow.CONFIRMED)
                | (
                    Q(suspected_by__isnull=False, judged_by__isnull=False)
                    & ~Q(judged_by=models.F("suspected_by"))
                ),
                name="hit_confirmed_by_two",
            ),
        ]

    def __str__(self):
        return f"{self.party_name} – {self.entry.get('name', '')}"

    @property
    def reference(self) -> str:
        return str(self.pk)

    slug = reference

    @property
    def book(self) -> str:
        return f"org-{self.certificate.importer_id}"

    @property
    def importer_id(self) -> int:
        return self.certificate.importer_id

    def has_member(self, person) -> bool:
        return self.certificate.has_member(person)

    def is_suspended(self, day: date) -> bool:
        """Whether the listing itself is suspended on that day: then the hit is shown but bars nothing."""
        first, last = self.entry.get("suspended_from"), self.entry.get("suspended_until")
        return bool(first and last and first <= day.isoformat() <= last)
