"""Check every invariant of draws and custody; JSON with counts and first offenders; exit status 1 when one breaks."""

import json

from django.core.management.base import BaseCommand

from shipments import checking


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        found = list(checking.results())
        answer = {
            "counts": checking.counts(),
            "invariants": [
                {"name": r.name, "rows": r.rows, "broken": r.broken, "first": r.first, "holds": r.holds}
                for r in found
            ],
            "holds": all(result.holds for result in found),
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        if not answer["holds"]:
            raise SystemExit(1)
