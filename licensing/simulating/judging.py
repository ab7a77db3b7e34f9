"""What became of a year that was played: the sender's journal held against the rows. It changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from documents import storing
from licensing import deriving, services, stations
from licensing.models import FeedDelivery, FeedRefusal, FeedRun, LicenceCase, StatusReport
from licensing.simulating.journal import Entry
from licensing.simulating.playing import Year


@dataclass
class Verdict:
    """Marks of what was sent by what became of it; references of cases by what is wrong with them."""

    kept: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)  # kept more than once
    refused: dict[str, str] = field(default_factory=dict)  # with the reason
    lost: set[str] = field(default_factory=set)
    wrongly_kept: set[str] = field(default_factory=set)
    disagreeing: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.doubled or self.lost or self.wrongly_kept or self.disagreeing or self.stuck)


def judge(year: Year) -> Verdict:
    """Account for every entry of the journal, and for where every case stands."""
    entries = year.journal.entries
    found = Verdict()
    times = Counter(StatusReport.objects.filter(note__in=entries).values_list("note", flat=True))
    reasons = refusals(entries.values())
    for mark, entry in entries.items():
        if mark in times:
            found.kept.add(mark)
        elif mark in reasons:
            found.refused[mark] = reasons[mark]
        else:
            found.lost.add(mark)
        if entry.sending.bad and mark in times:
            found.wrongly_kept.add(mark)
    found.doubled = {mark for mark, number in times.items() if number > 1}
    cases = LicenceCase.objects.filter(reference__in=[case.reference for case in year.cases.values()])
    for case in cases.prefetch_related("reports__withdrawal", "rulings").iterator(chunk_size=200):
        if case.status != _ruled(case):
            found.disagreeing.append(case.reference)
        if case.reference in year.stood and _is_stuck(year, case):  # known once the silence was played
            found.stuck.append(case.reference)
    return found


def refusals(entries: Iterable[Entry]) -> dict[str, str]:
    """Why something was not taken, by its mark: told to the sender's face, kept with a row, or with a whole body."""
    found = {entry.sending.mark: entry.refusals[0] for entry in entries if entry.refusals}
    for given, reasons in FeedRefusal.objects.values_list("given", "reasons").iterator():
        found.setdefault(given.get("id", ""), reasons)
    failed = FeedRun.objects.filter(outcome=FeedRun.Outcome.FAILED)
    bodies = FeedDelivery.objects.filter(run__in=failed).select_related("run", "file")
    for delivery in bodies:
        for mark in marks_in(delivery, set(entry.sending.mark for entry in entries) - found.keys()):
            found[mark] = f"{delivery.run.problem} {delivery.run.words}"
    return found


def marks_in(delivery: FeedDelivery, marks: set[str]) -> set[str]:
    """Which marks stand in a body that could not be read, in whatever encoding."""
    content = storing.read(delivery.file).replace(b"\x00", b"")
    return {mark for mark in marks if mark.encode() in content}


def _ruled(case: LicenceCase) -> str:
    rulings = [deriving.Ruling(row.report_id, row.decided_at) for row in case.rulings.all()]
    claim = deriving.standing(services.claims(case.reports.all()), rulings).claim
    return claim.station if claim else stations.PREPARED


def _is_stuck(year: Year, case: LicenceCase) -> bool:
    """Its last word was that it ended and it does not stand there; or it is open and nobody is ever asked again."""
    told = year.journal.of_case(case.reference)
    marks = {entry.sending.mark: entry.sending for entry in told}
    kept = [row for row in case.reports.all() if row.note in marks and not hasattr(row, "withdrawal")]
    last = max(kept, key=lambda row: (row.claimed_on, row.received_at), default=None)
    ended = last is not None and last.claimed in stations.ENDS and marks[last.note].is_true
    if ended and year.stood[case.reference] in stations.OPEN:
        return True
    return year.stood[case.reference] in stations.OPEN and case.reference not in year.asked_about
