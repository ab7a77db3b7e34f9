"""500 forged mails over a server that fails in between: no status changes, nothing is lost."""

import hashlib
import random
import zipfile
from collections import Counter
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote

import pytest
from django.utils import timezone

from licensing import rooms, services
from licensing.mail import polling, reading, tagging
from licensing.models import (
    LicenceCase,
    MailArrival,
    MailMessage,
    MailRuling,
    MailSuggestion,
    StatusReport,
)
from tests.licensing.imap_server import PASSWORD, USER, imap_server
from tests.licensing.letters import EXPORTER, head, letter, nested, with_files
from tests.licensing.test_mail_sorting import OURS, PASSED
from tests.licensing.test_services import ago, fresh

COUNT = 500
CLAIMS = (
    "The licence was issued, number 26-AA-{0}.",
    "Your application was rejected on {1:%d %B %Y}.",
    "我司申请已于{1:%Y年%m月%d日}受理。",
    "许可证已被撤销。",
    "The application has been accepted on {1:%Y-%m-%d}.",
)
# What becomes of each kind; the two that hold a stolen address, or a known name, may suggest and are never sure.
REASONS = {
    "flipped": {"WRONG_TAG"},
    "swapped": {"WRONG_TAG"},
    "invented": {"WRONG_TAG"},
    "other_case": {"OTHER_CASE"},
    "both_cases": {"SEVERAL_CASES"},
    "stranger": {"UNPROVEN"},
    "stranger_sure_of_itself": {"UNPROVEN"},
    "failed": {"FAILED_PROOF"},
    "spoofed": {"", "FLOOD"},
    "spoofed_results": {"", "FLOOD"},
    "named": {""},
    "named_by_stranger": {"UNKNOWN_SENDER"},
    "automatic": {"AUTOMATIC"},
    "own": {"LOOP"},
    "looping": {"LOOP"},
    "two_senders": {"SENDERS"},
    "injected": {"NO_CASE", "UNKNOWN_SENDER"},
    "charset": {"UNPROVEN"},
    "nested": {"NESTED"},
    "winmail": {"TNEF"},
    "huge": {"HUGE"},
    "bomb": {"UNPROVEN"},
    "broken": {"BROKEN"},
    "flood": {"UNPROVEN", "FLOOD"},
}


@pytest.fixture
def mailbox(settings):
    settings.MAIL_ADDRESS = USER
    settings.MAIL_AUTHSERV_ID = OURS
    with imap_server() as post:
        at = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@localhost:{post.port}"
        settings.MAIL_IMAP_URL = f"imap://{at}/INBOX"
        yield post


@pytest.fixture
def other_case(life, case, certificate):
    """The exporter is known for two cases: the first was refused and filed again."""
    rooms.invite(case=case, by=life.drafter, email=EXPORTER)
    services.report(case=case, by=life.drafter, claimed="REFUSED", claimed_on=ago(20))
    again = services.open_case(certificate=certificate, by=life.drafter, refiles=fresh(case))
    rooms.invite(case=again, by=life.drafter, email=EXPORTER)
    return again


