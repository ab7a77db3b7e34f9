"""When a case may be granted, from our own history; prints JSON. Nothing is said below a dozen granted cases."""

import json

from django.core.management.base import BaseCommand, CommandError

from licensing import forecasting, predicting
from licensing.models import LicenceCase


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--case", required=True, help="reference, for example LIC/0388000001/2026-27/0001"
        )

    def handle(self, *args, **options):
        case = LicenceCase.objects.filter(reference=options["case"]).first()
        if case is None:
            raise CommandError(f"There is no case {options['case']}.")
        found = predicting.of(case)
        if found is None:
            answer = {
                "case": case.reference,
                "status": case.status,
                "median": None,
                "low": None,
                "high": None,
            }
            answer["why"] = "not filed yet, or decided"
        else:
            answer = {"case": case.reference, "status": case.status, **self.said(found)}
        self.stdout.write(json.dumps(answer))

    @staticmethod
    def said(found):
        is_withheld = found.found.is_withheld
        days = {} if is_withheld else {"median": found.median_on, "low": found.low_on, "high": found.high_on}
        return {
            "since": found.since,
            "median": None,
            "low": None,
            "high": None,
            **{name: value.isoformat() if value else None for name, value in days.items()},
            "cases": found.found.cases,
            "granted": found.found.granted,
            "own_history": found.is_own_history,
            **({"why": f"fewer than {forecasting.LEAST_CASES} granted cases"} if is_withheld else {}),
        }
