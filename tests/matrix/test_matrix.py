"""Every address x every visitor x every method x own, other's and absent objects: generated, never listed by hand.

The control run at the end takes the scoping away and must then see leaks, or this harness is blind.
"""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts import actors, views
from accounts.models import ApiToken, Notice, Organisation
from euc.models import Certificate, DraftFile, Original, Undertaking
from euc.views import certificates as certificate_views
from euc.views import undertakings as undertaking_views
from licensing.models import FeedSource, Licence, LicenceCase, MailMessage, MailSuggestion
from shipments.models import ArrivingDocument, Consignment, Holding, ImportFile, Incident, Lot, Posting, Visit
from shipments.views import consignments as consignment_views
from tests.matrix import canaries, policy, routes
from tests.matrix.expecting import agrees, answer, expected
from tests.matrix.harness import CSRF, files_of, shape
from tests.matrix.targeting import BELONGS_TO_BOTH, OF_ORGANISATIONS, SUBJECTS, targets

pytestmark = pytest.mark.django_db

ADDRESSES = sorted(routes.walk(), key=lambda address: (address.name, address.template))
LISTED = [address for address in ADDRESSES if address.name in policy.ROUTES]
LIBRARY = [address for address in ADDRESSES if address.name not in policy.ROUTES]
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
VISITORS = (
    "anonymous", "undecided", "drafter", "signatory", "broker", "stranger", "officer", "senior", "auditor",
    "analyst", "administrator",
)  # fmt: skip
# The doors are the same code on both databases: everybody knocks on SQLite, the busiest visitor on PostgreSQL.
IS_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
HERE = VISITORS if IS_SQLITE else ("drafter",)
MOST_SHOWN = 25


def say(problems: list[str]) -> str:
    more = f"\n… and {len(problems) - MOST_SHOWN} more" if len(problems) > MOST_SHOWN else ""
    return f"{len(problems)} violations:\n" + "\n".join(problems[:MOST_SHOWN]) + more


def cells(harness, visitor, addresses=LISTED, methods=METHODS):
    """(address, route, target, method) of one visitor: each kind of target once with every method, further
    stages of another's certificate with the methods that do something, and what no one may do once, at another's.
    """
    for address in addresses:
        route = policy.ROUTES[address.name]
        found = list(targets(harness.world, visitor, address, route))
        refused = next((target for target in found if target.kind == "other"), found[0])
        seen: set[tuple] = set()
        for target in found:
            kind = (target.kind, target.verb, target.values.get("page"))
            for method in methods:
                if route.who(method) is None and target is not refused:
                    continue
                if kind in seen and method not in {"GET", "POST", "PATCH", "DELETE"}:
                    continue
                yield address, route, target, method
            seen.add(kind)


def check(harness, visitor, address, route, target, method):
    """Send one cell; the response and what is wrong with it."""
    path = address.path(target.values) + route.query
    body = harness.body(visitor, target) if target.kind == "own" else harness.declared(visitor, target)
    if route.is_api:
        body = route.json or {"kind": "OTHER"}
    file = route.takes_file and (route.is_api or target.values.get("page") == "evidence")
    sent = harness.send(visitor, method, path, body, file=file, json=route.json is not None)
    where = f"{method} {path} as {visitor.name} ({target.kind} {target.stage})"
    keeps_people = visitor.name == "administrator" and route.subject in OF_ORGANISATIONS
    is_shared = route.is_shared or keeps_people
    wrong = [
        f"{where} {problem}"
        for problem in harness.problems(visitor, shows(route, visitor), sent, shared=is_shared)
    ]
    want, got = expected(route, visitor, method, target), answer(sent.response)
    if not agrees(want, got):
        wrong.append(f"{where} answers {got} instead of {want}")
    return sent, wrong


def shows(route, visitor) -> frozenset[str]:
    """What the address opens besides: to its bearer, and the names of both organisations to who is in both."""
    in_both = route.subject == "choice" and visitor.name in BELONGS_TO_BOTH
    return route.shows | ({"firm"} if in_both else frozenset())


def violations(harness, visitor, **given) -> dict[str, list[str]]:
    """What is wrong for this visitor, by address; another's object must look exactly like an absent one."""
    found: dict[str, list[str]] = {}
    absent: dict[tuple, tuple] = {}
    for address, route, target, method in cells(harness, visitor, **given):
        sent, wrong = check(harness, visitor, address, route, target, method)
        key = (address.template, method, target.verb, target.values.get("page"))
        if target.kind == "absent":
            absent[key] = shape(sent.response)
        elif target.kind == "other" and shape(sent.response) != absent.get(key, shape(sent.response)):
            wrong.append(
                f"{method} {address.name} as {visitor.name}: another's object differs from an absent one"
            )
        found.setdefault(address.name, []).extend(wrong)
    return found


