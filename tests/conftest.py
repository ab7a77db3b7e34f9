"""The same people everywhere: one importer, one authority, one ministry, one platform, and a stranger."""

import pytest
from django.conf import settings
from django.test import Client

from accounts import actors
from accounts.roles import Kind, Role
from euc import reference
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.remembering import remembered

LEFT_OUT = pytest.StashKey[int]()


def pytest_collection_modifyitems(config, items):
    """Races need a server that runs transactions side by side: not run on SQLite, and the summary says so."""
    if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    left_out = [item for item in items if item.get_closest_marker("services")]
    config.stash[LEFT_OUT] = len(left_out)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_terminal_summary(terminalreporter, config):
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"NOT RUN on SQLite: {count} tests that need PostgreSQL (DATABASE_URL=..., or make test)",
            yellow=True,
        )


@remembered
def importer(db):
    return OrganisationFactory(kind=Kind.IMPORTER, name="Pune Motors Private Limited")


@remembered
def other_importer(db):
    return OrganisationFactory(kind=Kind.IMPORTER, name="Nashik Drives Private Limited")


@remembered
def authority(db):
    return OrganisationFactory(kind=Kind.AUTHORITY, name="Authority")


@remembered
def ministry(db):
    return OrganisationFactory(kind=Kind.MINISTRY, name="Ministry")


@remembered
def platform(db):
    return OrganisationFactory(kind=Kind.PLATFORM, name="Platform")


@pytest.fixture
def make_actor(db):
    """`make_actor("Name", organisation, role, ...)`: a new person with these roles there."""

    def make(full_name, organisation, *roles):
        person = UserFactory(full_name=full_name)
        for role in roles:
            MembershipFactory(
                person=person,
                organisation=organisation,
                role=role,
                designation=Role(role).label,
                authority_reference=f"Order of {full_name}",
            )
        return actors.of(person, organisation)

    return make


@remembered
def drafter(make_actor, importer):
    return make_actor("Dhruv Drafter", importer, Role.DRAFTER)


@remembered
def signatory(make_actor, importer):
    return make_actor("Sita Signatory", importer, Role.SIGNATORY)


@remembered
def officer(make_actor, authority):
    return make_actor("Omkar Officer", authority, Role.OFFICER)


@remembered
def second_officer(make_actor, authority):
    return make_actor("Ojas Officer", authority, Role.OFFICER)


@remembered
def senior(make_actor, authority):
    return make_actor("Sunita Senior", authority, Role.SENIOR)


@remembered
def auditor(make_actor, authority):
    return make_actor("Asha Auditor", authority, Role.AUDITOR)


@remembered
def analyst(make_actor, ministry):
    return make_actor("Anil Analyst", ministry, Role.ANALYST)


@remembered
def administrator(make_actor, platform):
    return make_actor("Aditi Administrator", platform, Role.ADMINISTRATOR)


@remembered
def stranger(make_actor, other_importer):
    return make_actor("Stuti Stranger", other_importer, Role.DRAFTER, Role.SIGNATORY)


@remembered
def library(db):
    """Clauses, policies and rules as they are loaded at first."""
    reference.load()


@pytest.fixture
def client_for():
    """`client_for(actor)`: a test client signed in as this person, acting for this organisation."""

    def sign_in(actor):
        client = Client()
        client.force_login(actor.person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[actors.SESSION_KEY] = actor.organisation.pk
        session.save()
        return client

    return sign_in
