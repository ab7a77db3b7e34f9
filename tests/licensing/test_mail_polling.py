"""The mailbox read over a real socket: once, in order, from where it was left; faults are shown and lose nothing."""

import ssl
import time
import tracemalloc
from datetime import timedelta
from io import StringIO
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.utils import timezone

from licensing.mail import fetching, keeping, polling, reading
from licensing.mail.fetching import NotRead
from licensing.models import MailArrival, MailBox, MailMessage
from tests.licensing.imap_server import PASSWORD, USER, imap_server
from tests.licensing.letters import letter
from tests.licensing.test_feed_fetching import certificate_of


@pytest.fixture
def post(settings):
    with imap_server() as found:
        settings.MAIL_IMAP_URL = url(found)
        settings.MAIL_ADDRESS = USER
        yield found


def url(post, user=USER, password=PASSWORD, scheme="imap", host="localhost", folder="INBOX"):
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{host}:{post.port}/{folder}"


def subjects():
    return list(MailMessage.objects.order_by("pk").values_list("subject", flat=True))


def fill(post, count, start=1):
    for number in range(start, start + count):
        post.add(letter(f"Letter {number}", subject=f"s{number}", number=number))


def poll(**given):
    return polling.poll(now=True, **given)


@pytest.mark.django_db
class TestPoll:
    def test_takes_what_is_there_in_order_and_changes_nothing(self, post):
        fill(post, 3)
        assert poll() == polling.Polled(3)
        assert subjects() == ["s1", "s2", "s3"]
        verbs = {" ".join(one.split()[:2]).upper() for one in post.heard}
        assert not [
            verb for verb in verbs if verb.startswith(("SELECT", "STORE", "UID STORE", "UID COPY", "EXPUNGE"))
        ]
        assert all("PEEK" in one for one in post.heard if "BODY" in one)

    def test_takes_nothing_twice_and_goes_on_behind(self, post):
        fill(post, 2)
        assert [poll().taken, poll().taken] == [2, 0]
        fill(post, 1, start=3)
        assert poll().taken == 1
        assert MailArrival.objects.count() == 3

    def test_keeps_when_it_came(self, post):
        post.add(letter(), moment="20-Nov-2026 10:00:00 +0530")
        poll()
        assert MailMessage.objects.get().received_at.isoformat() == "2026-11-20T04:30:00+00:00"

    def test_is_healthy_with_an_empty_mailbox(self, post):
        assert poll() == polling.Polled(0)
        box = MailBox.objects.get()
        assert (box.state, box.name) == ("HEALTHY", f"{USER}@localhost:{post.port}/INBOX")
        assert PASSWORD not in str(box.__dict__)

    def test_does_nothing_without_a_mailbox(self, settings):
        settings.MAIL_IMAP_URL = ""
        assert poll() is None
        assert not MailBox.objects.exists()

    def test_goes_on_where_it_stopped_at_a_limit(self, post, monkeypatch):
        monkeypatch.setattr(polling, "MOST_AT_ONCE", 2)
        fill(post, 5)
        assert [poll() for _ in range(3)] == [
            polling.Polled(2, True),
            polling.Polled(2, True),
            polling.Polled(1),
        ]
        monkeypatch.setattr(polling, "WORK_SECONDS", 0)
        fill(post, 2, start=6)
        assert poll() == polling.Polled(1, True)

    def test_waits_while_another_asks(self, post):
        poll()
        MailBox.objects.update(lease_until=timezone.now() + timedelta(seconds=60))
        assert poll() is None
        MailBox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert poll() is not None

    def test_reads_a_mailbox_that_was_made_anew_and_counts_what_is_known_once(self, post):
        fill(post, 2)
        poll()
        post.uid_validity, post.messages = 8, {number + 100: one for number, one in post.messages.items()}
        fill(post, 1, start=3)
        assert poll().taken == 3
        assert (MailMessage.objects.count(), MailArrival.objects.count()) == (3, 5)
        assert poll().taken == 0

    def test_reads_on_after_a_cursor_that_was_lost(self, post):
        fill(post, 2)
        poll()
        MailBox.objects.update(last_uid=0)
        poll()
        assert (MailMessage.objects.count(), MailArrival.objects.count()) == (2, 2)

    def test_passes_over_what_is_gone(self, post, monkeypatch):
        fill(post, 2)
        monkeypatch.setattr(
            fetching.Mailbox, "uids_after", lambda mailbox, last: [1, 2, 9] if last < 9 else []
        )
        assert poll().taken == 3
        assert (len(subjects()), MailBox.objects.get().last_uid) == (2, 9)

    def test_commands_tell(self, post, tmp_path):
        fill(post, 1)
        out = StringIO()
        call_command("poll_mail", stdout=out)
        call_command("poll_mail", "--now", stdout=out)
        assert out.getvalue() == "1 messages taken.\n0 messages taken.\n"
        file = tmp_path / "a.eml"
        file.write_bytes(letter("s", number=77))
        out = StringIO()
        call_command("take_mail", str(file), stdout=out)
        assert '"reason": "NO_CASE"' in out.getvalue()


