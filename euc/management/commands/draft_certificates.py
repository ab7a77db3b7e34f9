"""Draft the certificates of a file of orders for an importer; the same file drafts once."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.management import by_iec
from documents import sheets
from euc import draft_files
from euc.models import DraftFile
from workflow import engine


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        by_iec.add_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="only say what does not hold")
        parser.add_argument("--skip-bad", action="store_true", help="draft the orders that hold")

    def handle(self, *args, **options):
        importer = by_iec.importer(options["organisation"])
        try:
            content = options["file"].read_bytes()
            orders, encoding = draft_files.read(content, importer)
            if options["dry_run"]:
                self._say(orders, encoding)
                return
            self._draft(content, importer, options)
        except (OSError, sheets.Unreadable, engine.Refusal) as problem:
            raise CommandError(str(problem)) from problem

    def _say(self, orders, encoding):
        bad = [order for order in orders if order.problems]
        for order in bad:
            for number, column, sentence in order.problems:
                self.stderr.write(f"row {number} {column}: {sentence}")
        self.stdout.write(
            f"Read as {encoding}: {len(orders)} orders, {len(bad)} do not hold. Nothing drafted."
        )

    def _draft(self, content, importer, options):
        by = draft_files.machine(importer)
        found, is_new = draft_files.take(content=content, name=options["file"].name[:120], by=by)
        if found.state == DraftFile.READ:
            draft_files.start(draft_file=found, by=by, skip_bad=options["skip_bad"])
        while draft_files.draft_some(found):
            pass
        drafted = found.orders.exclude(certificate=None).count()
        said = "" if is_new else " (the file was taken in before)"
        self.stdout.write(f"{drafted} of {found.orders.count()} orders are drafted{said}.")
        for row in draft_files.reasons(found)[1:]:
            self.stderr.write(f"row {row[0]}: {row[1]}")
