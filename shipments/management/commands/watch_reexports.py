"""Load shipping bills (CSV or XLSX) and raise a case for every magnet as such that left; prints JSON."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts import actors
from documents import sheets
from shipments import watch


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help=f"columns: {', '.join(watch.NAMES)}")
        parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")

    def handle(self, *args, **options):
        try:
            found = watch.load(options["file"].read_bytes(), by=actors.clock())
        except (OSError, sheets.Unreadable) as problem:
            raise CommandError(str(problem)) from problem
        answer = {
            "kept": found.kept,
            "known": found.known,
            "of_no_importer": found.strangers,
            "refused": [{"row": row, "reason": said} for row, said in found.refused[:100]],
            "cases": [self.case(item) for item in found.cases],
            "embedded_by_country": watch.embedded_by_country(),
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1, default=str))

    @staticmethod
    def case(item):
        names = (
            "port",
            "bill",
            "bill_on",
            "item",
            "hs",
            "description",
            "destination",
            "weight_mg",
            "score",
            "reasons",
        )
        return {"iec": item.importer.iec, **{name: getattr(item, name) for name in names}}