@pytest.mark.django_db
class TestHuge:
    def test_is_never_fetched(self, post, monkeypatch):
        monkeypatch.setattr(reading, "MOST_BYTES", 100_000)
        post.add(letter("x" * 200_000, subject="huge"))
        fill(post, 1)
        assert poll().taken == 2
        message = MailMessage.objects.get(subject="huge")
        assert (message.reason, message.file, message.size > 200_000) == ("HUGE", None, True)
        assert not [one for one in post.heard if one.startswith("UID FETCH 1") and "BODY.PEEK[]" in one]

    def test_counts_once(self, post, monkeypatch):
        monkeypatch.setattr(reading, "MOST_BYTES", 1000)
        post.add(letter("x" * 2000))
        post.add(post.messages[1][0])
        poll()
        assert (MailMessage.objects.count(), MailArrival.objects.count()) == (1, 2)

    def test_of_fifty_megabytes_costs_no_memory(self, post):
        post.add(letter() + b"x" * 50 * 1024 * 1024)
        tracemalloc.start()
        poll()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert MailMessage.objects.get().reason == "HUGE"
        assert peak < 60 * 1024 * 1024  # of which the server's own copy of the head of it

    def test_with_a_size_that_lies_small_is_cut_off(self, post, monkeypatch):
        monkeypatch.setattr(reading, "MOST_BYTES", 100_000)
        post.sizes[post.add(letter("x" * 900_000, subject="lie"))] = 500
        fill(post, 1)
        assert poll().trouble == "ANSWER"
        assert MailMessage.objects.get().reason == "HUGE"
        assert (poll().trouble, len(subjects())) == ("", 2)

    def test_with_a_size_that_lies_large_is_kept_apart(self, post):
        post.sizes[post.add(letter("small"))] = 10**12
        poll()
        message = MailMessage.objects.get()
        assert (message.reason, message.size) == ("HUGE", 10**12)

    def test_announced_in_the_middle_is_cut_off(self, post):
        fill(post, 2)
        post.fault, post.faulty_uid = "announces_much", 1
        tracemalloc.start()
        assert poll().trouble == "ANSWER"
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20 * 1024 * 1024
        poll()
        assert sorted(MailMessage.objects.values_list("reason", flat=True)) == ["HUGE", "NO_CASE"]