class Forger:
    """Makes forged mails about `case`, whose address was stolen; `other` is a case it holds no address of."""

    def __init__(self, case, other, chance):
        self.case, self.other, self.chance = case, other, chance
        self.address, self.others = tagging.address_of(case), tagging.address_of(other)
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("bomb", b"\0" * 5_000_000)
        self.packed = packed.getvalue()

    def make(self, kind, number):
        claim = self.chance.choice(CLAIMS).format(number, ago(self.chance.randint(0, 40)))
        given = {"text": claim, "to": self.address, "number": number, "subject": f"Licence {number}"}
        return getattr(self, kind)(given)

    def stray(self):
        return f"forger{self.chance.randint(0, 10**9)}@evil.test"

    def flipped(self, given):
        local, _at, domain = self.address.partition("@")
        place = self.chance.randint(len(local) - 16, len(local) - 1)
        sign = self.chance.choice([s for s in "abcdefghijklmnopqrstuvwxyz234567" if s != local[place]])
        return letter(**given | {"to": f"{local[:place]}{sign}{local[place + 1 :]}@{domain}"}, more=[PASSED])

    def swapped(self, given):
        name, _dot, _tag = self.others.partition(".")
        tag = self.address.partition("@")[0][-16:]
        return letter(**given | {"to": f"{name}.{tag}@{USER.partition('@')[2]}"}, more=[PASSED])

    def invented(self, given):
        return letter(**given | {"to": f"cases+{self.chance.randbytes(9).hex()}@euc.test"}, more=[PASSED])

    def other_case(self, given):
        return letter(**given | {"text": f"{self.other.reference}: {given['text']}"}, more=[PASSED])

    def both_cases(self, given):
        return letter(**given | {"to": f"{self.address}, {self.others}"}, more=[PASSED])

    def stranger(self, given):
        return letter(**given, sender=self.stray())

    def stranger_sure_of_itself(self, given):
        results = f"Authentication-Results: mx.evil.test; dmarc=pass header.from=evil.test\r\n{PASSED}"
        return letter(**given, sender=self.stray(), more=[results])

    def failed(self, given):
        return letter(**given, more=[f"Authentication-Results: {OURS}; dmarc=fail", PASSED])

    def spoofed(self, given):
        return letter(**given)

    def spoofed_results(self, given):
        return letter(**given, more=["Authentication-Results: relay.test; none", PASSED])

    def named(self, given):
        return letter(**given | {"to": USER, "subject": f"{self.other.reference} {given['number']}"})

    def named_by_stranger(self, given):
        return letter(**given | {"to": USER, "subject": self.other.slug}, sender=self.stray())

    def automatic(self, given):
        heads = ("Auto-Submitted: auto-replied", "Precedence: bulk", "Return-Path: <>", "List-Id: <a.test>")
        return letter(**given, more=[PASSED, self.chance.choice(heads)])

    def own(self, given):
        return letter(**given, sender=self.chance.choice([USER, self.others]), more=[PASSED])

    def looping(self, given):
        return letter(**given, more=[PASSED, "X-Loop: cases"])

    def two_senders(self, given):
        more = [f"From: {EXPORTER}"] if self.chance.random() < 0.5 else []
        sender = self.stray() if more else f"{EXPORTER}, {self.stray()}"
        return letter(**given, sender=sender, more=[*more, PASSED])

    def injected(self, given):
        words = f"x\r\nTo: {self.address}\r\nFrom: {EXPORTER}\r\n{PASSED}"
        return letter(**given | {"to": USER, "subject": head(words)}, sender=self.stray())

    def charset(self, given):
        declared = self.chance.choice(["big5", "utf-7", "punycode", "iso-8859-1", "x" * 300, "utf-16"])
        given |= {"text": "许可证已被撤销。", "charset": "gbk", "declared": declared}
        return letter(**given, sender=self.stray())

    def nested(self, given):
        deep = nested(self.chance.choice([12, 40, 300]), sender=EXPORTER, to=self.address)
        return deep.replace(b"deep@", b"%d@" % given["number"])

    def winmail(self, given):
        file = ("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22")
        return with_files(file, text=given["text"], to=self.address, number=given["number"])

    def huge(self, given):
        return letter(**given | {"text": given["text"] + "x" * 300_000}, more=[PASSED])

    def bomb(self, given):
        file = ("licence.zip", "application/zip", self.packed)
        return with_files(
            file, text=given["text"], sender=self.stray(), to=self.address, number=given["number"]
        )

    def broken(self, given):
        whole = with_files(("a.pdf", "application/pdf", b"%PDF-"), to=self.address, number=given["number"])
        return whole[: whole.rindex(b"--==") - self.chance.randint(10, 30)]

    def flood(self, given):
        return letter(**given, sender="flood@evil.test")