def all_of(found: dict[str, list[str]]) -> list[str]:
    return [problem for problems in found.values() for problem in problems]


class TestPolicy:
    @pytest.mark.parametrize("address", ADDRESSES, ids=lambda a: f"{a.name} {a.template}")
    def test_knows_every_address(self, address):
        assert address.name in policy.ROUTES or policy.rule_for(address.name), (
            f"{address.name} ({address.template}) is in no policy: add it to tests/matrix/policy.py"
        )

    def test_lists_no_address_that_is_gone(self):
        assert set(policy.ROUTES) <= {address.name for address in ADDRESSES}

    @pytest.mark.parametrize("address", LISTED, ids=lambda a: a.name)
    def test_fills_every_parameter(self, harness, address):
        route = policy.ROUTES[address.name]
        found = targets(harness.world, harness.world.visitors["drafter"], address, route)
        filled = set(next(found).values)
        assert filled == set(address.parameters), (
            f"{address.name}: no values for {set(address.parameters) ^ filled}"
        )

    def test_names_every_verb(self):
        assert set(policy.VERBS["certificate-step"]) == {
            verb.replace("_", "-") for verb in certificate_views.SERVICES
        }
        assert set(policy.VERBS["undertaking-step"]) == {
            verb.replace("_", "-") for verb in undertaking_views.SERVICES
        }
        assert set(policy.VERBS["consignment-step"]) == {
            verb.replace("_", "-") for verb in consignment_views.SERVICES
        }

    def test_uses_every_subject(self):
        assert {route.subject for route in policy.ROUTES.values()} - {""} == set(SUBJECTS)


class TestMatrix:
    @pytest.mark.parametrize("name", HERE)
    def test_holds_for(self, harness, name):
        before = harness.count
        problems = all_of(violations(harness, harness.world.visitors[name]))
        print(f"{name}: {harness.count - before} requests")
        assert not problems, say(problems)

    @pytest.mark.parametrize("name", HERE)
    def test_finds_nothing_at_library_addresses_for(self, harness, name):
        visitor, problems = harness.world.visitors[name], []
        for address in LIBRARY:
            problems += self.library_problems(harness, visitor, address)
        assert not problems, say(problems)

    def library_problems(self, harness, visitor, address):
        rule = policy.rule_for(address.name)
        shows = rule.shows if visitor.name == "administrator" else frozenset()
        is_closed = rule is policy.BACK_OFFICE and visitor.name != "administrator"
        is_insider = visitor.name == "administrator"
        for number, values in enumerate(library_values(harness, address)[: 3 if is_insider else 1]):
            for method in METHODS if is_insider and not number else ("GET", "POST"):
                path = address.path(values)
                sent = harness.send(
                    visitor, method, path, harness.junk(visitor) if method == "POST" else None
                )
                where = f"{method} {path} as {visitor.name}"
                for problem in harness.problems(visitor, shows, sent):
                    yield f"{where} {problem}"
                if sent.response.status_code not in rule.answers:
                    yield f"{where} answers {sent.response.status_code}"
                if is_closed and sent.response.status_code not in {302, 403}:
                    yield f"{where} is open to {visitor.name}: {sent.response.status_code}"

    def test_leaves_no_trace_of_others(self, harness, log):
        """Runs after all the requests above: logs, mails and the other's files."""
        assert not list(canaries.found("\n".join(log.lines), harness.marks))
        texts = [f"{message.subject}\n{message.body}" for message in mail.outbox]
        assert not list(canaries.found("\n".join(texts), harness.marks))
        assert files_of("b", harness.world) == harness.files["b"]


def library_values(harness, address):
    """Values for the parameters of library addresses: the other importer's rows, and nothing that exists."""
    if not address.parameters:
        return [{}]
    seeded = harness.world.seeded["b"]
    model = re.match(r"admin:\w+?_(\w+)_(?:change|history|delete)$", address.name)
    pks = [pk for label, pk in harness.world.owned["b"] if model and label.lower().endswith(f".{model[1]}")]
    chosen = [min(pks, default=seeded.organisation.pk), 987654321, "x'--"]
    return [dict.fromkeys(address.parameters, value) for value in chosen]


