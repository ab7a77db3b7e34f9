"""Files of consignments: what was taken in, its rows while they are worked off, what is wrong with them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from documents.models import StoredFile
from euc.models.living import at_and_by
from shipments.models.consignment import Consignment


class ImportFileQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The files of one's own organisation, for those who plan consignments."""
        if actor is None or not actor.has(Role.DRAFTER, Role.SIGNATORY):
            return self.none()
        return self.filter(importer=actor.organisation)


class ImportFile(models.Model):
    """One file of consignments and how far it is worked off: read, checked, then planned, or taken back again.

    `columns` are the file's own names, `mapping` says by column what it means (empty: nothing). `cursor` is the group
    of rows (an invoice, by its first row) up to which the present state has come, `taken` the milligrams that it has
    planned so far by goods line, `slices` how often it was worked on, `language` the one its reasons are written in.
    `is_hidden`: what it has planned is for nobody to see until all of it is planned.
    """

    class State(models.TextChoices):
        TAKEN = "TAKEN", _("uploaded, nothing planned")
        READING = "READING", _("being read")
        CHECKING = "CHECKING", _("being checked")
        PLANNING = "PLANNING", _("being planned")
        UNDOING = "UNDOING", _("being taken back")
        DONE = "DONE", _("done")
        REFUSED = "REFUSED", _("nothing planned: rows do not hold")
        CANCELLED = "CANCELLED", _("cancelled")

    UNDER_WAY = (State.READING, State.CHECKING, State.PLANNING, State.UNDOING)
    OPEN = (State.TAKEN, *UNDER_WAY)

    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(_("file name"), max_length=120)
    sha256 = models.CharField(max_length=64)
    stored = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    encoding = models.CharField(max_length=10)
    columns = models.JSONField()
    mapping = models.JSONField()
    first_rows = models.JSONField()
    is_cut = models.BooleanField(default=False)
    skips_bad = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.TAKEN)
    total = models.PositiveIntegerField()
    read = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    slices = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    taken = models.JSONField(default=dict)
    planned = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    refusal = models.CharField(max_length=500, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ImportFileQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["importer", "-id"], name="import_file_by_importer")]
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "sha256"],
                condition=Q(state__in=["TAKEN", "READING", "CHECKING", "PLANNING", "UNDOING"]),
                name="import_file_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["TAKEN", "READING", "CHECKING", "PLANNING", "UNDOING"], ended_at=None)
                | Q(state__in=["DONE", "REFUSED", "CANCELLED"], ended_at__isnull=False),
                name="import_file_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="REFUSED") | Q(planned=0), name="import_file_refused_planned_nothing"
            ),
            models.CheckConstraint(
                condition=Q(is_hidden=False) | Q(state__in=["PLANNING", "UNDOING"], skips_bad=False),
                name="import_file_hidden_while_planned",
            ),
            *at_and_by("import_file", "uploaded", "started"),
        ]

    def __str__(self):
        return self.name

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def reference(self) -> str:
        return f"import-{self.pk}"

    @property
    def tone(self) -> str:
        tones = {self.State.DONE: "success", self.State.REFUSED: "warning"}
        return "info" if self.is_under_way else tones.get(self.State(self.state), "neutral")

    @property
    def is_taken(self) -> bool:
        return self.state == self.State.TAKEN

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def may_be_cancelled(self) -> bool:
        return self.state in self.OPEN and self.state != self.State.UNDOING

    def named(self) -> dict[str, int]:
        """Which column of the file holds what, by the name of what it holds."""
        return {self.mapping[column]: n for n, column in enumerate(self.columns) if self.mapping.get(column)}


class ImportRow(models.Model):
    """A row of a file that is worked off; those that were planned go when it is done.

    Rows of one invoice are a group, named by the number of its first row. `key` tells the row from the others of the
    file; `twin` is the number of an earlier row with the same key.
    """

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    group = models.PositiveIntegerField()
    invoice = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    twin = models.PositiveIntegerField(null=True)
    texts = models.JSONField()

    class Meta:
        ordering = ["file_id", "group", "number"]
        indexes = [
            models.Index(fields=["file", "invoice"], name="import_row_by_invoice"),
            models.Index(fields=["file", "key"], name="import_row_by_key"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["file", "group", "number"], name="import_row_once"),
        ]

    def __str__(self):
        return f"{self.file_id} · {self.number}"


class ImportProblem(models.Model):
    """Why a row cannot be planned. `column` is what the column means, or empty for the row as a whole."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="problems")
    group = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    column = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["file_id", "number", "id"]
        indexes = [
            models.Index(fields=["file", "number", "id"], name="import_problem_by_row"),
            models.Index(fields=["file", "group"], name="import_problem_by_group"),
        ]

    def __str__(self):
        return self.text


class ImportedKey(models.Model):
    """A row of a file that became a lot, by its key: planned once for an importer, until that was called off."""

    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["importer", "key"], name="imported_key_once")]

    def __str__(self):
        return self.key


class ColumnChoice(models.Model):
    """What an importer said a column of its files means (empty: nothing); remembered for its next file."""

    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    column = models.CharField(max_length=100)
    means = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["importer", "column"], name="column_choice_once")]

    def __str__(self):
        return f"{self.column}: {self.means}"
