"""Sends one request as one visitor at one target, undoes it, and says everything that was wrong about it."""

import hashlib
import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import connection, models, transaction
from django.test import Client
from PIL import Image

from documents import parts
from euc.completeness import PAGES
from euc.models import ListVersion, ScreeningHit
from euc.models.certificate import today
from shipments.models import ExportItem, Signal
from tests.matrix import canaries, policy
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

OWN_APPS = {"accounts", "documents", "euc", "licensing", "shipments", "workflow"}
LIBRARY_APPS = {"account", "mfa"}
NO_ID = 987_654_321
NO_TOKEN = "a" * 32
WRITE = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
CSRF = re.compile(rb'(csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}|("X-CSRFToken": ")[A-Za-z0-9]{64}')
SLUG = re.compile(rb"(EUC|NRU|LIC|CON|VIS|INC)[-/][0-9A-Z]{10}[-/]\d{4}-\d{2}[-/]\d{4,9}")


# --- targets ---------------------------------------------------------------------------------------


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


# --- what must come back ---------------------------------------------------------------------------


def expected(route: Route, visitor: Visitor, method: str, target: Target) -> str:
    """The policy's answer for one cell."""
    who = route.who(method)
    if route.is_api and route.get is not policy.EVERYBODY:
        return _expected_of_machines(route, visitor, method, target, who)
    if who is None:
        return policy.OK if route.is_api and method == "OPTIONS" else policy.NO_SUCH_METHOD
    if who is not policy.EVERYBODY and route.turned_away == policy.ABSENT and who is policy.NOBODY:
        return policy.ABSENT
    if who is not policy.EVERYBODY and visitor.name not in who:
        if visitor.name == "anonymous":
            return policy.TO_SIGN_IN
        if visitor.name == "undecided":
            return policy.TO_CHOOSE
        if route.looks_first and target.kind != "own":
            return policy.ABSENT
        return route.turned_away
    if target.kind != "own" and not (route.subject == "choice" and method != "POST"):
        return policy.ABSENT
    if target.verb and visitor.name not in policy.VERBS[route.subject][target.verb].who:
        return policy.FORBIDDEN if method == "POST" else policy.CONFLICT
    return {"POST": route.after_post, "PATCH": route.after_patch}.get(method, route.after_get)


def _expected_of_machines(route, visitor, method, target, who) -> str:
    """Who may not read, or not write, is refused before the method and the object are looked at."""
    if visitor.name == "anonymous":
        return policy.UNAUTHORIZED
    writes = method in {"POST", "PUT", "PATCH", "DELETE"}
    if visitor.name not in (route.writers if writes else policy.READERS):
        return policy.FORBIDDEN
    if route.get is not None and visitor.name not in route.get:
        return policy.FORBIDDEN
    if who is None:
        return policy.OK if method == "OPTIONS" else policy.NO_SUCH_METHOD
    if method in {"GET", "HEAD"} and route.after_get == policy.NO_SUCH_METHOD:
        return policy.NO_SUCH_METHOD
    if target.kind != "own":
        return policy.ABSENT
    after = {"POST": route.after_post, "PATCH": route.after_patch, "DELETE": route.after_delete}
    return after.get(method, policy.OK)


def answer(response) -> str:
    """What came back, in the policy's words."""
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith("/accounts/login/"):
        return policy.TO_SIGN_IN
    if response.status_code == 302 and location.startswith("/organisations/choose/"):
        return policy.TO_CHOOSE
    return str(response.status_code)


def agrees(want: str, got: str) -> bool:
    return got in want.split("/") if "/" in want else got == want


# --- rows ------------------------------------------------------------------------------------------


@cache
def own_models() -> tuple[type[models.Model], ...]:
    kept = OWN_APPS | LIBRARY_APPS
    found = apps.get_models(include_auto_created=True)
    return tuple(model for model in found if model._meta.app_label in kept and not model._meta.proxy)


def rows(tables: set[str] | None = None) -> dict[tuple, dict[str, Any]]:
    """Every row of these tables (else of every one that holds the product's data), by (model, key)."""
    return {
        (model._meta.label, row[model._meta.pk.attname]): row
        for model in own_models()
        if tables is None or model._meta.db_table in tables
        for row in model._base_manager.values()
    }


@dataclass
class Change:
    """One row that a request added, changed or deleted."""

    label: str
    pk: Any
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def columns(self) -> dict[str, Any]:
        """The columns that differ, with their new values; everything for a new row."""
        if self.before is None or self.after is None:
            return self.after or {}
        return {name: value for name, value in self.after.items() if value != self.before[name]}


def differences(before: dict, after: dict) -> list[Change]:
    keys = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return [Change(*key, before.get(key), after.get(key)) for key in sorted(keys, key=str)]


def foreign_keys(label: str) -> list[tuple[str, str]]:
    """(column, model it points at) of one table."""
    fields = apps.get_model(label)._meta.concrete_fields
    return [(f.attname, f.related_model._meta.label) for f in fields if f.is_relation]


# --- sending ---------------------------------------------------------------------------------------


