"""How a reviewer likes to see the queue: named filters, each person's own."""

from django.conf import settings
from django.db import models

from accounts.models import Organisation


class SavedFilterQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """A person's own, of the organisation they act for now."""
        if actor is None:
            return self.none()
        return self.filter(person=actor.person, organisation=actor.organisation)


class SavedFilter(models.Model):
    """A query string of the queue under a name."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=300)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation", "name"], name="saved_filter_name_once"),
        ]

    def __str__(self):
        return self.name
