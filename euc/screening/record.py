"""The record of screening: looking parties up in the lists in use, and keeping what was found of a certificate."""

from __future__ import annotations

import hashlib
import heapq
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actors
from euc import workflow
from euc.models import (
    Certificate,
    ListedEntity,
    ListedKey,
    ListedKeyCount,
    ListVersion,
    QualityRule,
    Screening,
    ScreeningHit,
)
from euc.models.certificate import today
from euc.screening.comparing import Comparison, Name, compare, name_of, number
from euc.screening.names import skeleton
from workflow import engine, events

THRESHOLD_CHECK = "SCREENING"
THRESHOLD = 85  # where no row of the quality checks says otherwise
MOST_ROWS = 4000  # of the key table, for one name
MOST_COMPARED = 300  # entries, for one name
SCREENED = (workflow.SUBMITTED, workflow.RETURNED, workflow.APPROVED, workflow.ISSUED)
ROLES = ("exporter", "importer", "consignee", "end_user")


@dataclass(frozen=True)
class Party:
    """Who is looked up: a role of the certificate, with all ways the name is written."""

    role: str
    names: tuple[str, ...]
    country: str = ""


@dataclass(frozen=True)
class Found:
    entity: ListedEntity
    comparison: Comparison


def threshold() -> int:
    """From which score on a resemblance is a hit: a row of the quality checks, so that officers can change it."""
    row = QualityRule.objects.in_use_on(today()).filter(check_code=THRESHOLD_CHECK).order_by("-id").first()
    return int(row.low) if row and row.low is not None else THRESHOLD


def look_up(parties: Iterable[Party], *, least: int) -> list[tuple[Party, Found]]:
    """Every entry of the lists in use that resembles a party, the best first. Five queries however many."""
    asked = [(party, name_of(party.names, [party.country])) for party in parties]
    versions = {version.pk: version for version in ListVersion.objects.in_use().select_related("on_list")}
    if not versions or not asked:
        return []
    words = {f"w{skeleton(w)}" for _party, name in asked for s in name.spellings for w in s.words}
    every = {key: number(key) for _party, name in asked for key in name.keys} | {w: number(w) for w in words}
    counts = _counts(every, versions)
    chosen = {party: _rarest(name, every, counts) for party, name in asked}
    rows = ListedKey.objects.filter(
        version__in=versions, key__in={n for keys in chosen.values() for n in keys}
    )
    by_key: dict[int, list[int]] = {}
    for key, pk in rows.values_list("key", "entity_id"):
        by_key.setdefault(key, []).append(pk)
    candidates = {party: _nearest(chosen[party], by_key, counts) for party, _name in asked}
    wanted = {pk for near in candidates.values() for pk in near}
    entities = ListedEntity.objects.in_bulk(wanted)
    total = sum(version.taken for version in versions.values())
    found = []
    for party, name in asked:
        for pk in candidates[party]:
            entity = entities[pk]
            entity.version = versions[entity.version_id]
            listed = name_of((entity.name, *entity.aliases), entity.countries)
            comparison = compare(
                name, listed, count=lambda word: counts.get(number(f"w{skeleton(word)}"), 0), total=total
            )
            if comparison.score >= least:
                found.append((party, Found(entity, comparison)))
    return sorted(found, key=lambda pair: (-pair[1].comparison.score, pair[1].entity.pk))


def _counts(every: dict[str, int], versions: dict[int, Any]) -> dict[int, int]:
    rows = ListedKeyCount.objects.filter(key__in=set(every.values()), version__in=versions)
    return dict(rows.values_list("key").annotate(total=Sum("entries")))


def _rarest(name: Name, every: dict[str, int], counts: dict[int, int]) -> list[int]:
    """The keys that lead to few entries: as many as together stay below MOST_ROWS, and at least one."""
    numbers = sorted({every[key] for key in name.keys} & counts.keys(), key=lambda key: (counts[key], key))
    kept: list[int] = []
    total = 0
    for key in numbers:
        total += counts[key]
        if kept and total > MOST_ROWS:
            break
        kept.append(key)
    return kept


def _nearest(keys: list[int], by_key: dict[int, list[int]], counts: dict[int, int]) -> list[int]:
    """The entries that share the most and the rarest keys."""
    points: defaultdict[int, float] = defaultdict(float)
    for key in keys:
        for entity in by_key.get(key, ()):
            points[entity] += 1 / counts[key] + 1
    return heapq.nlargest(MOST_COMPARED, points, key=lambda entity: points[entity])