@dataclass
class Sent:
    """One request that was sent and undone."""

    response: Any
    changes: list[Change]
    error: str


class Harness:
    """One world, and requests into it that leave no trace."""

    def __init__(self, world: World):
        self.world = world
        self.before = rows()
        self.marks = {letter: world.seeded[letter].mark for letter in IMPORTERS}
        self.files = {letter: files_of(letter, world) for letter in IMPORTERS}
        self.count = 0
        self._errors: list[str] = []
        self._image = _image()
        self._client = Client(raise_request_exception=False)  # one: the handler loads its middleware once
        got_request_exception.connect(self._note_error)

    def _note_error(self, **_given) -> None:
        self._errors.append(traceback.format_exc(limit=-3))

    def send(
        self, visitor: Visitor, method: str, path: str, body: dict | None = None, file=False, json=False
    ) -> Sent:
        """Send, look at what changed, undo."""
        self._errors.clear()
        self.count += 1
        client = self._client
        client.cookies.clear()
        client.cookies.load(visitor.cookies)
        wrote: set[str] = set()
        data = dict(body or {}) if method == "POST" else None
        if file and data is not None:
            data["file"] = SimpleUploadedFile("photo.png", self._image, "image/png")
        with transaction.atomic(), _writes_into(wrote):
            if json and method in {"POST", "PATCH"}:
                given = (path, body, "application/json")
            else:
                given = (path, data) if data else (path,)
            response = getattr(client, method.lower())(*given)
            changes = self._differences(wrote)
            transaction.set_rollback(True)
        return Sent(response, changes, "".join(self._errors))

    def _differences(self, tables: set[str]) -> list[Change]:
        """What a request changed in the tables that it wrote into; nothing cascades behind the statements seen."""
        labels = {model._meta.label for model in own_models() if model._meta.db_table in tables}
        before = {key: row for key, row in self.before.items() if key[0] in labels}
        return differences(before, rows(tables)) if labels else []

    def body(self, visitor: Visitor, target: Target) -> dict[str, str]:
        """What a person would post, and beside it every column that is nobody's to post, pointing at the other."""
        return {**self.junk(visitor), **self.declared(visitor, target)}

    def declared(self, visitor: Visitor, target: Target) -> dict[str, str]:
        own = aim(self.world, visitor, "certificate").own
        certificate = (own.certificates | own.pledges).get(target.stage) if own else None
        kind = "OFFICER" if visitor.home == "authority" else "DRAFTER"
        if visitor.home == "platform" and "pk" not in target.values:
            kind = "ADMINISTRATOR"
        return {
            "reason": "Because it has to be",
            "notice_seen": "on",
            "seen_hash": certificate.content_hash if certificate else "",
            "concerns": "NO_WMD",
            "valid_until": today().isoformat(),
            "repealed_on": "2031-01-01",
            "text": "Please look again",
            "email": "newcomer@example.test",
            "role": kind,
            "kind": "OTHER",
            "code": "no code",
            "theme": "dark",
            "on": today().isoformat(),
            "language": "zh-hans",
            "claimed": "REVIEW",
            "claimed_on": today().isoformat(),
            "confidence": "LOW",
            "weight_mg": "1",
            "happened_on": today().isoformat(),
            "document": "WO-1",
            "key": "0123456789abcdef",
            "place": "Plant",
            "purpose": "Look",
            "asks": "Please ask Beijing",
            "asked_by": "DGFT",
            "planned_on": today().isoformat(),
            "held_on": today().isoformat(),
            "due_on": today().isoformat(),
            "findings": "All in order",
            "action": "Lock the store",
            "answer": "Locked",
            "found_mg": "1",
            "description": "A seal was cut",
            "outcome": "UNFOUNDED",
            "found_pieces": "1",
            **target.body,
        }

    def junk(self, visitor: Visitor) -> dict[str, str]:
        """Every column of every table under its own name, with the other importer's values."""
        return _junk(self, "a" if visitor.home == "b" else "b")

    # --- oracles -----------------------------------------------------------------------------------

    def problems(
        self, visitor: Visitor, route_shows: frozenset, sent: Sent, *, shared=False
    ) -> Iterator[str]:
        """What no request may do: fail, show another's texts, touch another's rows or point at them."""
        response = sent.response
        if response.status_code >= 500:
            yield f"{response.status_code}: {sent.error}"
        yield from self._leaks(visitor, route_shows, response)
        if visitor.home in IMPORTERS or visitor.home == "":
            yield from self._trespasses(visitor, sent.changes, IMPORTERS)
        elif not shared:
            yield from self._trespasses(visitor, sent.changes, {"b"})

    def _leaks(self, visitor, shows, response) -> Iterator[str]:
        text = text_of(response)
        for letter, audience, place in canaries.found(text, self.marks):
            if not canaries.may_read(visitor.name, letter == visitor.home, audience, shows):
                yield f"shows {place} of organisation {letter} ({audience})"

    def _trespasses(self, visitor, changes, letters) -> Iterator[str]:
        for letter in sorted(letters - {visitor.home}):
            owned = self.world.owned[letter]
            book = self.world.seeded[letter].organisation.book
            for change in changes:
                if (change.label, change.pk) in owned:
                    yield f"changes {change.label} {change.pk} of organisation {letter}: {sorted(change.columns())}"
                    continue
                columns = change.columns()
                for column, points_at in foreign_keys(change.label):
                    if (points_at, columns.get(column)) in owned:
                        yield f"makes {change.label}.{column} point into organisation {letter}"
                texts = str(list(columns.values()))
                if f"'{book}'" in texts or f"knry-{letter}-" in texts:
                    yield f"writes texts of organisation {letter} into {change.label}"


