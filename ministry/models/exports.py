"""Exports: the rows behind a figure as a file that a job writes, kept for a week for who asked."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ExportQuerySet(models.QuerySet):
    def visible_to(self, actor: Any) -> ExportQuerySet:
        """A person's own, of the organisation they act for now."""
        if actor is None:
            return self.none()
        return self.filter(person=actor.person, organisation=actor.organisation)


def new_key() -> str:
    return secrets.token_hex(16)


class Export(models.Model):
    """What was asked, how far it is written, and the file. `last` is the key of the last row that was written."""

    class Form(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        PARQUET = "parquet", "Parquet"

    class State(models.TextChoices):
        RUNNING = "RUNNING", _("Being written")
        DONE = "DONE", _("Ready")
        EXPIRED = "EXPIRED", _("Deleted")

    key = models.CharField(max_length=32, unique=True, default=new_key)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    figure = models.CharField(max_length=20)
    query = models.CharField(max_length=4000, blank=True)
    form = models.CharField(max_length=8, choices=Form)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    total = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    parts = models.JSONField(default=list)
    file = models.CharField(max_length=60, blank=True)
    size = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="DONE") | (Q(finished_at__isnull=False) & ~Q(file="")),
                name="export_done_has_file",
            ),
            models.CheckConstraint(condition=Q(form__in=["csv", "xlsx", "parquet"]), name="export_form"),
            models.CheckConstraint(
                condition=Q(state__in=["RUNNING", "DONE", "EXPIRED"]), name="export_state"
            ),
        ]
        indexes = [models.Index(fields=["person", "organisation", "-id"], name="export_by_person")]

    def __str__(self) -> str:
        return self.reference

    @property
    def book(self) -> str:
        return f"org-{self.organisation_id}"

    @property
    def reference(self) -> str:
        return f"{self.figure}.{self.form}"

    @property
    def folder(self) -> Path:
        return Path(settings.FILES_DIR) / "exports" / self.key

    @property
    def path(self) -> Path:
        return self.folder / self.file

    @property
    def percent(self) -> int:
        return min(self.done * 100 // self.total, 100) if self.total else 0