class TestMassAssignment:
    @pytest.mark.parametrize(
        "name", ["drafter", "signatory", "officer", "senior"] if IS_SQLITE else ["drafter", "officer"]
    )
    def test_moves_only_what_the_form_asks(self, harness, name):
        """The same POST with every column of every table beside it changes exactly the same columns."""
        visitor, problems, changed = harness.world.visitors[name], [], 0
        for address, route, target, _method in cells(harness, visitor, methods=("POST",)):
            if target.kind != "own" or not (route.post and name in route.post) or route.is_api:
                continue  # what machines send beside what is asked is refused: tests/api/test_drafting.py
            path = address.path(target.values) + route.query
            file = route.takes_file and target.values.get("page") == "evidence"
            plain = harness.send(visitor, "POST", path, harness.declared(visitor, target), file=file)
            stuffed = harness.send(visitor, "POST", path, harness.body(visitor, target), file=file)
            changed += bool(plain.changes)
            if essence(plain) != essence(stuffed):
                problems.append(f"{path}: {essence(stuffed)} instead of {essence(plain)}")
        assert not problems, say(problems)
        assert changed >= 5, "nothing was written, so nothing was tested"


def essence(sent) -> list:
    """Which columns changed to what, without what differs from one moment to the next."""
    found = []
    for change in sent.changes:
        columns = {
            name: str(value)
            for name, value in change.columns().items()
            if name
            not in {"id", "token", "token_hash", "hash", "previous_hash", "head", "content_hash", "key"}
            and not name.endswith(("_at", "_id", "_hash"))
            and name not in {"at", "content", "details", "issue_block", "reference", "as_of"}
        }
        found.append((change.label, change.pk if change.before else "new", sorted(columns.items())))
    return sorted(found, key=str)


def plain(response, typed: str) -> bytes:
    """The page without the form's token and without what was typed."""
    return CSRF.sub(b"", response.content).replace(typed.encode(), b"")


class TestLists:
    @pytest.mark.parametrize("name", ["drafter", "signatory", "broker", "stranger"])
    @pytest.mark.parametrize(
        "path", ["/certificates/", "/undertakings/", "/originals/", "/search/", "/notices/", "/"]
    )
    def test_show_nothing_of_others_whatever_is_asked(self, harness, name, path):
        visitor = harness.world.visitors[name]
        letter = "a" if visitor.home == "b" else "b"
        reference = harness.world.seeded[letter].certificates["ISSUED"].reference
        mark = f"knry-{letter}-"
        asked = [mark, mark + "public", reference, reference[:15], "%", "_", "'", "\\"]
        for q in asked:
            for query in (f"q={q}", f"q={q}&status=ISSUED", f"status=ISSUED&importer={letter}", f"after={q}"):
                sent = harness.send(visitor, "GET", f"{path}?{query.replace('%', '%25')}")
                assert not list(harness.problems(visitor, frozenset(), sent)), f"{path}?{query}"

    def test_answer_alike_for_anothers_words_and_nobodys(self, harness):
        visitor = harness.world.visitors["drafter"]
        there = harness.world.seeded["b"].certificates["ISSUED"].po_number
        nowhere = there[:-5] + "99999"
        pages = [harness.send(visitor, "GET", f"/certificates/?q={q}").response for q in (there, nowhere)]
        assert shape(pages[0])[:3] == shape(pages[1])[:3]
        assert plain(pages[0], there) == plain(pages[1], nowhere)

    def test_search_alike_for_anothers_words_and_nobodys(self, harness):
        visitor = harness.world.visitors["drafter"]
        there = harness.world.seeded["b"].consignments["RECEIVED"].invoice_number
        nowhere = there[:-5] + "99999"
        pages = [harness.send(visitor, "GET", f"/search/?q={q}").response for q in (there, nowhere)]
        assert shape(pages[0])[:3] == shape(pages[1])[:3]
        assert plain(pages[0], there) == plain(pages[1], nowhere)

    def test_ignore_the_cursor_of_another(self, harness):
        """A cursor names a place in the order, never a row one may see."""
        stranger, drafter = harness.world.visitors["stranger"], harness.world.visitors["drafter"]
        for path in ("/certificates/", "/undertakings/"):
            links = harness.send(stranger, "GET", path).response.context["page"]
            for query in filter(None, (links.next_url, links.previous_url, "?after=WyI5OTk5OTkiXQ")):
                sent = harness.send(drafter, "GET", path + query)
                assert not list(harness.problems(drafter, frozenset(), sent))


