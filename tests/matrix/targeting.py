"""What each visitor opens: their own, another's, what is absent; and which subject stands at which address."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection

from documents import parts
from euc.completeness import PAGES
from euc.models import ListVersion, ScreeningHit
from shipments.models import ExportItem, Signal
from tests.matrix import policy
from tests.matrix.policy import Route
from tests.matrix.routes import Address
from tests.matrix.world import (
    CLAUSES,
    LIMITS,
    POLICIES,
    QUALITY,
    RULES,
    SIGNAL_LIMITS,
    STATIONS,
    Own,
    Seeded,
    Visitor,
    World,
)

NO_ID = 987_654_321
NO_TOKEN = "a" * 32


@dataclass(frozen=True)
class Target:
    """Values for the parameters of an address, and what the page is asked with."""

    kind: str  # own, other, absent or mixed
    values: dict[str, Any]
    body: dict[str, str] = field(default_factory=dict)
    verb: str = ""
    stage: str = ""


def _certificate(seeded: Seeded, stage: str) -> dict:
    return {"reference": seeded.certificates[stage].slug}


def _line(seeded: Seeded, stage: str) -> dict:
    return {**_certificate(seeded, stage), "number": 1}


def _evidence(seeded: Seeded, stage: str) -> dict:
    return {**_certificate(seeded, stage), "pk": seeded.certificates[stage].evidence.first().pk}


def _arriving(seeded: Seeded, stage: str) -> dict:
    certificate = seeded.certificates[stage]
    return {**_certificate(seeded, stage), "token": _begun(certificate.importer_id, certificate.slug)}


@cache
def _begun(owner: int, purpose: str) -> str:
    """A file on its way: one is enough for everybody who asks after it."""
    return parts.begin(owner=owner, purpose=purpose, size=9, name="a.png").token


def _comment(seeded: Seeded, stage: str) -> dict:
    found = seeded.certificates[stage].comments.first()
    return {**_certificate(seeded, stage), "pk": found.pk if found else NO_ID}


def _undertaking(seeded: Seeded, stage: str) -> dict:
    return {"reference": seeded.certificates[stage].undertakings.get().slug}


def _original_entry(seeded: Seeded, stage: str) -> dict:
    found = seeded.certificates[stage].original_entries.first()
    return {**_certificate(seeded, stage), "pk": found.pk if found else NO_ID}


def _true_copy(seeded: Seeded, stage: str) -> dict:
    found = seeded.certificates[stage].true_copies.first()
    return {**_certificate(seeded, stage), "pk": found.pk if found else NO_ID}


def _station(seeded: Seeded, stage: str) -> dict:
    found = seeded.certificates[stage].original_steps.filter(rule__is_required=False).first()
    return {**_certificate(seeded, stage), "pk": found.pk if found else NO_ID}


def _pledge(seeded: Seeded, stage: str) -> dict:
    """An undertaking for a period at a stage of its own, or the one that goes with a certificate."""
    found = seeded.pledges.get(stage)
    return {"reference": found.slug} if found else _undertaking(seeded, stage)


def _case(seeded: Seeded, stage: str) -> dict:
    """The importer's case; for reviewers, who see every case, another is one that is not there."""
    slug = seeded.case.slug
    return {"reference": slug[:-4] + "9875" if stage == "DRAFT" else slug}


def _report(seeded: Seeded, stage: str) -> dict:
    return {**_case(seeded, stage), "pk": seeded.case.reports.get().pk}


def _mail(seeded: Seeded, stage: str) -> dict:
    """A mail of the importer's case; for reviewers, who see all mail, another is one that is not there."""
    return {"pk": NO_ID - 1 if stage == "DRAFT" else seeded.mail.message_id}


def _mail_suggestion(seeded: Seeded, stage: str) -> dict:
    return {**_case(seeded, stage), "pk": seeded.mail.pk}


def _feed(seeded: Seeded, stage: str) -> dict:
    """The organisation's feed; ministries and the platform keep none."""
    return {"key": seeded.feed.key if seeded.feed else str(NO_ID - 1).zfill(30)}