def text_of(response) -> str:
    """Body, headers, cookies and redirect target, as one text to search."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    heads = [f"{name}: {value}" for name, value in response.headers.items()]
    cookies = [morsel.OutputString() for morsel in response.cookies.values()]
    return "\n".join([*heads, *cookies, body.decode("utf-8", "replace")])


def shape(response) -> tuple:
    """What must not tell another's object from an absent one: status, names of headers and cookies, body."""
    body = SLUG.sub(b"REFERENCE", CSRF.sub(b"", response.content))
    return (
        response.status_code,
        tuple(sorted(name for name in response.headers if name != "Content-Length")),
        tuple(sorted(response.cookies)),
        re.sub(rb"\b\d+\b", b"N", body) if response.status_code == 302 else body,
    )


@contextmanager
def _writes_into(tables: set[str]):
    def note(execute, sql, params, many, context):
        tables.update(WRITE.findall(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield


@cache
def _junk(harness: Harness, letter: str) -> dict[str, str]:
    seeded, given = harness.world.seeded[letter], {}
    for model in own_models():
        if model._meta.app_label not in OWN_APPS:
            continue
        owned = sorted(pk for label, pk in harness.world.owned[letter] if label == model._meta.label)
        for f in model._meta.concrete_fields:
            value = _moved(f, harness, letter, owned)
            given[f.name] = given[f.attname] = value
    given |= {"status": "ISSUED", "importer": str(seeded.organisation.pk), "book": seeded.organisation.book}
    given |= {name: "1" for name in ("is_staff", "is_superuser", "is_active", "pk", "id", "_state")}
    declared = declared_names()
    return {name: value for name, value in given.items() if name not in declared}


def _moved(f, harness, letter, owned) -> str:
    """A value that shows when it arrives: the other's row, a far date, a set flag."""
    if f.is_relation:
        label = f.related_model._meta.label
        return str(min((pk for found, pk in harness.world.owned[letter] if found == label), default=NO_ID))
    if isinstance(f, models.BooleanField):
        return "on"
    if isinstance(f, models.DateTimeField):
        return "2031-01-01T00:00:00Z"
    if isinstance(f, models.DateField):
        return "2031-01-01"
    if isinstance(f, models.IntegerField | models.DecimalField):
        return str(owned[0] if owned and f.primary_key else 7)
    return "0" * 32


def declared_names() -> set[str]:
    """The names that some form of the product does ask for."""
    from accounts import forms as people
    from euc import drafting_forms as drafting
    from euc import forms as euc
    from euc import original_forms as original
    from euc.models import ELEMENTS
    from licensing import feed_forms as feeds
    from licensing import forms as licensing
    from licensing import room_forms as rooms
    from shipments import forms as shipments
    from shipments import incident_forms as incidents
    from shipments import visit_forms as visits

    asked = (
        licensing.ReportForm,
        feeds.FeedForm,
        rooms.InviteForm,
        rooms.CodeForm,
        rooms.CorrectionForm,
        shipments.PapersForm,
        shipments.LotForm,
        *shipments.FORMS.values(),
        shipments.MoveForm,
        shipments.CountForm,
        incidents.ReportForm,
        *incidents.STEPS.values(),
        visits.ScheduleForm,
        visits.SampleForm,
        visits.FileForm,
        *visits.STEPS.values(),
        original.EntryForm,
        original.StationForm,
        euc.GiveUpForm,
        drafting.OrderForm,
        drafting.LineForm,
        drafting.EndUseForm,
        euc.EvidenceForm,
        euc.CommentForm,
        drafting.PledgeForm,
        euc.VerifyForm,
    )
    names = {
        name for form in (*asked, people.InvitationForm, people.NewPersonForm) for name in form.base_fields
    }
    return (
        names | set(ELEMENTS) | {"reason", "notice_seen", "seen_hash", "valid_until", "theme", "organisation"}
    )


def _image() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return out.getvalue()


class Log(logging.Handler):
    """Keeps every line that was logged, to be searched afterwards."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record):
        self.lines.append(f"{record.getMessage()} {record.exc_info and record.exc_info[1]}")


def files_of(letter: str, world: World) -> dict[str, int]:
    """The stored files of one organisation: path and size, without what its own people send here."""
    folder = settings.FILES_DIR / world.seeded[letter].organisation.book
    sent = [_image(), *(json.dumps(route.json).encode() for route in policy.ROUTES.values() if route.json)]
    own = {hashlib.sha256(content).hexdigest() for content in sent}
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in own)
    return {str(path): path.stat().st_size for path in files}
