"""Two importers, each with a certificate in every stage, all of whose texts are marked; and all the people."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts import actors, tokens
from accounts import services as account_services
from accounts.actors import Actor
from accounts.models import Invitation, Organisation
from accounts.roles import Kind, Role
from documents import sheets
from euc import (
    dating,
    draft_files,
    library_forms,
    reference,
    ruling,
    workflow,
)
from euc.models import (
    AttestationRule,
    Certificate,
    Clause,
    ControlRule,
    DraftFile,
    Policy,
    QualityRule,
    Screening,
    ScreeningHit,
    Undertaking,
)
from euc.models.certificate import today
from euc.rule_forms import COPIED
from euc.screening import services as screening
from licensing import limit_law, limits
from licensing.models import TimeLimit
from ministry import exporting, warning
from ministry.figures import FIGURES
from ministry.models import SavedView
from ministry.naming import Names
from ministry.tables import Query
from shipments import signal_law, signal_limits
from shipments.models import SignalLimit
from tests.factories import MembershipFactory, OrganisationFactory, SiteFactory, UserFactory
from tests.matrix import goods, papers
from tests.matrix.canaries import Canaries

STATIONS = {"ADOPTED": "MEA-v1", "PROPOSED": "MATRIX-v1"}
LIMITS = {"ADOPTED": "REVIEW-v1", "PROPOSED": "MATRIX-v1"}
SIGNAL_LIMITS = {"ADOPTED": "SCRAP-PERCENT-v1", "PROPOSED": "MATRIX-v1"}
QUALITY = {"ADOPTED": "CAPACITY-v1", "PROPOSED": "MATRIX-v1"}
RULES = {"ADOPTED": "CN-18-2025-DY-v1", "PROPOSED": "CN-MATRIX-v1"}
CLAUSES = {"ADOPTED": "NO_WMD-v1", "PROPOSED": "MATRIX_CLAUSE-v1"}
POLICIES = {"ADOPTED": "NO_MILITARY-ALL-ALL-v1", "PROPOSED": "MATRIX_CLAUSE-ALL-ALL-v1"}
TOKEN = "matrix-invitation-token-{}"


@dataclass
class Seeded:
    """One organisation's rows that addresses can point at."""

    organisation: Organisation
    mark: Canaries | None = None
    certificates: dict[str, Certificate] = field(default_factory=dict)
    membership: Any = None
    invitation: Any = None
    invitation_token: str = ""
    errand: Any = None
    api_token: Any = None
    draft_file: Any = None
    import_file: Any = None
    arriving: Any = None
    pledges: dict[str, Undertaking] = field(default_factory=dict)
    case: Any = None
    feed: Any = None
    mail: Any = None
    room_invitation: Any = None
    room_token: str = ""
    consignments: dict[str, Any] = field(default_factory=dict)
    visits: dict[str, Any] = field(default_factory=dict)
    incidents: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Visitor:
    """Somebody who sends requests: their cookies, their organisation's letter, and who they are."""

    name: str
    home: str
    cookies: dict[str, str]
    actor: Actor | None


@dataclass(frozen=True)
class Own:
    """What one person has for themselves: the keys of an export, a view and a rule."""

    export: str
    view: str
    rule: str


@dataclass
class World:
    seeded: dict[str, Seeded]
    visitors: dict[str, Visitor]
    owned: dict[str, set]  # keys of the rows of organisations "a" and "b"
    own: dict[str, Own] = field(default_factory=dict)  # by visitor, and of an "other" that nobody visits as


def build(rows_of) -> World:
    """`rows_of()` gives the keys of all rows; what seeding an importer adds is that importer's own."""
    reference.load()
    people = _reviewers()
    _propose_rule(people["officer"])
    _propose_check(people["officer"])
    limits.load()
    _propose_limit(people["officer"])
    signal_limits.load()
    _propose_signal_limit(people["officer"])
    authority = people["officer"].organisation
    seeded, owned = {}, {}
    before = rows_of()
    for letter, name in (("a", "Pune Motors"), ("b", "Nashik Drives")):
        seeded[letter], staff = _importer(letter, name, people)
        people |= staff
        after = rows_of()
        owned[letter] = set(after) - set(before)
        before = after
    seeded["authority"] = _small(authority, people["officer"], Role.AUDITOR)
    seeded["ministry"] = Seeded(people["analyst"].organisation)
    seeded["platform"] = Seeded(people["administrator"].organisation)
    people["broker"] = _broker(seeded)
    _hits(seeded["a"].certificates["ISSUED"], people["officer"])
    goods.export(seeded["a"].organisation, people["officer"])
    goods.signal(seeded["a"].certificates["ISSUED"])
    overseers = {name: people[name] for name in ("officer", "senior", "auditor", "analyst")}
    overseers["other"] = _person("Omana Other", authority, Role.OFFICER)
    own = {name: _own(actor) for name, actor in overseers.items()}
    return World(seeded, _visitors(people), owned, own)


