import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from accounts import actors, services
from accounts.models import Invitation, User
from accounts.roles import Kind, Role
from tests.factories import OrganisationFactory, UserFactory
from workflow import errands, events
from workflow.engine import NotAllowed
from workflow.models import Errand, Event


def invite(by, organisation=None, role=Role.DRAFTER, **given):
    given = {"email": "new@example.test", "authority_reference": "BR-1", **given}
    return services.invite(by=by, organisation=organisation or by.organisation, role=role, **given)


def token_sent_for(invitation):
    """Do the errand the invitation owes and take the token out of the mail."""
    for errand in errands.of(invitation).filter(state=Errand.PENDING):
        assert errands.run(errand.pk)
    return re.search(r"/invitations/([\w-]+)/", mail.outbox[-1].body)[1]


class TestGrantableRoles:
    def test_follow_who_one_is_and_where(
        self,
        drafter,
        signatory,
        officer,
        senior,
        auditor,
        analyst,
        administrator,
        importer,
        authority,
        ministry,
    ):
        everything = {
            (importer, Role.DRAFTER), (importer, Role.SIGNATORY), (authority, Role.OFFICER),
            (authority, Role.SENIOR), (authority, Role.AUDITOR), (ministry, Role.ANALYST),
        }  # fmt: skip

        def granted(by):
            organisations = (importer, authority, ministry)
            return {(o, role) for o in organisations for role in services.grantable_roles(by, o)}

        assert granted(administrator) == everything
        assert granted(signatory) == {(o, r) for o, r in everything if o == importer}
        assert granted(senior) == {(o, r) for o, r in everything if o == authority}
        assert not any(granted(by) for by in (drafter, officer, auditor, analyst))

    def test_are_none_in_another_importer(self, signatory, other_importer):
        assert services.grantable_roles(signatory, other_importer) == ()


class TestInvite:
    def test_mails_a_link_and_keeps_only_the_hash(self, signatory):
        invitation = invite(signatory, email=" New@Example.test ")
        token = token_sent_for(invitation)
        invitation.refresh_from_db()
        assert mail.outbox[-1].to == ["new@example.test"]
        assert token not in str(invitation.__dict__)
        assert services.find_open(token) == invitation
        assert not Event.objects.filter(details__icontains=token).exists()

    def test_is_one_event_in_the_book_of_the_organisation(self, signatory, importer):
        invitation = invite(signatory)
        (event,) = events.about(invitation)
        assert (event.book, event.verb) == (importer.book, "accounts.invitation.invite")
        assert event.details == {"email": "new@example.test", "role": "DRAFTER"}

    @pytest.mark.parametrize("who", ["drafter", "officer", "auditor", "analyst", "stranger"])
    def test_refuses_people_who_may_not(self, who, request, importer):
        with pytest.raises(NotAllowed):
            invite(request.getfixturevalue(who), importer)
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR, Role.CLOCK, "GOD"])
    def test_refuses_roles_of_other_kinds_also_to_the_administrator(
        self, administrator, signatory, importer, role
    ):
        for by in (administrator, signatory):
            with pytest.raises(NotAllowed):
                invite(by, importer, role)

    def test_refuses_a_signatory_without_authority(self, signatory):
        with pytest.raises(ValidationError, match="resolution"):
            invite(signatory, role=Role.SIGNATORY, authority_reference="")

    def test_refuses_a_role_that_is_held(self, signatory, drafter):
        with pytest.raises(ValidationError, match="already"):
            invite(signatory, email=drafter.person.email)

    def test_replaces_an_earlier_offer_of_the_same_role(self, signatory):
        first = invite(signatory)
        old = token_sent_for(first)
        second = invite(signatory)
        assert services.find_open(old) is None
        assert services.find_open(token_sent_for(second)) == second

    def test_a_repeated_mail_voids_the_link_before(self, signatory):
        invitation = invite(signatory)
        old = token_sent_for(invitation)
        assert services.renew_token(invitation)
        assert services.find_open(old) is None


class TestFindOpen:
    def test_ends_after_fourteen_days(self, signatory):
        token = token_sent_for(invite(signatory))
        now = timezone.now()
        assert services.find_open(token, at=now + timedelta(days=13, hours=23))
        assert services.find_open(token, at=now + timedelta(days=14, minutes=1)) is None

    def test_ends_with_the_organisation(self, signatory, importer):
        token = token_sent_for(invite(signatory))
        importer.is_active = False
        importer.save()
        assert services.find_open(token) is None

    @pytest.mark.parametrize("token", ["", "x", "\ud800", "\x00", "a" * 10_000])
    def test_finds_nothing_for_nonsense(self, db, token):
        assert services.find_open(token) is None


