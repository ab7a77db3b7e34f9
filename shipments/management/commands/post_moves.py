"""Post the moves of stock of a CSV or XLSX file for an importer, all or none; prints JSON. No row is posted twice.

Exit status 1 when something does not hold.
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.management import by_iec
from documents import sheets
from shipments import import_files, stock_files
from workflow import engine

SHOWN = 100


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help=f"columns: {', '.join(stock_files.NAMES)}")
        by_iec.add_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="only say what does not hold")

    def handle(self, *args, **options):
        importer = by_iec.importer(options["organisation"])
        try:
            done = stock_files.post(
                content=options["file"].read_bytes(),
                by=import_files.machine(importer),
                dry_run=options["dry_run"],
            )
        except (OSError, sheets.Unreadable, engine.Refusal) as problem:
            raise CommandError(str(problem)) from problem
        answer = {
            "posted": 0 if done.problems or options["dry_run"] else done.posted,
            "there_already": done.known,
            "hold": done.posted,
            "oldest_first": [
                {"row": row, "lots": {made.lot.reference: made.weight_mg for made in postings}}
                for row, postings in list(done.chosen.items())[:SHOWN]
            ],
            "reasons": [
                {"row": row, "column": column, "reason": said} for row, column, said in done.problems[:SHOWN]
            ],
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        if done.problems:
            raise SystemExit(1)
