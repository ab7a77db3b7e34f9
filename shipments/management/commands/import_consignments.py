"""Plan the consignments of a CSV or XLSX file for an importer; prints JSON. The same file plans nothing twice.

One row is one lot; rows with the same invoice are one consignment. Exit status 1 when something did not hold.
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.management import by_iec
from documents import sheets, uploads
from shipments import import_columns, import_files, import_rows
from shipments.models import ImportFile, ImportProblem
from workflow import engine

MOST_BYTES = 64 * 2**20
SHOWN = 100


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help=f"columns: {', '.join(import_columns.NAMES)}")
        by_iec.add_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="only say what does not hold")
        parser.add_argument("--skip-bad", action="store_true", help="plan the consignments that hold")
        parser.add_argument(
            "--reasons", type=Path, help="write every row that was not planned into this CSV file"
        )

    def handle(self, *args, **options):
        importer = by_iec.importer(options["organisation"])
        try:
            content = options["file"].read_bytes()
            if len(content) > MOST_BYTES:
                raise CommandError("The file is larger than 64 MB.")
            answer = self._import(content, options["file"].name, importer, options)
        except (OSError, sheets.Unreadable, engine.Refusal) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        if answer["not_planned"]:
            raise SystemExit(1)

    def _import(self, content, name, importer, options):
        """The verbs of the pages, slice after slice; a dry run ends before anything is planned."""
        by = import_files.machine(importer)
        until = ImportFile.UNDER_WAY[: 2 if options["dry_run"] else 3]
        with transaction.atomic():
            kind = uploads.XLSX if content.startswith(b"PK\x03\x04") else uploads.CSV
            file, _is_new = import_files.take(content=content, name=uploads.safe_name(name, kind), by=by)
            if file.is_taken:
                self._start(file, by, skips_bad=options["skip_bad"] and not options["dry_run"])
            if options["dry_run"]:
                self._work(file, until)
                answer = self._answer(file, options)
                transaction.set_rollback(True)
                return answer
        self._work(file, until)
        return self._answer(file, options)

    @staticmethod
    def _start(file, by, *, skips_bad):
        if strange := [column for column in file.columns if not file.mapping[column]]:
            raise CommandError(f"Columns that are not known: {', '.join(strange[:5])}.")
        import_files.start(file=file, by=by, mapping=file.mapping, skips_bad=skips_bad)

    @staticmethod
    def _work(file, until):
        while file.state in until and import_files.work(file):
            continue

    @staticmethod
    def _answer(file, options):
        if options["reasons"]:
            with options["reasons"].open("wb") as out:
                for number, rows in enumerate(import_rows.reasons(file)):
                    out.write(sheets.csv_of(rows, is_begun=bool(number)))
        problems = ImportProblem.objects.filter(file=file).order_by("number", "pk")
        return {
            "rows": file.total,
            "planned": file.planned,
            "there_already": file.known,
            "not_planned": file.bad,
            "said": file.refusal,
            "reasons": [
                {"row": row, "column": column, "reason": said}
                for row, column, said in problems.values_list("number", "column", "text")[:SHOWN]
            ],
        }
