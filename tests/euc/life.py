"""A certificate in any status, reached through the services as people reach it."""

from dataclasses import dataclass
from itertools import count

from accounts.actors import Actor
from euc import demonstration, services, workflow
from euc.models import Certificate

_orders = count(1)


@dataclass(frozen=True)
class Life:
    """The people of one certificate and its statuses as verbs."""

    drafter: Actor
    signatory: Actor
    officer: Actor
    senior: Actor
    clock: Actor

    def draft(self, **given) -> Certificate:
        return demonstration.complete_draft(by=self.drafter, po_number=f"PO-{next(_orders)}", **given)

    def submitted(self, **given) -> Certificate:
        certificate = self.draft(**given)
        self.submit(certificate)
        return certificate

    def returned(self) -> Certificate:
        certificate = self.submitted()
        services.send_back(certificate=certificate, by=self.officer, reason="unclear")
        return certificate

    def approved(self, **given) -> Certificate:
        certificate = self.submitted(**given)
        self.approve(certificate)
        return certificate

    def issued(self, **given) -> Certificate:
        certificate = self.approved()
        self.issue(certificate, **given)
        return certificate

    def exhausted(self) -> Certificate:
        certificate = self.issued()
        services.exhaust(certificate=certificate, by=self.clock)
        return certificate

    def revoked(self) -> Certificate:
        certificate = self.issued()
        services.revoke(certificate=certificate, by=self.senior, reason="cancelled")
        return certificate

    def superseded(self) -> Certificate:
        certificate = self.issued()
        self.issue_successor(certificate)
        return Certificate.objects.get(pk=certificate.pk)

    def withdrawn(self) -> Certificate:
        certificate = self.draft()
        services.withdraw(certificate=certificate, by=self.drafter, reason="not needed")
        return certificate

    def rejected(self) -> Certificate:
        certificate = self.submitted()
        services.reject(certificate=certificate, by=self.officer, reason="military")
        return certificate

    # --- verbs with their usual people -----------------------------------------------------------

    def submit(self, certificate: Certificate) -> None:
        services.submit(certificate=certificate, by=self.signatory, notice_seen=True)

    def approve(self, certificate: Certificate, by: Actor | None = None) -> None:
        services.approve(certificate=certificate, by=by or self.officer, seen_hash=certificate.content_hash)

    def issue(self, certificate: Certificate, by: Actor | None = None, **given) -> None:
        services.issue(
            certificate=certificate, by=by or self.senior, seen_hash=certificate.content_hash, **given
        )

    def successor(self, certificate: Certificate) -> Certificate:
        """A submitted and approved certificate that will take the place of this one."""
        made = self.draft()
        Certificate.objects.filter(pk=made.pk).update(supersedes=certificate)
        made.refresh_from_db()
        self.submit(made)
        self.approve(made)
        return made

    def issue_successor(self, certificate: Certificate) -> Certificate:
        made = self.successor(certificate)
        self.issue(made)
        return made

    def in_status(self, status: str) -> Certificate:
        ways = {
            workflow.DRAFT: self.draft,
            workflow.SUBMITTED: self.submitted,
            workflow.RETURNED: self.returned,
            workflow.APPROVED: self.approved,
            workflow.ISSUED: self.issued,
            workflow.EXHAUSTED: self.exhausted,
            workflow.REVOKED: self.revoked,
            workflow.SUPERSEDED: self.superseded,
            workflow.WITHDRAWN: self.withdrawn,
            workflow.REJECTED: self.rejected,
        }
        return ways[status]()