def _feed_run(seeded: Seeded, stage: str) -> dict:
    return {**_feed(seeded, stage), "pk": seeded.feed.runs.get().pk if seeded.feed else NO_ID - 1}


def _room_invitation(seeded: Seeded, stage: str) -> dict:
    return {**_case(seeded, stage), "pk": seeded.room_invitation.pk}


def _consignment(seeded: Seeded, stage: str) -> dict:
    """In the stage that is asked for; what nobody else may see is planned, and stands for drafts."""
    named = {"DRAFT": "PLANNED"}.get(stage, stage)
    return {"reference": seeded.consignments.get(named, seeded.consignments["RECEIVED"]).slug}


def _lot(seeded: Seeded, stage: str) -> dict:
    named = "PLANNED" if stage == "DRAFT" else "RECEIVED"
    return {"pk": seeded.consignments[named].lot_rows.get().pk}


def _holding(seeded: Seeded, stage: str) -> dict:
    found = seeded.consignments["RECEIVED"].lot_rows.get().holdings.get(account="ON_HAND")
    return {"pk": found.pk}


def _posting(seeded: Seeded, stage: str) -> dict:
    found = seeded.consignments["RECEIVED"].lot_rows.get().postings
    return {"pk": NO_ID - 1 if stage == "DRAFT" else found.get(verb="receive").pk}


def _move(seeded: Seeded, stage: str) -> dict:
    return {"pk": seeded.consignments["RECEIVED"].lot_rows.get().postings.get(verb="issue").pk}


def _visit(seeded: Seeded, stage: str) -> dict:
    """A visit of the importer; reviewers see every one, so for them another is one that is not there."""
    slug = seeded.visits.get(stage, seeded.visits["SCHEDULED"]).slug
    return {"reference": slug[:-4] + "9875" if stage == "DRAFT" else slug}


def _visit_file(seeded: Seeded, stage: str) -> dict:
    found = seeded.visits.get(stage, seeded.visits["SCHEDULED"]).files.get()
    return {**_visit(seeded, stage), "pk": NO_ID - 1 if stage == "DRAFT" else found.pk}


def _incident(seeded: Seeded, stage: str) -> dict:
    """An incident of the importer; for reviewers, who see every one, another is one that is not there."""
    slug = seeded.incidents.get(stage, seeded.incidents["OPEN"]).slug
    return {"reference": slug[:-4] + "9875" if stage == "DRAFT" else slug}


def _hit(stage: str) -> int:
    return ScreeningHit.objects.get(fingerprint=f"matrix-{stage}").pk


