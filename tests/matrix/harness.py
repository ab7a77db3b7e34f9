"""Sends one request as one visitor at one target, undoes it, and says everything that was wrong about it."""

import hashlib
import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import connection, models, transaction
from django.test import Client
from PIL import Image

from euc.models.certificate import today
from tests.matrix import canaries, policy
from tests.matrix.tables import OWN_APPS, Change, differences, foreign_keys, own_models, rows
from tests.matrix.targeting import (
    IMPORTERS,
    NO_ID,
    Target,
    aim,
)
from tests.matrix.world import (
    Visitor,
    World,
)

WRITE = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
CSRF = re.compile(rb'(csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}|("X-CSRFToken": ")[A-Za-z0-9]{64}')
SLUG = re.compile(rb"(EUC|NRU|LIC|CON|VIS|INC)[-/][0-9A-Z]{10}[-/]\d{4}-\d{2}[-/]\d{4,9}")


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
