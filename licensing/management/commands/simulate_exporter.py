"""Play a year of an exporter's cases with faults through the product's doors and compare; prints JSON.

Issues certificates of the demonstration importer for it. Never in production.
"""

import json
from collections import Counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from euc import control, demonstration, reference
from licensing.simulating import judging, playing, sendings
from licensing.simulating.journal import TAKEN


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--cases", type=int, default=20)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--faults", default="all", help=f"all, none or some of {', '.join(sendings.FAULTS)}"
        )

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError("Simulated cases have no place in production.")
        faults = self.faults(options["faults"])
        reference.load()
        year = playing.play(
            people=demonstration.people(),
            cases=options["cases"],
            seed=options["seed"],
            faults=faults,
            until=control.day_in_china(),
        )
        verdict = judging.judge(year)
        self.stdout.write(json.dumps(said(year, verdict), ensure_ascii=False, indent=1))
        if not verdict.is_clean:
            raise SystemExit(1)

    @staticmethod
    def faults(text):
        names = {"all": sendings.FAULTS, "none": ()}.get(text) or tuple(filter(None, text.split(",")))
        if text != "none" and set(names) - set(sendings.FAULTS):
            raise CommandError(f"Faults are {', '.join(sendings.FAULTS)}.")
        return () if text == "none" else names


def said(year, verdict):
    """What was played and what became of it; lists hold the marks and references of what went wrong."""
    entries = year.journal.entries.values()
    again = sum(max(sum(answer == TAKEN for answer, _words in one.answers) - 1, 0) for one in entries)
    return {
        "cases": len(year.cases),
        "statuses": dict(Counter(year.stood.values()).most_common()),
        "ways": dict(Counter(one.sending.way.value for one in entries).most_common()),
        "sent": len(entries),
        "sent_again": again,
        "kept": len(verdict.kept),
        "refused": len(verdict.refused),
        "withdrawn": len(year.withdrawn),
        "decided": len(year.decided),
        "lost": sorted(verdict.lost),
        "kept_twice": sorted(verdict.doubled),
        "wrongly_kept": sorted(verdict.wrongly_kept),
        "disagreeing": verdict.disagreeing,
        "stuck": verdict.stuck,
    }
