"""Two persons, neither an author, both holding their role, both for the text that is issued (I-6, I-7, I-8)."""

import pytest

from accounts import actors
from accounts.roles import Kind, Role
from euc import drafting, services, workflow
from euc.models import Approval, Certificate
from tests.factories import MembershipFactory, OrganisationFactory
from workflow.engine import NotAllowed, WrongStatus


def stored(certificate):
    return Certificate.objects.get(pk=certificate.pk)


def join(actor, organisation, *roles):
    """The same person with more roles, acting in that organisation."""
    for role in roles:
        MembershipFactory(person=actor.person, organisation=organisation, role=role)
    return actors.of(actor.person, organisation)


@pytest.fixture
def both(make_actor, authority):
    """One person who holds both roles at the authority."""
    return make_actor("Bina Both", authority, Role.OFFICER, Role.SENIOR)


class TestIssuer:
    def test_is_not_the_approver(self, life, both):
        certificate = life.submitted()
        life.approve(certificate, by=both)
        with pytest.raises(NotAllowed, match="You approved this"):
            life.issue(certificate, by=both)
        assert stored(certificate).status == workflow.APPROVED
        assert Approval.objects.count() == 1

    def test_may_hold_both_roles_when_another_approved(self, life, both):
        certificate = life.approved()
        life.issue(certificate, by=both)
        assert stored(certificate).status == workflow.ISSUED

    def test_may_have_approved_an_earlier_revision(self, life, both):
        certificate = life.submitted()
        life.approve(certificate, by=both)
        services.send_back(certificate=certificate, by=life.senior, reason="unclear")
        life.submit(stored(certificate))
        certificate = stored(certificate)
        life.approve(certificate)
        life.issue(certificate, by=both)
        assert stored(certificate).issued_by == both.person


class TestAuthor:
    def test_who_began_it_does_not_approve_it(self, life, authority):
        certificate = life.submitted()
        life.drafter.person.memberships.all().delete()
        with pytest.raises(NotAllowed, match="You wrote or signed this"):
            life.approve(certificate, by=join(life.drafter, authority, Role.OFFICER))

    def test_who_signed_it_does_not_issue_it(self, life, authority):
        certificate = life.approved()
        life.signatory.person.memberships.all().delete()
        with pytest.raises(NotAllowed, match="You wrote or signed this"):
            life.issue(certificate, by=join(life.signatory, authority, Role.SENIOR))

    @pytest.mark.parametrize("verb", ["approve", "issue"])
    def test_who_only_edited_it_once_does_neither(self, life, make_actor, importer, authority, verb):
        helper = make_actor("Hari Helper", importer, Role.DRAFTER)
        certificate = life.draft()
        drafting.record_order(certificate=certificate, by=helper, order={"po_number": "PO-HELPED"})
        life.submit(stored(certificate))
        certificate = stored(certificate)
        helper.person.memberships.all().delete()
        reviewer = join(helper, authority, Role.OFFICER, Role.SENIOR)
        if verb == "issue":
            life.approve(certificate)
        with pytest.raises(NotAllowed, match="You wrote or signed this"):
            getattr(life, verb)(certificate, by=reviewer)


class TestMemberOfTheImporter:
    VERBS = ("approve", "send_back", "reject")

    @pytest.mark.parametrize("verb", VERBS)
    def test_does_not_review_it(self, life, importer, verb):
        certificate = life.submitted()
        join(life.officer, importer, Role.DRAFTER)
        given = {"seen_hash": certificate.content_hash} if verb == "approve" else {"reason": "why"}
        with pytest.raises(NotAllowed, match="independent"):
            getattr(services, verb)(certificate=certificate, by=life.officer, **given)

    def test_does_not_issue_it(self, life, importer):
        certificate = life.approved()
        join(life.senior, importer, Role.SIGNATORY)
        with pytest.raises(NotAllowed, match="independent"):
            life.issue(certificate)

    def test_does_not_revoke_it(self, life, importer):
        certificate = life.issued()
        join(life.senior, importer, Role.DRAFTER)
        with pytest.raises(NotAllowed, match="independent"):
            services.revoke(certificate=certificate, by=life.senior, reason="why")

    def test_of_another_importer_may_review_it(self, life, other_importer):
        certificate = life.submitted()
        join(life.officer, other_importer, Role.DRAFTER)
        life.approve(certificate)
        assert stored(certificate).status == workflow.APPROVED

    def test_acting_for_the_importer_has_no_officer_s_role_there(self, life, importer):
        """Rights never add up across organisations."""
        certificate = life.submitted()
        at_the_importer = join(life.officer, importer, Role.DRAFTER)
        assert at_the_importer.roles == {Role.DRAFTER}
        with pytest.raises(NotAllowed):
            life.approve(certificate, by=at_the_importer)


class TestApprover:
    def lose(self, actor, **change):
        actor.person.memberships.filter(role=Role.OFFICER).update(**change)

    def test_who_lost_the_role_does_not_count(self, life):
        certificate = life.approved()
        self.lose(life.officer, is_active=False)
        with pytest.raises(NotAllowed, match="no longer holds the role"):
            life.issue(certificate)
        assert stored(certificate).status == workflow.APPROVED

    def test_who_was_removed_does_not_count(self, life):
        certificate = life.approved()
        life.officer.person.memberships.all().delete()
        with pytest.raises(NotAllowed, match="no longer holds the role"):
            life.issue(certificate)

    def test_who_was_given_another_role_does_not_count(self, life):
        certificate = life.approved()
        self.lose(life.officer, role=Role.AUDITOR)
        with pytest.raises(NotAllowed, match="no longer holds the role"):
            life.issue(certificate)

    def test_who_moved_to_another_authority_does_not_count(self, life):
        certificate = life.approved()
        elsewhere = OrganisationFactory(kind=Kind.AUTHORITY, name="Another authority")
        self.lose(life.officer, organisation=elsewhere)
        with pytest.raises(NotAllowed, match="no longer holds the role"):
            life.issue(certificate)

    def test_who_regained_the_role_counts_again(self, life):
        certificate = life.approved()
        self.lose(life.officer, is_active=False)
        self.lose(life.officer, is_active=True)
        life.issue(certificate)
        assert stored(certificate).status == workflow.ISSUED

    def test_without_whom_it_can_still_be_returned_and_approved_anew(self, life, second_officer):
        certificate = life.approved()
        self.lose(life.officer, is_active=False)
        services.send_back(certificate=certificate, by=life.senior, reason="the officer left")
        life.submit(stored(certificate))
        certificate = stored(certificate)
        life.approve(certificate, by=second_officer)
        life.issue(certificate)
        assert stored(certificate).approved_by == second_officer.person


class TestEdit:
    @pytest.mark.parametrize("status", [workflow.SUBMITTED, workflow.APPROVED, workflow.ISSUED])
    def test_is_not_possible_under_review_or_later(self, life, status):
        certificate = life.in_status(status)
        with pytest.raises(WrongStatus, match="cannot be edited"):
            drafting.record_order(certificate=certificate, by=life.drafter, order={"po_number": "PO-SLY"})

    def test_after_a_return_voids_the_approval(self, life):
        certificate = life.approved()
        seen = certificate.content_hash
        services.send_back(certificate=certificate, by=life.officer, reason="unclear")
        drafting.record_order(certificate=certificate, by=life.drafter, order={"po_number": "PO-SLY"})
        life.submit(stored(certificate))
        certificate = stored(certificate)
        assert certificate.content_hash != seen
        assert certificate.approved_by is None
        with pytest.raises(WrongStatus):
            services.issue(certificate=certificate, by=life.senior, seen_hash=certificate.content_hash)
