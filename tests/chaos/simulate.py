"""`simulate.py CASES SEED FOLDER`: an exporter's year, sent while other processes do the errands and may be killed.

When a third of the year is sent it makes FOLDER/sent and waits for FOLDER/working; when nobody works any more it
writes FOLDER/control.json and waits for FOLDER/go; then it sends the rest and writes FOLDER/year.json at the end.
"""

import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first

from euc import control, demonstration  # noqa: E402
from licensing import feed_asking  # noqa: E402
from licensing.models import FeedSource, LicenceCase  # noqa: E402
from licensing.simulating import judging, playing  # noqa: E402
from licensing.simulating.doors import Doors  # noqa: E402
from licensing.simulating.sendings import FAULTS, Way  # noqa: E402
from licensing.simulating.serving import served  # noqa: E402
from workflow.models import Errand  # noqa: E402

WAYS = (Way.HTTP, Way.WEBHOOK, Way.FILE, Way.IMPORTER, Way.OFFICER)  # no mails are read here
FEEDS = ("licensing.poll_feed", "licensing.read_feed")
LONG = timedelta(days=4000)  # a year is sent in minutes: what is listed stays
SETTLED_WITHIN = 400 + int(sys.argv[1])  # seconds


def busy(**given) -> int:
    return Errand.objects.filter(kind__in=FEEDS, state=Errand.PENDING, **given).count()


def wait_until(holds, seconds: float = SETTLED_WITHIN) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.3)
    return holds()


def idle(seconds: float = 3) -> bool:
    """Nobody works on anything for a while, whatever is still owed."""
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < seconds:
        quiet_since = time.monotonic() if busy(lease_token__isnull=False) else quiet_since
        time.sleep(0.1)
    return True


def fetched(source: FeedSource, by) -> bool:
    """Ask the exporter's list once more, until an answer that began after now is read."""
    since = django.utils.timezone.now()
    feed_asking.read_now(source=FeedSource.objects.get(pk=source.pk), by=by)
    good = source.runs.filter(started_at__gt=since).exclude(outcome="FAILED")
    return wait_until(lambda: good.exists() and not busy(), 60)


def files_left() -> int:
    return sum(1 for file in Path(settings.FEEDS_FOLDER).glob("*/*.*") if file.is_file())


def settle(player: playing.Player) -> None:
    """Everything that was sent has arrived, as far as it ever will."""
    doors, far = player.doors, datetime.now(UTC) + timedelta(days=30)
    while doors.pile:
        doors.drop(far)
        far += timedelta(days=1)
    doors.publish(datetime.now(UTC))
    doors.server.fault = ""
    wait_until(lambda: not files_left() and not busy())
    wait_until(lambda: fetched(doors.sources[Way.HTTP], doors.importer))
    doors.sign_out()
    player.withdraw(far.date())
    player.decide_all()


def verdict(year: playing.Year) -> dict:
    found = judging.judge(year)
    return {
        "lost": {way: [m for m in found.lost if year.journal.entries[m].sending.way == way] for way in WAYS},
        "refused": found.refused,
        "withdrawn": sorted(year.withdrawn),
        "decided": len(year.decided),
        "journal": {mark: told(entry) for mark, entry in year.journal.entries.items()},
        "statuses": dict(LicenceCase.objects.values_list("reference", "status")),
    }


def told(entry) -> dict:
    sending = entry.sending
    return {
        "case": entry.case, "claimed": sending.station, "on": sending.on.isoformat(),
        "source": sending.source, "bad": sending.bad,
    }  # fmt: skip


def main(cases: int, seed: int, folder: Path) -> None:
    people, until = demonstration.people(), control.day_in_china()
    first = until - timedelta(days=playing.YEAR)
    by = people["drafter"]
    with served() as server:
        issue = playing.issuer(people, first)
        sources = playing.add_sources(by, issue().exporter_name, server.url)
        doors = Doors(
            by, people["officer"], sources, server, Path(settings.FEEDS_FOLDER), lambda: None,
            random.Random(seed), frozenset(FAULTS), listed_for=LONG, mended_after=LONG,
        )  # fmt: skip

        def product(_at: datetime) -> None:
            feed_asking.read_now(source=FeedSource.objects.get(pk=sources[Way.HTTP].pk), by=by)

        player = playing.player_of(doors, issue, product, first, cases, seed, FAULTS, WAYS)
        for number in range(playing.YEAR):
            for _moment in player.day(first + timedelta(days=number + 1)):
                pass
            if number == playing.YEAR // 3:
                (folder / "sent").touch()
                wait_until((folder / "working").exists)
                idle()
                (folder / "control.json").write_text(json.dumps(verdict(player.year)))
                wait_until((folder / "go").exists)
        settle(player)
        (folder / "year.json").write_text(json.dumps(verdict(player.year)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