SUBJECTS = {
    "case": _case,
    "brief": lambda seeded, stage: {**_case(seeded, stage), "number": 1},
    "report": _report,
    "mail": _mail,
    "mail-suggestion": _mail_suggestion,
    "room-invitation": _room_invitation,
    "room-token": lambda seeded, stage: {"token": seeded.room_token},
    "feed": _feed,
    "feed-run": _feed_run,
    "feed-hook": _feed,
    "consignment": _consignment,
    "consignment-step": _consignment,
    "delivery-paper": lambda seeded, stage: {**_consignment(seeded, stage), "number": 1},
    "lot": _lot,
    "export": lambda seeded, stage: {"pk": ExportItem.objects.get().pk},
    "export-step": lambda seeded, stage: {"pk": ExportItem.objects.get().pk},
    "signal": lambda seeded, stage: {"pk": Signal.objects.get().pk},
    "signal-step": lambda seeded, stage: {"pk": Signal.objects.get().pk},
    "signal-limit": lambda seeded, stage: {"reference": SIGNAL_LIMITS["ADOPTED"]},
    "signal-limit-step": lambda seeded, stage: {"reference": SIGNAL_LIMITS[stage]},
    "holding": _holding,
    "statement-file": lambda seeded, stage: {**_certificate(seeded, stage), "ending": "csv"},
    "incident": _incident,
    "incident-step": _incident,
    "visit": _visit,
    "visit-step": _visit,
    "visit-file": _visit_file,
    "visit-holding": lambda seeded, stage: {**_visit(seeded, stage), **_holding(seeded, stage)},
    "move": _holding,
    "posting": _posting,
    "issue-posting": _move,
    "true-copy": _true_copy,
    "original-entry": _original_entry,
    "original-station": _station,
    "original-kind": lambda seeded, stage: {**_certificate(seeded, stage), "kind": "handed-in"},
    "original-rule": lambda seeded, stage: {**_certificate(seeded, stage), "rule": STATIONS["ADOPTED"]},
    "attestation": lambda seeded, stage: {"reference": STATIONS["ADOPTED"]},
    "attestation-step": lambda seeded, stage: {"reference": STATIONS[stage]},
    "certificate": _certificate,
    "certificate-step": _certificate,
    "draft-page": _certificate,
    "line": _line,
    "evidence": _evidence,
    "arriving-part": _arriving,
    "evidence-page": lambda seeded, stage: {**_evidence(seeded, stage), "number": 1},
    "comment": _comment,
    "undertaking": _undertaking,
    "undertaking-step": _pledge,
    "pledge": _pledge,
    "list": lambda seeded, stage: {"pk": ListVersion.objects.get().pk},
    "hit": lambda seeded, stage: {"pk": _hit(stage or "OPEN")},
    "hit-step": lambda seeded, stage: {"pk": _hit(stage)},
    "limit": lambda seeded, stage: {"reference": LIMITS["ADOPTED"]},
    "limit-step": lambda seeded, stage: {"reference": LIMITS[stage]},
    "quality": lambda seeded, stage: {"reference": QUALITY["ADOPTED"]},
    "quality-step": lambda seeded, stage: {"reference": QUALITY[stage]},
    "rule": lambda seeded, stage: {"reference": RULES["ADOPTED"]},
    "rule-step": lambda seeded, stage: {"reference": RULES[stage]},
    "clause": lambda seeded, stage: {"reference": CLAUSES["ADOPTED"]},
    "clause-step": lambda seeded, stage: {"reference": CLAUSES[stage]},
    "policy": lambda seeded, stage: {"reference": POLICIES["ADOPTED"]},
    "policy-step": lambda seeded, stage: {"reference": POLICIES[stage]},
    "token": lambda seeded, stage: {"token": seeded.certificates[stage].token},
    "draft-file": lambda seeded, stage: {"pk": seeded.draft_file.pk},
    "arriving": lambda seeded, stage: {"pk": seeded.arriving.pk},
    "import-file": lambda seeded, stage: {"pk": seeded.import_file.pk},
    "ending": lambda seeded, stage: {"ending": "csv"},
    "figure-export": lambda seeded, stage: {"key": seeded.export},
    "figure-view": lambda seeded, stage: {"key": seeded.view},
    "figure-rule": lambda seeded, stage: {"key": seeded.rule},
    "figure": lambda seeded, stage: {"name": "issued"},
    "organisation": lambda seeded, stage: {"pk": seeded.organisation.pk},
    "membership": lambda seeded, stage: {"pk": seeded.membership.pk},
    "invitation": lambda seeded, stage: {"pk": seeded.invitation.pk},
    "api-token": lambda seeded, stage: {"pk": seeded.api_token.pk},
    "invitation-token": lambda seeded, stage: {"token": seeded.invitation_token},
    "errand": lambda seeded, stage: {"pk": seeded.errand.pk},
    "choice": lambda seeded, stage: {"body:organisation": str(seeded.organisation.pk)},
}
OF_PEOPLE = {"figure-export", "figure-view", "figure-rule"}  # a person's own, whatever their organisation
OF_ORGANISATIONS = {"organisation", "membership", "invitation", "api-token", "choice", "feed", "feed-run"}
IMPORTERS = {"a", "b"}
BELONGS_TO_BOTH = {"broker", "undecided"}
# One of each importer meets the other's certificates in every stage; on one database that is enough.
THOROUGH = {"signatory", "stranger"} if connection.vendor == "sqlite" else set()


def _absent(values: dict) -> dict:
    """The same shape, naming nothing."""
    gone = dict(values)
    for name, value in values.items():
        if name == "reference":
            gone[name] = value[:-4] + "9876"
        elif name == "token":
            gone[name] = NO_TOKEN[: len(value)].ljust(len(value), "a")
        elif name == "key" and len(value) == 30:
            gone[name] = str(NO_ID).zfill(30)
        elif name != "number":
            gone[name] = type(value)(NO_ID)
    return gone