@pytest.mark.django_db
class TestTrouble:
    def fails(self, code, taken=0):
        found = poll()
        box = MailBox.objects.get()
        assert (found.trouble, found.taken) == (code, taken)
        assert (box.state, box.trouble, box.failures > 0) == ("FAILING", code, True)
        assert box.next_at > timezone.now()
        assert PASSWORD not in box.words
        return box

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            ("no_folder", "FOLDER"),
            ("garbage", "UNREACHABLE"),
            ("no_size", "ANSWER"),
            ("other_uid", "ANSWER"),
        ],
    )
    def test_is_shown(self, post, fault, code):
        fill(post, 1)
        post.fault = fault
        self.fails(code)
        assert not MailMessage.objects.exists()

    def test_of_a_wrong_password_is_shown_without_it(self, post, settings, caplog):
        settings.MAIL_IMAP_URL = url(post, password="wrong-secret")
        box = self.fails("LOGIN")
        assert "wrong-secret" not in caplog.text + box.words + box.name

    def test_of_a_server_that_is_not_there(self, post, settings):
        post.port = 9
        settings.MAIL_IMAP_URL = url(post)
        self.fails("UNREACHABLE")

    @pytest.mark.parametrize(
        "address", ["https://a:b@c.test/", "imap://a:b@mail.test/", "imaps://mail.test/", "imaps://[", "x"]
    )
    def test_of_an_address_that_may_not_be_asked(self, settings, address):
        settings.MAIL_IMAP_URL = address
        self.fails("ADDRESS")
        assert MailBox.objects.get().name == "MAIL_IMAP_URL"

    @pytest.mark.parametrize("fault", ["silent", "drip"])
    def test_of_slowness_ends_in_time(self, post, fault, monkeypatch):
        monkeypatch.setattr(fetching, "CONNECT_SECONDS", 1)
        monkeypatch.setattr(fetching, "TOTAL_SECONDS", 2)
        fill(post, 1)
        post.fault, began = fault, time.monotonic()
        self.fails("TOO_SLOW")
        assert time.monotonic() - began < 6

    def test_in_the_middle_keeps_what_was_whole_and_goes_on(self, post):
        fill(post, 3)
        post.fault, post.faulty_uid = "drop", 2
        self.fails("CUT", taken=1)
        assert subjects() == ["s1"]
        post.fault = ""
        assert poll().taken == 2
        assert subjects() == ["s1", "s2", "s3"]
        box = MailBox.objects.get()
        assert (box.state, box.trouble, box.failing_since) == ("HEALTHY", "", None)

    def test_with_one_message_does_not_stop_those_behind_it(self, post):
        fill(post, 3)
        post.fault, post.faulty_uid = "drop", 2
        for _ in range(polling.MOST_TRIES):
            poll()
        assert subjects() == ["s1"]
        assert poll() == polling.Polled(2)
        assert list(MailMessage.objects.order_by("pk").values_list("subject", "reason")) == [
            ("s1", "NO_CASE"),
            ("s2", "NOT_FETCHED"),
            ("s3", "NO_CASE"),
        ]

    def test_of_our_own_is_shown_and_passed_over_in_the_end(self, post, monkeypatch):
        fill(post, 2)
        real = keeping.take

        def fall_over(content, **given):
            if b"s1" in content:
                raise RuntimeError
            return real(content, **given)

        monkeypatch.setattr(keeping, "take", fall_over)
        for _ in range(polling.MOST_TRIES):
            self.fails("STOPPED")
        poll()
        assert list(MailMessage.objects.order_by("pk").values_list("reason", flat=True)) == [
            "NOT_FETCHED",
            "NO_CASE",
        ]

    def test_rests_longer_and_longer(self, post, settings):
        post.fault = "no_folder"
        waits = []
        for _ in range(8):
            at = timezone.now()
            polling.poll(at=at, now=True)
            waits.append(MailBox.objects.get().next_at - at)
        assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
        assert waits[-1] == polling.LONGEST_BACKOFF
        assert polling.poll() is None


@pytest.mark.django_db
class TestTls:
    @pytest.fixture
    def file(self, tmp_path):
        return certificate_of("localhost", tmp_path)

    @pytest.fixture
    def secure(self, file, settings):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        with imap_server(context) as found:
            settings.MAIL_IMAP_URL = url(found, scheme="imaps")
            yield found

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, secure):
        assert poll().trouble == "UNREACHABLE"
        assert not secure.heard

    def test_is_read_where_it_is_vouched_for(self, secure, file, monkeypatch):
        trusting = ssl.create_default_context(cafile=str(file))
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        fill(secure, 1)
        assert poll().taken == 1

    def test_plain_connections_are_for_this_machine_only(self, settings, monkeypatch):
        settings.MAIL_IMAP_URL = "imap://a:b@localhost/"
        assert fetching.account().port == 143
        settings.PRODUCTION = True
        with pytest.raises(NotRead):
            fetching.account()
