"""Two importers, each with a certificate in every stage, all of whose texts are marked; and all the people."""

import io
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import timezone
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from accounts import actors, tokens
from accounts import services as account_services
from accounts.actors import Actor
from accounts.models import Invitation, Organisation
from accounts.roles import Kind, Role
from documents import sheets, storing
from euc import (
    countersigning,
    dating,
    draft_files,
    drafting,
    library_forms,
    originals,
    pledges,
    reference,
    ruling,
    services,
    true_copies,
    workflow,
)
from euc.demonstration import EXPORTER
from euc.kinds import EvidenceKind
from euc.models import (
    AttestationRule,
    Certificate,
    Clause,
    ControlRule,
    Countersignature,
    DraftFile,
    Party,
    Policy,
    QualityRule,
    Screening,
    ScreeningHit,
    TrueCopy,
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
from tests.matrix import goods
from tests.matrix.canaries import Canaries
from workflow.models import Errand

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
    seeded.certificates = _certificates(mark, drafter, signatory, reviewers)
    seeded.pledges = _pledges(mark, drafter, signatory, reviewers)
    seeded.errand = _dead_errand(mark, seeded.certificates["ISSUED"])
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


def _dead_errand(mark, certificate) -> Errand:
    errand = Errand.objects.get(kind="euc.print_certificate", subject_id=certificate.pk)
    Errand.objects.filter(pk=errand.pk).update(
        state=Errand.DEAD, attempts=5, last_error=mark("errand", "errand.last_error")
    )
    return errand


def _certificates(mark, drafter, signatory, reviewers) -> dict[str, Certificate]:
    officer, senior = reviewers["officer"], reviewers["senior"]

    def new(audience="submitted", public=None):
        return _complete(mark, drafter, audience, public or audience)

    def submitted(**given):
        certificate = new(**given)
        for one in certificate.inspected():
            mark_of = mark(given.get("audience", "submitted"), "finding_answer.text")
            drafting.answer_finding(
                certificate=certificate, by=drafter, fingerprint=one.finding.fingerprint, text=mark_of
            )
        services.submit(certificate=certificate, by=signatory, notice_seen=True)
        return certificate

    def approved(**given):
        certificate = submitted(**given)
        services.approve(certificate=certificate, by=officer, seen_hash=certificate.content_hash)
        return certificate

    def issued():
        certificate = approved(public="public")
        services.issue(certificate=certificate, by=senior, seen_hash=certificate.content_hash)
        certificate = _with_document(mark, certificate)
        _sign_in_ink(mark, certificate, signatory)
        return certificate

    made = {
        "DRAFT": new(audience="draft"),
        "SUBMITTED": submitted(),
        "RETURNED": submitted(),
        "APPROVED": approved(),
        "ISSUED": issued(),
        "REVOKED": issued(),
        "REJECTED": submitted(),
        "WITHDRAWN": submitted(),
    }
    reason = {name: mark("submitted", f"{name} reason") for name in made}
    _type_half(mark, made["DRAFT"], drafter)
    _remark(made["SUBMITTED"], officer, mark("remark", "comment.text"))
    _remark(made["RETURNED"], officer, mark("submitted", "comment.text"))
    services.send_back(certificate=made["RETURNED"], by=officer, reason=reason["RETURNED"])
    _mend(mark, made["RETURNED"], drafter)
    services.revoke(certificate=made["REVOKED"], by=senior, reason=reason["REVOKED"])
    services.reject(certificate=made["REJECTED"], by=officer, reason=reason["REJECTED"])
    services.withdraw(certificate=made["WITHDRAWN"], by=drafter, reason=reason["WITHDRAWN"])
    return {name: Certificate.objects.get(pk=row.pk) for name, row in made.items()}


def _pledges(mark, drafter, signatory, reviewers) -> dict[str, Undertaking]:
    """Undertakings for a period, by the steps they have taken."""
    officer = reviewers["officer"]

    def new(audience):
        undertaking = pledges.start(by=drafter)
        columns = {
            "exporter_name": mark(audience, "undertaking.exporter_name"),
            "exporter_name_zh": f"公司 {mark(audience, 'undertaking.exporter_name_zh')}",
            "valid_from": today(),
            "valid_until": today() + timedelta(days=90),
        }
        recycler = {"EX_SCRAP": (mark(audience, "undertaking.party_name"), "")}
        pledges.record(
            undertaking=undertaking, by=drafter, columns=columns, codes={"EX_SCRAP"}, parties=recycler
        )
        return undertaking

    made = {"NRU-DRAFT": new("draft"), "NRU-SIGNED": new("submitted"), "NRU-APPROVED": new("submitted")}
    made["NRU-RETURNED"] = new("submitted")
    for stage in ("NRU-SIGNED", "NRU-APPROVED", "NRU-RETURNED"):
        pledges.sign(undertaking=made[stage], by=signatory, notice_seen=True)
    reason = mark("submitted", "undertaking reason")
    pledges.send_back(undertaking=made["NRU-RETURNED"], by=officer, reason=reason)
    approved = made["NRU-APPROVED"]
    pledges.approve(undertaking=approved, by=officer, seen_hash=approved.content_hash)
    return {stage: Undertaking.objects.get(pk=row.pk) for stage, row in made.items()}


def _complete(mark, by, audience, public) -> Certificate:
    """A complete draft; `public` texts stand on the verification page once it is issued."""
    certificate = services.start(by=by)
    drafting.record_parties(
        certificate=certificate, by=by, parties={Party.Role.EXPORTER: _exporter(mark, audience, public)}
    )
    order = {
        "po_number": mark(public, "po_number"),
        "po_date": today() - timedelta(days=20),
        "contract_number": mark(audience, "contract_number"),
    }
    drafting.record_order(certificate=certificate, by=by, order=order)
    line = drafting.add_line(certificate=certificate, by=by)
    drafting.record_line(certificate=certificate, by=by, line=line, columns=_goods(mark, audience, public))
    drafting.record_end_use(certificate=certificate, by=by, columns=_end_use(mark, audience, public))
    for kind in (EvidenceKind.COMPOSITION_REPORT, EvidenceKind.BOARD_RESOLUTION):
        _attach(mark, certificate, by, kind, audience)
    return Certificate.objects.get(pk=certificate.pk)


def _exporter(mark, audience, public) -> dict[str, str]:
    return {
        "name": mark(public, "exporter.name"),
        "name_zh": f"公司 {mark(public, 'exporter.name_zh')}",
        "address": mark(audience, "exporter.address"),
        "address_zh": f"地址 {mark(audience, 'exporter.address_zh')}",
        "country": "CN",
        "registration": EXPORTER["uscc"],
        "phone": mark(audience, "exporter.phone"),
        "email": mark.email(audience, "exporter.email"),
        "website": f"https://{mark(audience, 'exporter.website')}.example",
    }


def _goods(mark, audience, public) -> dict[str, Any]:
    texts = ("dimensions", "coating", "laboratory", "method", "report_number")
    return {
        "description": mark(public, "goods.description"),
        "description_zh": f"磁体 {mark(public, 'goods.description_zh')}",
        "grade": mark(public, "goods.grade"),
        "control_codes": mark(public, "goods.control_codes"),
        "family": "NDFEB_SINTERED",
        "itc_hs": "85051190",
        "cn_hs": "8505111000",
        "net_weight_mg": 1_200_000_000,
        "pieces": mark.number(public),
        "value": Decimal("84000.00"),
        "currency": "USD",
        "dy": Decimal("2.5"),
        "tb": Decimal("0.3"),
        **{name: mark(audience, f"goods.{name}") for name in texts},
    }


def _end_use(mark, audience, public) -> dict[str, Any]:
    texts = ("product", "model", "oem", "plant_name", "plant_address", "position", "destination_market")
    return {
        "sector": "EV_TWO_WHEELER",
        "purpose": f"Rotor magnets of one named hub motor of one maker {mark(public, 'end_use.purpose')}",
        "purpose_zh": f"转子 {mark(public, 'end_use.purpose_zh')}",
        "magnet_per_unit_mg": 950_000,
        "units_per_year": 24_000,
        "is_civil": True,
        **{name: mark(audience, f"end_use.{name}") for name in texts},
    }


def _picture(text: str) -> bytes:
    """A PNG with a text inside."""
    told, target = PngInfo(), io.BytesIO()
    told.add_text("Comment", text)
    Image.new("RGB", (8, 8), "teal").save(target, "PNG", pnginfo=told)
    return target.getvalue()


def _attach(mark, certificate, by, kind, audience) -> None:
    is_draft = audience in {"draft", "mended"}
    name = f"{mark('draftfile' if is_draft else 'filename', 'evidence.name')}.png"
    content = _picture(mark("draft" if is_draft else "file", "evidence bytes"))
    file = storing.store(content=content, name=name, media_type="image/png", book=certificate.book)
    drafting.add_evidence(certificate=certificate, by=by, kind=kind, file=file, name=name)


def _countersign(mark, paper, kind) -> None:
    at = timezone.now()
    document = storing.register(
        content=b"%PDF-1.7 " + mark("submitted", "signed bytes").encode(),
        kind=kind,
        reference=paper.reference,
        revision=paper.revision_number,
        content_hash=paper.content_hash,
        signer_subject="CN=Importer",
        signed_at=at,
        page_count=2,
        book=paper.book,
        name=f"{paper.slug}-signed.pdf",
    )
    Countersignature.objects.create(
        **countersigning.which(paper),
        revision=paper.revision_number,
        document=document,
        subject=mark("submitted", "countersignature.subject"),
        serial="0a",
        issuer="CN=Authority",
        valid_from=at,
        valid_until=at,
        signed_at=at,
        brought_by=paper.created_by,
    )


def _with_document(mark, certificate) -> Certificate:
    """A stand-in for the sealed PDF: what matters here is who gets the bytes."""
    document = storing.register(
        content=b"%PDF-1.7 " + mark("submitted", "document bytes").encode(),
        kind="euc.certificate",
        reference=certificate.reference,
        revision=certificate.revision_number,
        content_hash=certificate.content_hash,
        signer_subject="CN=Seal",
        signed_at=timezone.now(),
        page_count=2,
        book=certificate.book,
        name=f"{certificate.slug}.pdf",
    )
    Certificate.objects.filter(pk=certificate.pk).update(document=document)
    _countersign(mark, certificate, countersigning.KIND)
    undertaking = certificate.undertakings.get()
    paper = storing.register(
        content=b"%PDF-1.7 " + mark("submitted", "undertaking bytes").encode(),
        kind="euc.undertaking",
        reference=undertaking.reference,
        revision=undertaking.revision_number,
        content_hash=undertaking.content_hash,
        signer_subject="CN=Seal",
        signed_at=timezone.now(),
        page_count=2,
        book=undertaking.book,
        name=f"{undertaking.slug}.pdf",
    )
    Undertaking.objects.filter(pk=undertaking.pk).update(document=paper)
    _countersign(mark, undertaking, countersigning.UNDERTAKING_KIND)
    certificate.refresh_from_db()
    return certificate


def _sign_in_ink(mark, certificate, by) -> None:
    """The paper original: signed and scanned, with one more office on its way."""
    content = b"%PDF-scan " + mark("file", "scan bytes").encode()
    scan = storing.store(
        content=content, name="scan.pdf", media_type="application/pdf", book=certificate.book
    )
    originals.record(
        certificate=certificate,
        by=by,
        kind="SIGNED",
        happened_on=today(),
        facts={"officer": mark("submitted", "original.officer"), "note": mark("submitted", "original.note")},
        scan=scan,
        scan_name=f"{mark('filename', 'original.scan_name')}.pdf",
    )
    cover = storing.register(
        content=b"%PDF-1.7 cover " + mark("submitted", "cover bytes").encode(),
        kind="euc.true_copy",
        reference=certificate.reference,
        revision=1,
        content_hash="0" * 64,
        signer_subject="CN=Seal",
        signed_at=timezone.now(),
        page_count=1,
        book=certificate.book,
        name="cover.pdf",
    )
    copy = true_copies.make(certificate=certificate, by=by)
    TrueCopy.objects.filter(pk=copy.pk).update(document=cover)
    chamber = AttestationRule.objects.get(code="CHAMBER")
    originals.add_station(certificate=certificate, by=by, rule=chamber)


def _type_half(mark, certificate, by) -> None:
    drafting.keep_typed(
        certificate=certificate,
        by=by,
        page="order",
        typed={"po_number": [mark("draft", "scratch.typed")], "po_date": [mark("draft", "scratch.typed")]},
        errors={"po_date": [{"message": mark("draft", "scratch.errors"), "code": "invalid"}]},
    )


def _remark(certificate, by, text) -> None:
    services.comment(certificate=certificate, by=by, page="order", field="po_number", text=text)


def _mend(mark, certificate, by) -> None:
    """What was typed since the return is the importer's own until it is submitted again."""
    line = drafting.add_line(certificate=certificate, by=by)
    drafting.record_line(certificate=certificate, by=by, line=line, columns=_goods(mark, "mended", "mended"))
    drafting.record_end_use(certificate=certificate, by=by, columns=_end_use(mark, "mended", "mended"))
    _attach(mark, certificate, by, EvidenceKind.PRODUCT_DRAWING, "mended")


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
