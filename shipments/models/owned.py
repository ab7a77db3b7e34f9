"""What everything with a life under an importer's name has in common: who sees it, how it is called and shown."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.roles import Role

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
