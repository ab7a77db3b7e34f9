"""Plan the consignments of a CSV or XLSX file for an importer; prints JSON. The same file plans nothing twice.

One row is one lot; rows with the same invoice are one consignment. Exit status 1 when something did not hold.
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import Actor, clock_person
from accounts.models import Organisation
from accounts.roles import Role
from documents import sheets
from shipments import importing


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help=f"columns: {', '.join(importing.NAMES)}")
        parser.add_argument("--organisation", required=True, metavar="IEC", help="the importer, by its IEC")
        parser.add_argument("--dry-run", action="store_true", help="only say what does not hold")
        parser.add_argument("--skip-bad", action="store_true", help="plan the consignments that hold")
        parser.add_argument("--reasons", type=Path, help="write every reason into this CSV file")

    def handle(self, *args, **options):
        importer = (
            Organisation.objects.importers().filter(iec=options["organisation"], is_active=True).first()
        )
        if importer is None:
            raise CommandError("There is no active importer with this IEC.")
        try:
            found = importing.plans(importing.read(options["file"].read_bytes()), importer)
        except (OSError, sheets.Unreadable) as problem:
            raise CommandError(str(problem)) from problem
        outcome = self._outcome(found, importer, options)
        reasons = outcome.reasons()
        if options["reasons"]:
            options["reasons"].write_bytes(sheets.csv_of([("row", "column", "reason"), *reasons]))
        answer = {
            "consignments": len(found),
            "planned": outcome.planned,
            "there_already": outcome.known,
            "not_planned": len(outcome.bad),
            "reasons": [
                {"row": row, "column": column, "reason": said} for row, column, said in reasons[:100]
            ],
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        if outcome.bad:
            raise SystemExit(1)

    @staticmethod
    def _outcome(found, importer, options):
        if options["dry_run"]:
            known = sum(bool(plan.known) for plan in found)
            return importing.Outcome(0, known, [plan for plan in found if plan.problems])
        by = Actor(clock_person(), importer, frozenset({Role.DRAFTER.value}), "Import of files")
        return importing.carry_out(found, by=by, skip_bad=options["skip_bad"])
