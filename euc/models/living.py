"""What everything with a life has in common: how its status shows, who it belongs to, who did what when."""

from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from accounts.roles import Role
from euc import workflow


class Living:
    """Something with a status of the law."""

    status: Any

    @property
    def status_label(self):
        return workflow.LABELS[self.status]

    @property
    def tone(self) -> str:
        return workflow.TONES[self.status]


class Paper(Living, models.Model):
    """A paper of one importer, named by its reference."""

    importer_id: Any
    reference: Any
    addressed_to_id: Any
    approved_by: Any
    approving_authority_id: Any

    class Meta:
        abstract = True

    def __str__(self):
        return self.reference

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def slug(self) -> str:
        """The reference as it stands in addresses: hyphens for slashes."""
        return self.reference.replace("/", "-")

    def approval_stands(self) -> bool:
        """Whether the approver still holds the role at the authority they approved for."""
        if self.approved_by is None:
            return False
        held = self.approved_by.memberships.active()
        return held.filter(organisation_id=self.approving_authority_id, role=Role.OFFICER).exists()

    def lacks_its_addressee(self) -> bool:
        """Whether there are several authorities and it does not say which it addresses."""
        return self.addressed_to_id is None and bool(Organisation.objects.choosable_authorities())

    def has_member(self, person) -> bool:
        """Whether this person belongs to the importer in any role, now."""
        return person.memberships.active().filter(organisation_id=self.importer_id).exists()


def at_and_by(name: str, *verbs: str) -> list[models.CheckConstraint]:
    """For each verb: its moment and its person are known together or not at all."""
    return [
        models.CheckConstraint(
            condition=Q(**{f"{verb}_at__isnull": True, f"{verb}_by__isnull": True})
            | Q(**{f"{verb}_at__isnull": False, f"{verb}_by__isnull": False}),
            name=f"{name}_{verb}_at_and_by",
        )
        for verb in verbs
    ]
