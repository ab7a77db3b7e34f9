"""Compare a name with a list file, without a database: prints JSON, the best match first."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from euc.screening import files, record


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "--list", required=True, type=Path, help="CSV as OpenSanctions' targets.simple.csv"
        )
        parser.add_argument(
            "--name", required=True, action="append", help="may be given several times: spellings"
        )
        parser.add_argument("--country", default="", help="two letters, for example CN")
        parser.add_argument("--threshold", type=int, default=record.THRESHOLD, help="least score, 0 to 100")

    def handle(self, *args, **options):
        try:
            with options["list"].open(encoding="utf-8-sig", newline="") as file:
                found = files.matches(
                    files.read(file), options["name"], options["country"], options["threshold"]
                )
        except (OSError, files.NotAList) as problem:
            raise CommandError(str(problem)) from problem
        answer = {"names": options["name"], "country": options["country"], "matches": found}
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