class TestCancel:
    def test_ends_the_offer_once(self, signatory):
        invitation = invite(signatory)
        token = token_sent_for(invitation)
        services.cancel(invitation=invitation, by=signatory)
        services.cancel(invitation=invitation, by=signatory)
        assert services.find_open(token) is None
        assert [event.action for event in events.about(invitation)] == ["invite", "cancel"]

    def test_stops_a_mail_that_was_not_sent_yet(self, signatory):
        invitation = invite(signatory)
        services.cancel(invitation=invitation, by=signatory)
        assert errands.run(errands.of(invitation).get().pk)
        assert not mail.outbox

    def test_refuses_people_who_may_not(self, signatory, stranger):
        with pytest.raises(NotAllowed):
            services.cancel(invitation=invite(signatory), by=stranger)


class TestAccept:
    def test_makes_the_account_with_a_proven_address(self, signatory, importer):
        invitation = invite(signatory, designation="Engineer")
        person = services.accept_as_new_person(
            invitation=invitation, full_name="Nina New", password="four unrelated words here"
        )
        actor = actors.of(person, importer)
        assert actor.roles == {Role.DRAFTER}
        assert actor.designation == "Engineer"
        assert person.check_password("four unrelated words here")
        assert person.emailaddress_set.get().verified

    def test_makes_one_account_of_a_form_sent_twice(self, signatory):
        invitation = invite(signatory)
        given = {"invitation": invitation, "full_name": "Nina New", "password": "four unrelated words here"}
        services.accept_as_new_person(**given)
        with pytest.raises(NotAllowed):
            services.accept_as_new_person(**given)
        assert User.objects.filter(email="new@example.test").count() == 1

    def test_works_once(self, signatory):
        invitation = invite(signatory)
        person = UserFactory(email="new@example.test")
        services.accept(invitation=invitation, person=person)
        with pytest.raises(NotAllowed, match="not valid"):
            services.accept(invitation=invitation, person=person)
        assert person.memberships.count() == 1

    def test_refuses_another_persons_offer(self, signatory, stranger):
        with pytest.raises(NotAllowed, match="another address"):
            services.accept(invitation=invite(signatory), person=stranger.person)

    def test_refuses_a_cancelled_offer(self, signatory):
        invitation = invite(signatory)
        services.cancel(invitation=invitation, by=signatory)
        with pytest.raises(NotAllowed):
            services.accept(invitation=invitation, person=UserFactory(email="new@example.test"))

    def test_brings_a_removed_person_back(self, signatory, drafter, importer):
        services.remove(membership=drafter.person.memberships.get(), by=signatory)
        offer = invite(signatory, email=drafter.person.email, designation="Head")
        services.accept(invitation=offer, person=drafter.person)
        assert actors.of(drafter.person, importer).designation == "Head"
        assert drafter.person.memberships.count() == 1


class TestRemove:
    def test_ends_the_role_and_is_one_event(self, signatory, drafter, importer):
        membership = drafter.person.memberships.get()
        services.remove(membership=membership, by=signatory)
        services.remove(membership=membership, by=signatory)
        assert not actors.of(drafter.person, importer).roles
        (event,) = events.about(membership)
        assert event.verb == "accounts.membership.remove"
        assert event.person == signatory.person

    def test_refuses_oneself(self, signatory):
        with pytest.raises(NotAllowed, match="yourself"):
            services.remove(membership=signatory.person.memberships.get(), by=signatory)

    def test_refuses_other_organisations(self, signatory, stranger):
        with pytest.raises(NotAllowed):
            services.remove(membership=stranger.person.memberships.first(), by=signatory)


class TestResetSecondFactors:
    def test_removes_them_and_tells(self, administrator, senior):
        Authenticator.objects.create(user=senior.person, type="totp", data={})
        assert services.reset_second_factors(person=senior.person, by=administrator) == 1
        event = Event.objects.get(verb="accounts.user.reset_second_factors")
        assert event.book == administrator.organisation.book

    def test_refuses_others_and_oneself(self, senior, administrator):
        for by, person in ((senior, administrator.person), (administrator, administrator.person)):
            with pytest.raises(NotAllowed):
                services.reset_second_factors(person=person, by=by)


class TestEveryVerb:
    def test_keeps_the_chain_of_history_whole(self, signatory, drafter):
        invite(signatory)
        services.remove(membership=drafter.person.memberships.get(), by=signatory)
        assert list(events.faults()) == []

    def test_leaves_nothing_behind_when_history_cannot_be_written(self, signatory, monkeypatch):
        def fail(**given):
            raise RuntimeError

        monkeypatch.setattr(events, "record", fail)
        with pytest.raises(RuntimeError):
            invite(signatory)
        assert not Invitation.objects.exists()
        assert not User.objects.filter(email="new@example.test").exists()


class TestOnePlatform:
    def test_is_kept_by_the_database(self, platform):
        with pytest.raises(IntegrityError):
            OrganisationFactory(kind=Kind.PLATFORM, name="A second one")
