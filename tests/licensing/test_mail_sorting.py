"""Mails sorted: by the case's own address, by a known sender's words; the forged, looping, flooding stay apart."""

import pytest
from django.utils import timezone

from accounts.models import User
from licensing import rooms, services
from licensing.mail import keeping, proving, reading, sorting, tagging
from tests.licensing.letters import EXPORTER, letter, nested, with_files
from tests.licensing.test_services import ago, report

OURS = "mx.euc.test"
PASSED = f"Authentication-Results: {OURS}; dmarc=pass header.from=exporter.test"


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.MAIL_ADDRESS = "cases@euc.test"
    settings.MAIL_AUTHSERV_ID = OURS


@pytest.fixture
def invited(life, case):
    return rooms.invite(case=case, by=life.drafter, email=EXPORTER)


@pytest.fixture
def address(case):
    return tagging.address_of(case)


def sort(content):
    return sorting.sort(reading.read(content), received_at=timezone.now())


def why(content):
    found = sort(content)
    return found.outcome, found.reason


class TestTag:
    def test_is_read_back_from_its_address(self, case, address):
        assert tagging.read([address.upper().lower()]).references == (case.reference,)
        assert len(address.partition("@")[0]) <= 64

    def test_stands_nowhere_without_a_mailbox(self, case, settings):
        settings.MAIL_ADDRESS = ""
        assert tagging.address_of(case) == ""
        assert tagging.read(["cases+x@euc.test"]) == tagging.Tagged()

    def test_fits_no_other_case(self, case, address):
        other = address.replace(case.slug.lower()[-4:], "0099")
        assert tagging.read([other]) == tagging.Tagged((), True)

    @pytest.mark.parametrize("place", range(16))
    def test_fits_in_every_letter_only(self, place):
        tag = tagging.tag_of("LIC/0388000001/2026-27/0001")
        assert tagging.reference_of(f"lic-0388000001-2026-27-0001.{tag}") == "LIC/0388000001/2026-27/0001"
        flipped = tag[:place] + ("a" if tag[place] != "a" else "b") + tag[place + 1 :]
        assert tagging.reference_of(f"lic-0388000001-2026-27-0001.{flipped}") == ""

    @pytest.mark.parametrize(
        "local", ["cases+", "cases+.", "cases+lic", "cases+" + "a" * 300, "cases+\u0130.x"]
    )
    def test_of_what_is_none_is_made_up(self, local):
        assert tagging.read([f"{local}@euc.test"]).is_made_up

    def test_of_other_mailboxes_is_nobodys_business(self):
        assert tagging.read(["info+x@euc.test", "cases+x@other.test"]) == tagging.Tagged()

    def test_changes_with_the_key(self, case, address, settings):
        settings.SECRET_KEY = "another"
        assert tagging.address_of(case) != address