def _own(actor) -> Own:
    given = {"by": actor, "figure": FIGURES["issued"], "query": Query(), "names": Names()}
    export = exporting.ask(form="csv", **given)
    exporting.keep(export, exporting.write(export, "matrix"))
    view = SavedView.objects.create(
        person=actor.person, organisation=actor.organisation, name="Mine", figure="issued"
    )
    rule = warning.keep(column="n", way="ABOVE", threshold=3, **given)
    return Own(export.key, view.key, rule.key)


def _propose_rule(officer) -> None:
    """A rule, a clause and a policy that wait for another officer; the shipped ones are in use."""
    known = ControlRule.objects.get(reference=RULES["ADOPTED"])
    columns = {name: getattr(known, name) for name in COPIED} | {"codes": ["1C999.a"]}
    ruling.propose(by=officer, columns=columns, code=RULES["PROPOSED"].removesuffix("-v1"))
    station = {"position": 45, "name": "Matrix", "expected_days": 3, "effective_from": today(), "source": "-"}
    station |= {"confidence": "LOW"}
    dating.propose(kind=AttestationRule, law=workflow.ATTESTATION, by=officer, columns=station, code="MATRIX")
    clause = Clause.objects.get(reference=CLAUSES["ADOPTED"])
    columns = {name: getattr(clause, name) for name in library_forms.COPIED} | {"effective_from": today()}
    ruling.propose(by=officer, columns=columns, code="MATRIX_CLAUSE", of=Clause)
    columns = {
        "clause_code": "MATRIX_CLAUSE",
        "stance": "OFFERED",
        "source": "A test",
        "effective_from": today(),
    }
    ruling.propose(by=officer, columns=columns, code="MATRIX_CLAUSE-ALL-ALL", of=Policy)


def _hits(certificate, officer) -> None:
    """One hit that nobody judged and one that an officer suspects, on a list of one entry."""
    version, _is_new = screening.begin(code="matrix", name="Matrix list", sha256="0" * 64, by=officer)
    screening.finish(version, by=officer)
    Screening.objects.update(versions=[version.pk])
    explanation = {"how": "words", "asked": "Matrix", "listed": "Matrix", "pairs": [], "country": "unknown"}
    for stage in ("OPEN", "SUSPECTED"):
        suspected = {"suspected_by": certificate.created_by, "suspected_at": timezone.now()}
        ScreeningHit.objects.create(
            certificate=certificate,
            fingerprint=f"matrix-{stage}",
            role="importer",
            party_name=certificate.importer.name,
            on_list=version.on_list,
            version=version,
            entity_id="M1",
            entry={"name": "Matrix", "aliases": [], "countries": []},
            score=90,
            explanation=explanation,
            status=stage,
            **(suspected if stage == "SUSPECTED" else {}),
        )


def _propose_check(officer) -> None:
    known = QualityRule.objects.get(reference=QUALITY["ADOPTED"])
    names = ("check_code", "severity", "high", "effective_from", "source", "confidence")
    columns = {name: getattr(known, name) for name in names}
    code = QUALITY["PROPOSED"].removesuffix("-v1")
    dating.propose(kind=QualityRule, law=workflow.QUALITY, by=officer, columns=columns, code=code)


def _propose_limit(officer) -> None:
    known = TimeLimit.objects.get(reference=LIMITS["ADOPTED"])
    names = ("kind", "working_days", "effective_from", "source", "confidence")
    columns = {name: getattr(known, name) for name in names}
    code = LIMITS["PROPOSED"].removesuffix("-v1")
    dating.propose(kind=TimeLimit, law=limit_law.LIMIT, by=officer, columns=columns, code=code)


def _propose_signal_limit(officer) -> None:
    known = SignalLimit.objects.get(reference=SIGNAL_LIMITS["ADOPTED"])
    names = ("kind", "value", "effective_from", "source", "confidence")
    columns = {name: getattr(known, name) for name in names}
    code = SIGNAL_LIMITS["PROPOSED"].removesuffix("-v1")
    dating.propose(kind=SignalLimit, law=signal_law.LIMIT, by=officer, columns=columns, code=code)


def _person(full_name, organisation, *roles, email=None, **given) -> Actor:
    more = {"email": email} if email else {}
    person = UserFactory(full_name=full_name, **more)
    for role in roles:
        MembershipFactory(person=person, organisation=organisation, role=role, **given)
    return actors.of(person, organisation)


def _reviewers() -> dict[str, Actor]:
    authority = OrganisationFactory(kind=Kind.AUTHORITY, name="Authority")
    ministry = OrganisationFactory(kind=Kind.MINISTRY, name="Ministry")
    platform = Organisation.objects.platform()
    return {
        "officer": _person("Omkar Officer", authority, Role.OFFICER),
        "senior": _person("Sunita Senior", authority, Role.SENIOR),
        "auditor": _person("Asha Auditor", authority, Role.AUDITOR),
        "analyst": _person("Anil Analyst", ministry, Role.ANALYST),
        "administrator": _person("Aditi Administrator", platform, Role.ADMINISTRATOR),
    }


def _broker(seeded) -> Actor:
    broker = _person("Bela Broker", seeded["a"].organisation, Role.DRAFTER)
    MembershipFactory(person=broker.person, organisation=seeded["b"].organisation, role=Role.DRAFTER)
    return broker