class TestExistence:
    """Two questions that differ only in whether somebody else's thing exists get one answer."""

    def test_of_a_token_is_not_told_before_issue(self, harness):
        visitor, seeded = harness.world.visitors["anonymous"], harness.world.seeded["b"]
        absent = harness.send(visitor, "GET", f"/v/{'a' * 32}/").response
        for stage in ("DRAFT", "SUBMITTED", "RETURNED", "APPROVED", "REJECTED", "WITHDRAWN"):
            token = seeded.certificates[stage].token
            found = harness.send(visitor, "GET", f"/v/{token}/").response
            assert found.status_code == absent.status_code == 404
            assert plain(found, token) == plain(absent, "a" * 32)

    def test_of_a_person_is_not_told_to_who_invites(self, harness):
        visitor = harness.world.visitors["signatory"]
        theirs = harness.world.visitors["stranger"].actor.person.email
        body = {"role": "DRAFTER", "designation": "Clerk"}
        known = harness.send(visitor, "POST", "/people/invite/", {**body, "email": theirs})
        unknown = harness.send(visitor, "POST", "/people/invite/", {**body, "email": "nobody@example.test"})
        assert shape(known.response) == shape(unknown.response)
        assert [change.label for change in known.changes] == [change.label for change in unknown.changes]

    @pytest.mark.parametrize("path", ["/accounts/password/reset/", "/accounts/login/"])
    def test_of_an_account_is_not_told_to_strangers(self, harness, path):
        visitor = harness.world.visitors["anonymous"]
        theirs = harness.world.visitors["stranger"].actor.person.email
        nobody = theirs.replace("knry", "nrky")
        answers = []
        for email in (theirs, nobody):
            body = {"email": email, "login": email, "password": "wrong wrong wrong"}
            response = harness.send(visitor, "POST", path, body).response
            answers.append((response.status_code, response.headers.get("Location"), plain(response, email)))
        assert answers[0] == answers[1]

    def test_of_bytes_is_not_told_to_who_uploads_them_too(self, harness):
        visitor = harness.world.visitors["drafter"]
        path = f"/certificates/{harness.world.seeded['a'].certificates['DRAFT'].slug}/draft/evidence/"
        sent = harness.send(visitor, "POST", path, {"kind": "OTHER"}, file=True)
        assert {change.label for change in sent.changes} >= {"documents.StoredFile", "euc.Evidence"}


class TestForgery:
    def test_every_post_needs_its_token(self, harness):
        """Without the token of the form, no address changes anything."""
        visitor = harness.world.visitors["signatory"]
        client = Client(enforce_csrf_checks=True)
        client.cookies.load(visitor.cookies)
        for address in LISTED:
            route = policy.ROUTES[address.name]
            if route.post is None or route.is_signed:
                continue
            target = next(targets(harness.world, visitor, address, route))
            assert client.post(address.path(target.values)).status_code == 403, address.name


SCOPED = {name for name, route in policy.ROUTES.items() if route.is_scoped}


class TestControl:
    def test_sees_the_leaks_when_scoping_is_off(self, harness, monkeypatch):
        """Everything visible to everybody: at least 95 % of the addresses with an organisation's data must fail."""
        take_scoping_away(monkeypatch, harness)
        blamed: set[str] = set()
        for name in ("drafter", "signatory"):
            visitor = harness.world.visitors[name]
            for address, route, target, method in cells(harness, visitor, methods=("GET", "POST")):
                if (
                    address.name in SCOPED - blamed
                    and check(harness, visitor, address, route, target, method)[1]
                ):
                    blamed.add(address.name)
        unseen = sorted(SCOPED - blamed)
        print(
            f"control: {len(SCOPED & blamed)} of {len(SCOPED)} addresses leak without scoping, not {unseen}"
        )
        assert len(SCOPED & blamed) >= 0.95 * len(SCOPED), f"blind at {unseen}"


def take_scoping_away(monkeypatch, harness):
    """What the product would be if every place that narrows rows to the actor's own forgot to."""
    other = harness.world.seeded["b"].organisation
    for model in (
        ApiToken,
        Certificate,
        DraftFile,
        Original,
        Undertaking,
        Notice,
        FeedSource,
        Licence,
        LicenceCase,
        MailMessage,
        MailSuggestion,
        ArrivingDocument,
        Consignment,
        Lot,
        Holding,
        ImportFile,
        Posting,
        Incident,
        Visit,
    ):
        monkeypatch.setattr(type(model.objects.all()), "visible_to", lambda self, actor: self.all())
    monkeypatch.setattr(
        views, "_organisation", lambda request, pk: Organisation.objects.get(pk=pk) if pk else other
    )
    monkeypatch.setattr(views, "_manageable", lambda request, queryset, pk: queryset.get(pk=pk))
    monkeypatch.setattr(views.services, "grantable_roles", lambda by, organisation: tuple(views.Role))
    seen = actors.organisations_of
    monkeypatch.setattr(actors, "organisations_of", lambda person: {**seen(person), other: []})
