import pytest
from django.test import Client

from accounts import actors
from accounts.models import Organisation, User
from accounts.roles import Kind, Role
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory


@pytest.fixture
def broker(importer, other_importer):
    person = UserFactory(full_name="Bina Broker")
    MembershipFactory(person=person, organisation=importer, role=Role.DRAFTER)
    MembershipFactory(person=person, organisation=other_importer, role=Role.SIGNATORY)
    return person


class Request:
    """As much of a request as an actor is read from."""

    def __init__(self, user, **session):
        self.user = user
        self.session = session


class TestOf:
    def test_gives_the_roles_of_this_organisation_only(self, broker, importer, other_importer):
        assert actors.of(broker, importer).roles == {Role.DRAFTER}
        assert actors.of(broker, other_importer).roles == {Role.SIGNATORY}

    def test_gives_no_roles_to_a_stranger(self, broker, authority):
        assert actors.of(broker, authority).roles == frozenset()

    def test_forgets_ended_memberships(self, drafter, importer):
        drafter.person.memberships.update(is_active=False)
        assert actors.of(drafter.person, importer).roles == frozenset()

    def test_ignores_a_role_the_kind_of_organisation_does_not_give(self, importer):
        person = UserFactory()
        MembershipFactory(person=person, organisation=importer, role=Role.SENIOR)
        assert actors.of(person, importer).roles == frozenset()

    def test_carries_name_designation_and_authority(self, signatory):
        assert signatory.name == "Sita Signatory"
        assert signatory.designation == "Authorised signatory"
        assert signatory.authority_reference == "Order of Sita Signatory"
        assert signatory.has(Role.OFFICER, Role.SIGNATORY)
        assert not signatory.has(Role.OFFICER)


class TestForSession:
    def test_takes_the_only_organisation_without_asking(self, drafter, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert actors.for_session(Request(drafter.person)) == drafter

    def test_asks_when_there_are_several(self, broker):
        assert actors.for_session(Request(broker)) is None

    def test_takes_the_chosen_one(self, broker, other_importer):
        found = actors.for_session(Request(broker, organisation=other_importer.pk))
        assert (found.organisation, found.roles) == (other_importer, {Role.SIGNATORY})

    @pytest.mark.parametrize("chosen", ["x", 0, 10**30, None])
    def test_never_takes_one_that_is_not_theirs(self, broker, chosen):
        assert actors.for_session(Request(broker, organisation=chosen)) is None

    def test_drops_a_chosen_one_that_ended_and_picks_no_other_unasked(self, broker, importer):
        request = Request(broker, organisation=importer.pk)
        broker.memberships.filter(organisation=importer).update(is_active=False)
        assert actors.for_session(request) is None
        assert actors.SESSION_KEY not in request.session

    def test_knows_no_actor_in_an_organisation_that_is_closed(self, drafter, importer):
        Organisation.objects.filter(pk=importer.pk).update(is_active=False)
        assert actors.for_session(Request(drafter.person)) is None


class TestClock:
    def test_is_one_named_person_who_can_never_sign_in(self, db):
        clock = actors.clock()
        assert actors.clock() == clock
        assert clock.has(Role.CLOCK)
        assert clock.person.is_system
        assert not clock.person.is_active
        assert not clock.person.has_usable_password()
        assert not Client().login(email=clock.person.email, password="!")

    def test_belongs_to_the_platform(self, db):
        assert actors.clock().organisation == Organisation.objects.get(kind=Kind.PLATFORM)


class TestUser:
    def test_is_found_by_address_whatever_the_case(self, db):
        person = User.objects.create_user("  Asha@Example.TEST ", "a long password", full_name="Asha")
        assert person.email == "asha@example.test"
        assert User.objects.get_by_natural_key("ASHA@example.test") == person

    def test_first_administrator_may_sign_in_and_enter_the_back_office(self, db):
        person = User.objects.create_superuser("root@example.test", "a long password", full_name="Root")
        assert person.is_staff
        assert person.emailaddress_set.get().verified

    def test_nobody_else_is_staff(self, drafter, senior, auditor, analyst):
        assert not any(actor.person.is_staff for actor in (drafter, senior, auditor, analyst))


class TestOrganisation:
    def test_names_its_book(self):
        assert OrganisationFactory.build(pk=7).book == "org-7"
