"""China's working days, one row a day: official where the State Council has published the year, else estimated."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workflow.append_only import AppendOnlyModel


class CalendarDay(models.Model):
    """Whether a day is a working day in China. Officers may correct a day; a published year replaces the estimate."""

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField(_("working day"))
    is_official = models.BooleanField(_("official"), default=False)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        ordering = ["day"]

    def __str__(self):
        return f"{self.day}: {'working' if self.is_working else 'free'}"


class CalendarCorrection(AppendOnlyModel):
    """An officer corrected a day by a notice; the last correction of a day stands in the calendar."""

    day = models.DateField()
    is_working = models.BooleanField()
    source = models.CharField(max_length=200)
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField(default=timezone.now)

    book = "rules"

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="calendar_correction_has_a_source")
        ]

    def __str__(self):
        return f"{self.day}: {'working' if self.is_working else 'free'} ({self.source})"

    @property
    def reference(self) -> str:
        return f"{self.day:%Y-%m-%d}"
