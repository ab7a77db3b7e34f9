"""What everything with a life under an importer's name has in common: who sees it, how it is called and shown."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.roles import Role
from shipments import watch_law

READERS = (Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST)


class OwnedQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The importer's own; every one for those who oversee."""
        if actor is None:
            return self.none()
        if actor.has(Role.DRAFTER, Role.SIGNATORY):
            return self.filter(importer=actor.organisation)
        return self if actor.has(*READERS) else self.none()


class Owned:
    """Something of one importer with a status; `law` is the module with the words and tones of its statuses."""

    law: Any
    reference: Any
    importer_id: Any
    status: Any

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def slug(self) -> str:
        """The reference as it stands in addresses: hyphens for slashes."""
        return self.reference.replace("/", "-")

    @property
    def status_label(self):
        return self.law.LABELS[self.status]

    @property
    def tone(self) -> str:
        return self.law.TONES[self.status]

    def has_member(self, person) -> bool:
        """Whether this person belongs to the importer in any role, now."""
        return person.memberships.active().filter(organisation_id=self.importer_id).exists()


class WatchedQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """For those who oversee alone: an importer is asked, not shown the watch."""
        if actor is not None and actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR):
            return self
        return self.none()


class Watched(Owned):
    """Something about one importer that officers judge: known by its key alone."""

    pk: Any
    law = watch_law

    @property
    def reference(self) -> str:
        """As it stands in addresses; people read its words."""
        return str(self.pk)
