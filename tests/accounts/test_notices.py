from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone, translation

from accounts import digests, notices, services
from accounts.models import Digest, Membership, Notice
from accounts.roles import Role
from accounts.tasks import send_digest  # noqa: F401 - registers the errands
from euc import noticing
from tests.factories import MembershipFactory
from workflow import errands
from workflow.models import Errand

NINE = datetime(2026, 11, 27, 3, 30, tzinfo=UTC)  # nine in India
BEFORE_NINE = datetime(2026, 11, 27, 3, 29, tzinfo=UTC)
EARLIER = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


class Paper:
    """What a notice is about, here."""

    reference = "EUC/0388000001/2026-27/0001"


LINE = notices.Telling(
    "certificate-issue",
    (),
    Notice.Kind.DECISION,
    "%(reference)s was issued by %(by)s.",
    lambda subject: Membership.objects.active(),
    lambda subject: "/certificates/",
)


def tell(actor, *, key="1", line=LINE, at=EARLIER, **given):
    people = Membership.objects.filter(person=actor.person, organisation=actor.organisation)
    (notice,) = notices.tell(line, Paper, key=key, people=people, by="Authority", at=at, **given)
    return notice


def run_all():
    for errand in Errand.objects.filter(state=Errand.PENDING).order_by("pk"):
        assert errands.run(errand.pk)


class TestTell:
    def test_tells_each_person_once_whatever_their_roles(self, drafter):
        MembershipFactory(person=drafter.person, organisation=drafter.organisation, role=Role.SIGNATORY)
        people = Membership.objects.filter(person=drafter.person)
        assert len(notices.tell(LINE, Paper, key="1", people=people)) == 1
        assert notices.tell(LINE, Paper, key="1", people=people) == []
        assert len(notices.tell(LINE, Paper, key="2", people=people)) == 1

    def test_does_not_tell_who_did_it(self, drafter, signatory):
        people = Membership.objects.active()
        made = notices.tell(LINE, Paper, key="1", people=people, but=drafter.person.pk)
        assert [notice.person_id for notice in made] == [signatory.person.pk]

    def test_writes_down_how_the_person_wants_it_by_mail(self, drafter, signatory):
        notices.choose(drafter.person, {Notice.Kind.DECISION: Notice.Mail.NEVER})
        notices.choose(drafter.person, {Notice.Kind.DECISION: Notice.Mail.NOW})
        made = notices.tell(LINE, Paper, key="1", people=Membership.objects.active())
        assert {(n.person_id, n.mail) for n in made} == {
            (drafter.person.pk, "NOW"),
            (signatory.person.pk, "DAILY"),
        }
        assert Errand.objects.get().kind == notices.MAIL

    def test_mails_nothing_that_has_a_mail_of_its_own(self, drafter):
        notices.choose(drafter.person, {kind: Notice.Mail.NOW for kind in Notice.Kind})
        assert tell(drafter, line=noticing.EXPIRY, details={"until": "01-01-2027"}).mail == Notice.Mail.NEVER
        assert not Errand.objects.exists()


class TestWords:
    def test_are_made_in_the_readers_language_and_outlive_the_table(self, drafter):
        notice = tell(drafter)
        assert notices.words(notice) == "EUC/0388000001/2026-27/0001 was issued by Authority."
        with translation.override("hi"):
            assert "EUC/0388000001/2026-27/0001" in notices.words(notice)
        notice.code = "told-no-more"
        assert notices.words(notice) == notice.reference


class TestUnread:
    def test_counts_ones_own_of_the_active_organisation(self, drafter, signatory, other_importer, make_actor):
        tell(drafter)
        tell(drafter, key="2")
        assert notices.unread(drafter) == 2
        assert notices.unread(signatory) == 0
        assert notices.unread(None) == 0
        notices.mark_read(drafter, upto=Notice.objects.latest("pk").pk - 1)
        assert notices.unread(drafter) == 1
        Notice.objects.update(organisation=other_importer)
        assert notices.unread(drafter) == 0


class TestMailAtOnce:
    @pytest.fixture
    def notice(self, drafter):
        notices.choose(drafter.person, {Notice.Kind.DECISION: Notice.Mail.NOW})
        return tell(drafter)

    def test_is_sent_once(self, notice, drafter):
        run_all()
        (sent,) = mail.outbox
        assert sent.to == [drafter.person.email]
        assert sent.subject == "EUC/0388000001/2026-27/0001 was issued by Authority."
        assert "/certificates/" in sent.body
        assert sent.extra_headers["Message-ID"].startswith(f"<notice-{notice.pk}@")
        digests.owe(at=NINE)
        assert not Digest.objects.exists()

    def test_is_not_sent_of_what_was_read(self, notice, drafter):
        notices.mark_read(drafter, upto=notice.pk)
        run_all()
        assert mail.outbox == []

    def test_is_not_sent_to_who_left(self, notice, drafter):
        Membership.objects.filter(person=drafter.person).update(is_active=False)
        run_all()
        assert mail.outbox == []


class TestDigest:
    def test_is_owed_at_nine_in_india_and_once_a_day(self, drafter, signatory):
        tell(drafter)
        tell(drafter, key="2")
        tell(signatory)
        assert digests.owe(at=BEFORE_NINE.replace(day=26)) == 0
        assert digests.owe(at=NINE) == 2
        assert digests.owe(at=NINE) == 0
        run_all()
        assert sorted(sent.to[0] for sent in mail.outbox) == sorted(
            [drafter.person.email, signatory.person.email]
        )
        mine = next(sent for sent in mail.outbox if sent.to == [drafter.person.email])
        assert mine.subject == "2 notices wait for you"
        assert mine.body.count("was issued by Authority") == 2
        assert Digest.objects.exclude(sent_at=None).count() == 2

    def test_leaves_what_came_after_nine_for_tomorrow(self, drafter):
        tell(drafter, at=NINE)
        assert digests.owe(at=NINE) == 0
        assert digests.owe(at=NINE.replace(hour=23, day=27)) == 0
        assert digests.owe(at=NINE.replace(day=28)) == 1

    def test_a_run_that_comes_late_still_sends_it(self, drafter):
        tell(drafter)
        assert digests.owe(at=BEFORE_NINE.replace(day=28)) == 1
        assert Digest.objects.get().day.isoformat() == "2026-11-27"

    def test_has_nothing_that_was_read_or_is_never_mailed(self, drafter, signatory):
        notices.mark_read(drafter, upto=tell(drafter).pk)
        notices.choose(signatory.person, {Notice.Kind.DECISION: Notice.Mail.NEVER})
        tell(signatory)
        assert digests.owe(at=NINE) == 0

    def test_is_not_sent_when_all_was_read_meanwhile(self, drafter):
        notice = tell(drafter)
        digests.owe(at=NINE)
        notices.mark_read(drafter, upto=notice.pk)
        run_all()
        assert mail.outbox == []

    def test_is_in_the_persons_language(self, drafter):
        type(drafter.person).objects.filter(pk=drafter.person.pk).update(language="hi")
        tell(drafter)
        digests.owe(at=NINE)
        run_all()
        assert mail.outbox[0].subject != "1 notice waits for you"

    def test_command_may_run_at_any_time(self, drafter):
        tell(drafter, at=timezone.now() - timezone.timedelta(days=2))
        call_command("send_digests")
        call_command("send_digests")
        assert Digest.objects.count() == 1


def test_nobody_is_told_of_an_event_outside_the_table(drafter, signatory):
    services.invite(
        by=signatory, organisation=signatory.organisation, email="new@example.test", role=Role.DRAFTER
    )
    assert not Notice.objects.exists()
