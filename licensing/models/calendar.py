"""China's working days, one row a day: official where the State Council has published the year, else estimated."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