class TestForgedMail:
    @pytest.mark.django_db(transaction=True)  # as mail is taken: each in a transaction of its own
    def test_changes_no_status_and_is_never_lost(self, case, other_case, life, mailbox, monkeypatch):
        monkeypatch.setattr(reading, "MOST_BYTES", 200_000)
        chance = random.Random(20261130)
        forger = Forger(other_case, LicenceCase.objects.get(pk=case.pk), chance)
        before = standing()
        sent = self.send(forger, chance, mailbox)
        self.read_all(mailbox, chance)

        assert standing() == before
        assert StatusReport.objects.count() == 1  # the refusal before
        assert not MailRuling.objects.exists()
        assert not [one for one in MailSuggestion.objects.all() if one.is_sure]
        self.check_accounts(mailbox, sent)
        self.check_again(mailbox)

    def send(self, forger, chance, post):
        """The kinds in turn, some of them twice, three minutes apart; the flood within a minute."""
        kinds = [kind for kind in REASONS if kind != "flood"]
        sent = {}
        begin = timezone.now() - timedelta(minutes=3 * COUNT)
        for number in range(COUNT):
            kind = "flood" if number >= COUNT - 45 else kinds[number % len(kinds)]
            if kind != "flood" and number > 50 and chance.random() < 0.04:
                again = chance.choice([uid for uid in sent if sent[uid] not in {"huge", "flood"}])
                content, kind = post.messages[again][0], sent[again]
            else:
                content = forger.make(kind, number)
            at = begin + timedelta(minutes=3 * number)
            if kind == "flood":
                at = begin + timedelta(minutes=3 * COUNT - 1)
            uid = post.add(content, moment=f"{at:%d-%b-%Y %H:%M:%S} +0000")
            sent[uid] = kind
        return sent

    def read_all(self, post, chance):
        """Polled until nothing is left, while connections break, sometimes in the middle of a mail."""
        for turn in range(60):
            post.fault = chance.choice(["", "drop", "no_folder"]) if turn < 12 else ""
            post.faulty_uid = None if post.fault == "no_folder" else chance.choice(list(post.messages))
            polling.poll(now=True)
            if not post.fault and MailArrival.objects.count() == COUNT:
                return
        raise AssertionError(f"{MailArrival.objects.count()} of {COUNT} read")

    def check_accounts(self, post, sent):
        arrivals = list(MailArrival.objects.select_related("message"))
        assert sorted(one.uid for one in arrivals) == sorted(sent)
        assert MailMessage.objects.count() == len({content for content, _moment in post.messages.values()})
        for one in arrivals:
            kind, message = sent[one.uid], one.message
            assert message.reason in REASONS[kind], (kind, message.reason, message.subject)
            assert message.outcome == ("MATCHED" if not message.reason else message.outcome)
            if kind != "huge":
                assert message.digest == hashlib.sha256(post.messages[one.uid][0]).hexdigest()
        reasons = Counter(MailMessage.objects.values_list("reason", flat=True))
        assert sum(reasons.values()) == MailMessage.objects.count()
        assert reasons["FLOOD"] >= 15
        suggesting = set(
            MailMessage.objects.filter(suggestions__isnull=False).values_list("reason", flat=True)
        )
        assert suggesting == {""}

    def check_again(self, post):
        """The mailbox made anew: everything arrives once more, and counts once."""
        counts = (MailMessage.objects.count(), MailSuggestion.objects.count())
        post.uid_validity += 1
        while MailArrival.objects.count() < 2 * COUNT:
            assert polling.poll(now=True).taken
        assert (MailMessage.objects.count(), MailSuggestion.objects.count()) == counts


def standing():
    return list(
        LicenceCase.objects.order_by("pk").values("pk", "status", "status_on", "is_contested", "changed_at")
    )