def parties_of(content: dict[str, Any]) -> list[Party]:
    """Whom the content of a revision names: its parties, the maker of the end product, the plant, the signatory."""
    found: dict[tuple[str, ...], Party] = {}
    for role in ROLES:
        party = content["parties"].get(role) or {}
        names = tuple(party.get(name, "") for name in ("name", "name_zh", "name_hi") if party.get(name))
        if names:
            found.setdefault(names, Party(role, names, party.get("country", "")))
    use, signatory = content["end_use"], content["signatory"]
    for role, name in (("oem", use["oem"]), ("plant", use["plant_name"]), ("signatory", signatory["name"])):
        if name:
            found.setdefault((name,), Party(role, (name,)))
    return list(found.values())


@transaction.atomic
def screen(certificate: Certificate, *, at: datetime | None = None) -> int:
    """Look the submitted revision up in the lists in use; open what is new, let lapse what is gone. How many are new.

    Runs twice to the same effect: a hit is known by the party's and the entry's names.
    """
    at, clock = at or timezone.now(), actors.clock()
    engine.lock(certificate)
    revision = certificate.revisions.get(number=certificate.revision_number)
    known = {hit.fingerprint: hit for hit in certificate.hits.select_related("certificate")}
    current, new = set(), 0
    for party, found in look_up(parties_of(revision.content), least=threshold()):
        entry = _entry(found.entity)
        fingerprint = _fingerprint(party, entry)
        if fingerprint in current:
            continue
        current.add(fingerprint)
        hit = known.get(fingerprint)
        if hit is None:
            _open(certificate, party, found, entry, fingerprint, at)
            new += 1
        elif hit.status == workflow.LAPSED:
            engine.take(workflow.HIT, "reopen", hit, by=clock, at=at, sets={})
            new += 1
    for fingerprint, hit in known.items():
        if fingerprint not in current and hit.status != workflow.LAPSED:
            engine.take(workflow.HIT, "lapse", hit, by=clock, at=at, sets={})
    Screening.objects.update_or_create(
        certificate=certificate,
        defaults={
            "revision_number": certificate.revision_number,
            "versions": _versions(),
            "screened_at": at,
        },
    )
    return new


def _open(
    certificate: Certificate,
    party: Party,
    found: Found,
    entry: dict[str, Any],
    fingerprint: str,
    at: datetime,
) -> None:
    hit = ScreeningHit.objects.create(
        certificate=certificate,
        fingerprint=fingerprint,
        role=party.role,
        party_name=party.names[0],
        party_names=[*party.names, party.country],
        on_list=found.entity.version.on_list,
        version=found.entity.version,
        entity_id=found.entity.entity_id,
        entry=entry,
        score=found.comparison.score,
        explanation=found.comparison.as_json(),
        found_at=at,
    )
    events.record(
        book=hit.book,
        subject=hit,
        verb="euc.hit.find",
        by=actors.clock(),
        at=at,
        to_status=hit.status,
        reference=certificate.reference,
        details={"list": hit.on_list.code, "entry": hit.entity_id, "score": hit.score},
    )


def _entry(entity: ListedEntity) -> dict[str, Any]:
    days = {name: getattr(entity, name) for name in ("effective_from", "suspended_from", "suspended_until")}
    return {
        "list": entity.version.on_list.code,
        "id": entity.entity_id,
        "name": entity.name,
        "aliases": entity.aliases,
        "countries": entity.countries,
        "program": entity.program,
        "notice": entity.notice,
        **{name: day.isoformat() if day else "" for name, day in days.items()},
    }


def _fingerprint(party: Party, entry: dict[str, Any]) -> str:
    told = json.dumps([party.role, party.names, party.country, entry], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _versions() -> list[int]:
    return sorted(ListVersion.objects.in_use().values_list("pk", flat=True))


def bars(certificate: Certificate) -> list[str]:
    """Why nobody may say yes to it now, in sentences; empty when screening has nothing against it."""
    screening, versions = Screening.objects.filter(certificate=certificate).first(), _versions()
    found = []
    done = (screening.revision_number, screening.versions) if screening else None
    if versions and done != (certificate.revision_number, versions):
        found.append(_("It is being screened against the lists in use; please come back in a few minutes."))
    day = today()
    for hit in certificate.hits.select_related("on_list").exclude(
        status__in=[workflow.DISMISSED, workflow.LAPSED]
    ):
        if hit.is_suspended(day):
            continue
        said = {"party": hit.party_name, "entry": hit.entry["name"], "list": hit.on_list.name}
        if hit.status == workflow.CONFIRMED:
            found.append(_("“%(party)s” is “%(entry)s” on the list %(list)s.") % said)
        else:
            found.append(_("“%(party)s” resembles “%(entry)s” on the list %(list)s; judge it first.") % said)
    return found