class TestProof:
    @pytest.mark.parametrize(
        ("results", "proof"),
        [
            (f"{OURS}; dmarc=pass header.from=exporter.test", "PASS"),
            (
                f"{OURS} 1; spf=fail smtp.mailfrom=list.test; dmarc=pass (p=reject) header.from=exporter.test",
                "PASS",
            ),
            (f"{OURS}; dkim=pass header.d=exporter.test", "PASS"),
            (f"{OURS}; dkim=pass header.i=@mail.exporter.test", "PASS"),
            (f"{OURS}; spf=pass smtp.mailfrom=bounce@exporter.test", "PASS"),
            (f"{OURS}; dkim=pass header.d=other.test", "NONE"),
            (f"{OURS}; dkim=pass header.d=notexporter.test", "NONE"),
            (f"{OURS}; dkim=pass header.d=test", "NONE"),
            (f"{OURS}; dmarc=pass header.from=other.test", "NONE"),
            (f"{OURS}; dmarc=fail header.from=exporter.test; dkim=pass header.d=exporter.test", "FAIL"),
            (f"{OURS}; spf=fail smtp.mailfrom=exporter.test", "FAIL"),
            (f"{OURS}; none", "NONE"),
            ("other.test; dmarc=pass header.from=exporter.test", "NONE"),
            (f"x{OURS}; dmarc=pass header.from=exporter.test", "NONE"),
            (f"(a; {OURS}) other.test; dmarc=pass header.from=exporter.test", "NONE"),
            ("", "NONE"),
        ],
    )
    def test_is_our_own_servers_word(self, results, proof):
        content = letter(more=[f"Authentication-Results: {results}"])
        assert proving.of(reading.read(content)) == proof

    def test_is_taken_from_the_topmost_head_only(self):
        forged = letter(more=["Authentication-Results: other.test; none", PASSED])
        assert proving.of(reading.read(forged)) == "NONE"
        forged = letter(more=[f"Authentication-Results: {OURS}; dmarc=fail", PASSED])
        assert proving.of(reading.read(forged)) == "FAIL"

    def test_is_none_where_no_server_is_named(self, settings):
        settings.MAIL_AUTHSERV_ID = ""
        assert proving.of(reading.read(letter(more=[PASSED.replace(OURS, "")]))) == "NONE"
        assert proving.of(reading.read(letter(more=[PASSED]))) == "NONE"


class TestByTag:
    def test_matches(self, case, invited, address):
        found = sort(letter(to=address, more=[PASSED]))
        assert (found.case, found.found_by, found.proof, found.is_sender_known) == (case, "TAG", "PASS", True)

    def test_matches_in_other_heads(self, case, invited, address):
        for head in ("Cc", "Delivered-To", "X-Original-To"):
            assert sort(letter(more=[f"{head}: <{address}>"])).case == case

    def test_matches_people_of_the_importer(self, case, address, drafter):
        found = sort(letter(to=address, sender=drafter.person.email.upper()))
        assert (found.outcome, found.is_sender_known) == ("MATCHED", True)

    def test_matches_an_unknown_sender_who_is_proven_without_being_known(self, case, address):
        found = sort(letter(to=address, more=[PASSED]))
        assert (found.outcome, found.is_sender_known, found.proof) == ("MATCHED", False, "PASS")

    def test_keeps_an_unknown_sender_apart(self, case, address):
        assert why(letter(to=address)) == ("QUARANTINED", "UNPROVEN")

    def test_keeps_apart_whose_link_was_revoked(self, case, invited, address, life):
        rooms.revoke(invitation=invited, by=life.drafter)
        assert why(letter(to=address)) == ("QUARANTINED", "UNPROVEN")

    def test_keeps_a_wrong_tag_apart(self, case, invited, address):
        wrong = address.replace("@", "x@")
        assert why(letter(to=wrong, more=[PASSED])) == ("QUARANTINED", "WRONG_TAG")
        assert why(letter(to=f"{address}, {wrong}", more=[PASSED])) == ("QUARANTINED", "WRONG_TAG")

    def test_keeps_apart_what_speaks_of_another_case(self, case, invited, address):
        other = case.reference[:-1] + "9"
        for text in (f"{other}: accepted", f"re {other.replace('/', '-').lower()}"):
            assert why(letter(text, to=address, more=[PASSED])) == ("QUARANTINED", "OTHER_CASE")
        both = f"{case.reference} as {other}: accepted"
        assert why(letter(both, to=address, more=[PASSED])) == ("MATCHED", "")

    def test_keeps_apart_what_the_server_found_forged(self, case, invited, address):
        failed = f"Authentication-Results: {OURS}; dmarc=fail"
        assert why(letter(to=address, more=[failed])) == ("QUARANTINED", "FAILED_PROOF")

    def test_still_tells_whose_it_is(self, case, invited, address):
        found = sort(nested(20, to=address))
        assert (found.outcome, found.reason, found.case, found.found_by) == (
            "QUARANTINED",
            "NESTED",
            case,
            "TAG",
        )


