import pytest
from django.core.management import CommandError, call_command

from accounts import actors, demonstration, identifiers
from accounts.models import Membership, Organisation, Site, User
from accounts.roles import Kind, Role


class TestLoad:
    def test_is_done_once_however_often(self, db):
        demonstration.load()
        counts = [m.objects.count() for m in (User, Organisation, Site, Membership)]
        demonstration.load()
        assert [m.objects.count() for m in (User, Organisation, Site, Membership)] == counts

    def test_leaves_what_somebody_changed(self, db):
        demonstration.load()
        Membership.objects.filter(role=Role.AUDITOR).update(is_active=False)
        demonstration.load()
        assert not Membership.objects.get(role=Role.AUDITOR).is_active

    def test_marks_every_organisation_in_its_name_and_its_row(self, db):
        for organisation in demonstration.load().values():
            assert organisation.is_demonstration
            assert organisation.name.endswith("(demonstration)")

    def test_goes_beside_an_actor_made_before(self, db):
        actors.clock()
        demonstration.load()
        assert Organisation.objects.get(kind=Kind.PLATFORM).is_demonstration

    def test_gives_everybody_their_roles_and_nobody_a_password(self, db):
        organisations = demonstration.load()
        for email, _name, key, roles, designation in demonstration.PEOPLE:
            actor = actors.of(User.objects.get(email=email), organisations[key])
            assert actor.roles == set(roles)
            assert actor.designation == designation
            assert not actor.person.has_usable_password()


class TestIdentifiers:
    @pytest.mark.parametrize("key", demonstration.ORGANISATIONS)
    def test_of_organisations_have_the_right_form(self, key):
        given = demonstration.ORGANISATIONS[key]
        for name in ("iec", "pan", "gstin", "cin", "llpin", "udyam", "postcode", "state_code"):
            if name in given:
                assert getattr(identifiers, name)(given[name]) == given[name]
        together = ("iec", "pan", "gstin", "state_code", "cin", "llpin")
        assert not identifiers.disagreements(**{n: given.get(n, "") for n in together})

    @pytest.mark.parametrize("key", demonstration.EXPORTERS)
    def test_of_exporters_have_the_right_form(self, key):
        given = demonstration.EXPORTERS[key]
        assert identifiers.uscc(given["uscc"]) == given["uscc"]
        assert identifiers.uscc_warning(given["uscc"]) == ""
        assert not identifiers.chinese_customs_code_warning(
            identifiers.chinese_customs_code(given["customs_code"])
        )


class TestCommand:
    def test_refuses_production(self, db, settings):
        settings.PRODUCTION = True
        with pytest.raises(CommandError):
            call_command("load_demonstration")
        assert not User.objects.exists()
