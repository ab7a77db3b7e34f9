"""One factory per model. Statuses are reached through the services, never set here."""

import factory

from accounts.models import Membership, Organisation, Site, User
from accounts.roles import Kind, Role


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person-{n}@example.test")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    password = "!"  # signs in with force_login; a test that types a password sets one


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation
        django_get_or_create = ("kind", "name")

    kind = Kind.IMPORTER
    name = factory.Sequence(lambda n: f"Importer {n} Private Limited")
    address = "1 Test Road"
    city = "Pune"
    state_code = "27"
    postcode = "411001"
    iec = factory.Maybe(
        factory.LazyAttribute(lambda o: o.kind == Kind.IMPORTER),
        factory.Sequence(lambda n: f"{388000100 + n:010d}"),
        "",
    )


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Site

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Plant {n}")
    address = "Plot 7, Test Industrial Area"
    city = "Pune"
    state_code = "27"
    postcode = "411001"


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    person = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.DRAFTER
    designation = "Manager"