@dataclass(frozen=True)
class Aim:
    """Where a visitor's own and others' objects lie for one kind of subject."""

    own: Seeded | Own | None
    other: Seeded | Own | None
    other_stage: str = ""


def aim(world: World, visitor: Visitor, subject: str) -> Aim:
    """Importers have their own and the other importer's; reviewers what was submitted, and what never was."""
    seeded = world.seeded
    if subject in OF_PEOPLE:
        return Aim(world.own.get(visitor.name), world.own["other"])
    if subject == "choice" and visitor.name in BELONGS_TO_BOTH:
        return Aim(seeded["a"], seeded["authority"])
    if visitor.home in IMPORTERS:
        return Aim(seeded[visitor.home], seeded["b" if visitor.home == "a" else "a"])
    if visitor.name in {"anonymous", "undecided"}:
        return Aim(None, seeded["b"])
    if subject in OF_ORGANISATIONS:
        if visitor.name == "administrator" and subject != "choice":
            return Aim(seeded["b"], None)
        return Aim(seeded[visitor.home], seeded["b"])
    return Aim(seeded["a"], seeded["b"], "DRAFT")


def targets(world: World, visitor: Visitor, address: Address, route: Route) -> Iterator[Target]:
    """Own, other's, absent and mixed targets of one address, with every page and verb it takes."""
    if not route.subject:
        yield Target("own", {})
        return
    at = aim(world, visitor, route.subject)
    find = SUBJECTS[route.subject]
    for more, verb, stage in _variants(route):
        own = find(at.own, stage) if at.own and _has(at.own, route.subject) else None
        if route.is_bearer or route.is_shared:
            for seeded in (world.seeded["a"], world.seeded["b"]):
                yield _target("own", find(seeded, stage), more, verb, stage)
            own = find(world.seeded["a"], stage)
        elif own:
            yield _target("own", own, more, verb, stage)
        stages = _other_stages(at, visitor, stage) if not (route.is_bearer or route.is_shared) else []
        others = _unlike((at_stage, find(at.other, at_stage)) for at_stage in stages)
        yield _target("absent", _absent(others[0][1] if others else own), more, verb)
        for at_stage, other in others:
            yield _target("other", other, more, verb, at_stage)
        if own and others and {"reference", "pk"} <= set(own):
            yield _target("mixed", {**own, "pk": others[0][1]["pk"]}, more, verb, stage)


def _unlike(found: Iterator[tuple[str, dict]]) -> list[tuple[str, dict]]:
    """Each target once, under the first stage that leads to it."""
    kept: dict[tuple, tuple[str, dict]] = {}
    for stage, values in found:
        kept.setdefault(tuple(sorted(values.items())), (stage, values))
    return list(kept.values())


def _has(seeded: Seeded | Own, subject: str) -> bool:
    return (
        isinstance(seeded, Own)
        or seeded.membership is not None
        or subject not in {"membership", "invitation", "api-token"}
    )


def _other_stages(at: Aim, visitor: Visitor, stage: str) -> list[str]:
    """Every stage of the other's certificates for one of each importer; else the one that would succeed."""
    if at.other is None:
        return []
    if not stage or isinstance(at.other, Own) or not at.other.certificates:
        return [stage]
    if at.other_stage:
        return [at.other_stage]
    return (
        [stage, *(name for name in at.other.certificates if name != stage)]
        if visitor.name in THOROUGH
        else [stage]
    )


def _variants(route: Route) -> Iterator[tuple[dict, str, str]]:
    if route.subject in policy.VERBS:
        for verb, rule in policy.VERBS[route.subject].items():
            yield {"verb": verb}, verb, rule.at
    elif route.subject == "draft-page":
        for page in PAGES:
            yield {"page": page}, "", route.at
    else:
        yield {}, "", route.at


def _target(kind, values, more, verb, stage="") -> Target:
    body = {name.removeprefix("body:"): v for name, v in values.items() if name.startswith("body:")}
    path = {name: v for name, v in values.items() if not name.startswith("body:")}
    return Target(kind, {**path, **more}, body, verb, stage)