class TestByWords:
    @pytest.fixture
    def numbered(self, case, invited, life):
        report(case, life.drafter, "FILED", 9, application_number="SQ-2026-118")
        return case

    def test_matches_a_known_sender(self, numbered):
        slug = numbered.slug.lower()
        for said in (f"About {numbered.reference}", slug, "申请号SQ-2026-118 进展", "SQ-2026-118"):
            found = sort(letter(subject=said))
            assert (found.outcome, found.case, found.found_by) == ("MATCHED", numbered, "WORDS")

    def test_leaves_a_stranger_unmatched(self, numbered):
        content = letter(subject=numbered.reference, sender="x@other.test", more=[PASSED])
        assert why(content) == ("UNMATCHED", "UNKNOWN_SENDER")

    def test_leaves_what_names_nothing_unmatched(self, numbered):
        assert why(letter()) == ("UNMATCHED", "NO_CASE")

    def test_leaves_what_names_several_unmatched(self, numbered, life, certificate):
        report(numbered, life.drafter, "REFUSED", 5)
        again = services.open_case(certificate=certificate, by=life.drafter, refiles=numbered)
        rooms.invite(case=again, by=life.drafter, email=EXPORTER)
        content = letter(f"{numbered.reference} and {again.reference}")
        assert why(content) == ("UNMATCHED", "SEVERAL_CASES")


class TestMachines:
    def test_are_kept_apart(self, case, invited, address):
        heads = ("Auto-Submitted: auto-replied", "Precedence: bulk", "Precedence: auto_reply")
        for head in (*heads, "List-Id: <a.test>", "Return-Path: <>", "X-Autoreply: yes"):
            assert why(letter(to=address, more=[PASSED, head])) == ("QUARANTINED", "AUTOMATIC")

    def test_a_person_says_so(self, case, invited, address):
        assert why(letter(to=address, more=[PASSED, "Auto-Submitted: no"]))[0] == "MATCHED"

    def test_our_own_mail_is_a_loop(self, case, address, settings):
        for sender in ("cases@euc.test", "cases+x@euc.test", settings.DEFAULT_FROM_EMAIL):
            assert why(letter(to=address, sender=sender, more=[PASSED])) == ("QUARANTINED", "LOOP")

    def test_marked_loops(self, case, invited, address):
        assert why(letter(to=address, more=["X-Loop: a"])) == ("QUARANTINED", "LOOP")
        assert why(letter(to=address, more=["Received: by x"] * 60)) == ("QUARANTINED", "LOOP")

    def test_winmail(self, case, invited, address):
        content = with_files(("winmail.dat", "application/ms-tnef", b"x"), to=address)
        assert why(content) == ("QUARANTINED", "TNEF")

    def test_no_sender_or_several(self, case, invited, address):
        for sender in ("", "a@b.test, li@exporter.test"):
            assert why(letter(to=address, sender=sender)) == ("QUARANTINED", "SENDERS")
        assert why(letter(to=address, more=[f"From: {EXPORTER}"])) == ("QUARANTINED", "SENDERS")

    def test_too_much_within_an_hour(self, case, invited, address, monkeypatch):
        monkeypatch.setattr(sorting, "MOST_AN_HOUR", 3)
        found = [keeping.take(letter(f"Letter {n}", to=address, number=n)) for n in range(5)]
        assert [one.reason for one in found] == ["", "", "", "FLOOD", "FLOOD"]

    def test_too_much_waiting_on_a_case(self, case, invited, address, monkeypatch):
        monkeypatch.setattr(sorting, "MOST_PENDING", 2)
        texts = [f"It was accepted on {ago(n):%Y-%m-%d}." for n in range(4)]
        found = [keeping.take(letter(text, to=address, number=n)) for n, text in enumerate(texts)]
        assert [one.reason for one in found] == ["", "", "FLOOD", "FLOOD"]


class TestKnown:
    def test_is_nobody_who_left(self, case, address, drafter):
        User.objects.filter(pk=drafter.person.pk).update(is_active=False)
        assert not sorting.sender_is_known(case, drafter.person.email)
