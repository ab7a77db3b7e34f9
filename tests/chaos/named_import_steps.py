"""Kill whoever imports at each named step, once bad rows are skipped and once all or nothing; prints JSON."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
django.setup()

from django.utils import timezone  # noqa: E402 - Django must be set up first

from shipments import import_files, import_writing  # noqa: E402,F401
from shipments.models import Consignment, ImportedKey, ImportFile, Lot  # noqa: E402
from tests.chaos.import_goods import start  # noqa: E402
from tests.chaos.named_steps import in_child, run_and_die  # noqa: E402
from workflow import errands  # noqa: E402
from workflow.models import Errand, Event  # noqa: E402

ROWS = 40
STEPS = {
    "before the consignments": ("shipments.import_writing.write", "instead"),
    "after the consignments": ("shipments.import_writing._Numbers", "instead"),
    "before the events": ("workflow.events.record_many", "instead"),
    "after the events": ("workflow.events.record_many", "after"),
    "before the next errand": ("shipments.import_files._owe_more", "instead"),
    "before the commit": ("shipments.import_files.work", "after"),
    "after the commit": ("workflow.errands._settle", "after"),
}


def due() -> Errand | None:
    waiting = Errand.objects.filter(kind=import_files.WORK, state=Errand.PENDING)
    waiting.update(due_at=timezone.now() - timedelta(minutes=1))
    waiting.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
    return waiting.first()


def run_until_planning(file: ImportFile) -> None:
    while file.state != ImportFile.State.PLANNING:
        errands.run(due().pk)
        file.refresh_from_db()


def after_a_death_at(step: str, *, skips_bad: bool) -> dict:
    mark = f"{'SKIP' if skips_bad else 'WHOLE'}-{list(STEPS).index(step)}"
    file = start(mark, ROWS, skips_bad=skips_bad)
    run_until_planning(file)
    errand = due()
    ended = in_child(lambda: run_and_die(errand, *STEPS[step]))
    ours = Consignment.objects.filter(invoice_number__startswith=f"{mark}-")
    between = ours.exclude(import_file__is_hidden=True).count()
    while (errand := due()) is not None:
        in_child(lambda: errands.run(errand.pk))
    file.refresh_from_db()
    return {
        "step": step, "skips_bad": skips_bad, "ended": ended, "between": between,
        "state": file.state, "planned": file.planned, "consignments": ours.count(),
        "lots": Lot.objects.filter(consignment__in=ours).count(),
        "keys": ImportedKey.objects.filter(consignment__in=ours).count(),
        "events": Event.objects.filter(
            verb="shipments.consignment.plan", subject_id__in=ours.values("pk")
        ).count(),
    }  # fmt: skip


def main() -> None:
    import_files.PLAN_AT_ONCE, import_files.READ_AT_ONCE = 12, 25
    print(json.dumps([after_a_death_at(step, skips_bad=skips) for step in STEPS for skips in (True, False)]))


if __name__ == "__main__":
    main()