def _importer(letter, name, reviewers) -> tuple[Seeded, dict[str, Actor]]:
    mark = Canaries(letter)
    organisation = OrganisationFactory(
        kind=Kind.IMPORTER,
        name=f"{name} {mark('firm', 'organisation.name')}",
        name_zh=f"公司 {mark('firm', 'organisation.name_zh')}",
        address=mark("office", "organisation.address"),
        city=mark("office", "organisation.city"),
        phone=mark("office", "organisation.phone"),
        email=mark.email("office", "organisation.email"),
    )
    SiteFactory(
        organisation=organisation, name=mark("office", "site.name"), address=mark("office", "site.address")
    )

    def member(*roles):
        return _person(
            mark("person", "user.full_name"),
            organisation,
            *roles,
            email=mark.email("people", "user.email"),
            designation=mark("person", "membership.designation"),
            authority_reference=mark("person", "membership.authority_reference"),
        )

    if letter == "a":
        staff = {"drafter": member(Role.DRAFTER), "signatory": member(Role.SIGNATORY)}
        drafter, signatory = staff["drafter"], staff["signatory"]
    else:
        staff = {"stranger": member(Role.DRAFTER, Role.SIGNATORY)}
        drafter, signatory = member(Role.DRAFTER), staff["stranger"]
    seeded = _small(organisation, drafter, Role.DRAFTER, mark=mark, by=signatory)
    seeded.certificates = papers.certificates(mark, drafter, signatory, reviewers)
    seeded.pledges = papers.undertakings(mark, drafter, signatory, reviewers)
    seeded.errand = papers.dead_errand(mark, seeded.certificates["ISSUED"])
    seeded.case = goods.case(mark, seeded.certificates["ISSUED"], drafter)
    goods.brief(mark, seeded.case, drafter)
    seeded.mail = goods.mail(mark, seeded.case)
    seeded.room_invitation, seeded.room_token = goods.room(mark, seeded.case, drafter)
    seeded.consignments = goods.consignments(mark, seeded.case, drafter)
    issued = seeded.certificates["ISSUED"]
    seeded.visits = goods.visits(mark, issued, reviewers["officer"], drafter)
    ended = seeded.certificates["REVOKED"]  # incidents hold draws, and goods are drawn on the other
    seeded.incidents = goods.report_incidents(mark, ended, reviewers["officer"], reviewers["senior"])
    seeded.draft_file = _draft_file(mark, drafter)
    seeded.import_file = goods.import_file(mark, drafter)
    seeded.arriving = goods.arriving_document(mark, issued, drafter)
    seeded.feed = goods.feed(mark, drafter)
    return seeded, staff


def _draft_file(mark, drafter) -> DraftFile:
    """A file of one order that holds and one that does not."""
    rows = [
        ["po_number", "description", "itc_hs"],
        [mark("draft", "draft_file.po_number"), mark("draft", "draft_file.description"), "85051190"],
        [mark("draft", "draft_file.po_number"), mark("draft", "draft_file.description"), "12"],
    ]
    name = f"{mark('draftfile', 'draft_file.name')}.csv"
    return draft_files.take(content=sheets.csv_of(rows), name=name, by=drafter)[0]


def _small(organisation, member, role, mark=None, by=None) -> Seeded:
    """The organisation, somebody who can be removed from it and an open invitation to it."""
    membership = member.person.memberships.get(organisation=organisation)
    token = TOKEN.format(organisation.pk)
    invitation = Invitation.objects.create(
        email=mark.email("people", "invitation.email") if mark else "invited@authority.test",
        organisation=organisation,
        role=role,
        designation=mark("people", "invitation.designation") if mark else "",
        token_hash=account_services._hashed(token),
        invited_by=(by or member).person,
        expires_at=timezone.now() + timedelta(days=3),
    )
    name = mark("people", "token.name") if mark else "Token"
    api_token, _secret = tokens.make(by=member, name=name, scope="READ")
    seeded = Seeded(organisation, mark, {}, membership, invitation, token, api_token=api_token)
    if organisation.kind == Kind.AUTHORITY:
        seeded.feed = goods.feed(lambda audience, place: place, by or member)
    return seeded


def _visitors(people) -> dict[str, Visitor]:
    homes = {"drafter": "a", "signatory": "a", "broker": "a", "stranger": "b"}
    homes |= dict.fromkeys(("officer", "senior", "auditor"), "authority")
    homes |= {"analyst": "ministry", "administrator": "platform"}
    visitors = {name: _visitor(name, home, people[name]) for name, home in homes.items()}
    visitors["anonymous"] = Visitor("anonymous", "", {}, None)
    visitors["undecided"] = replace(_visitor("undecided", "", people["broker"], chosen=False), home="")
    return visitors


def _visitor(name, home, actor, *, chosen=True) -> Visitor:
    client = Client()
    client.force_login(actor.person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    if chosen:
        session[actors.SESSION_KEY] = actor.organisation.pk
    session.save()
    return Visitor(name, home, {key: morsel.value for key, morsel in client.cookies.items()}, actor)
