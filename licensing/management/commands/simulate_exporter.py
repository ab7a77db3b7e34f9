"""Play an exporter's cases with faults through the product and compare; prints JSON. Never in production."""

import json
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import actors
from euc import control, demonstration
from euc import workflow as law
from euc.models import Certificate
from licensing import simulating
from licensing.models import LicenceCase


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--cases", type=int, default=20)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--faults", default="all", help=f"all, none or some of {', '.join(simulating.FAULTS)}"
        )

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError("Simulated cases have no place in production.")
        faults = self.faults(options["faults"])
        certificate = self.certificate()
        played = simulating.play(
            certificate,
            by=actors.clock(),
            cases=options["cases"],
            seed=options["seed"],
            faults=faults,
            until=control.day_in_china(),
        )
        sent, refused, wrong, ends = 0, 0, [], {}
        for one in played:
            sent, refused = sent + len(one.sent), refused + one.refused
            wrong += simulating.faults_of(one)
            ends[one.case.status] = ends.get(one.case.status, 0) + 1
        answer = {
            "cases": options["cases"],
            "reports": sent,
            "refused": refused,
            "ends": ends,
            "wrong": wrong,
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        if wrong:
            raise SystemExit(1)

    @staticmethod
    def faults(text):
        names = {"all": simulating.FAULTS, "none": ()}.get(text) or tuple(filter(None, text.split(",")))
        if text != "none" and set(names) - set(simulating.FAULTS):
            raise CommandError(f"Faults are {', '.join(simulating.FAULTS)}.")
        return () if text == "none" else names

    @staticmethod
    def certificate():
        """An issued certificate with a long enough past and no open case; a demonstration makes one."""
        followed = LicenceCase.objects.open().values("certificate")
        old = control.day_in_china() - timedelta(days=2 * simulating.LONGEST)
        free = Certificate.objects.filter(status__in=law.WAS_ISSUED, valid_from__lte=old)
        found = free.exclude(pk__in=followed).order_by("valid_from", "pk").first()
        if found is None and settings.DEMONSTRATION:
            who = {
                name: demonstration.people()[name] for name in ("drafter", "signatory", "officer", "senior")
            }
            at = timezone.now() - timedelta(days=3 * simulating.LONGEST)
            found = demonstration.issued(**who, po_number="PO-SIMULATED", at=at)
        if found is None:
            raise CommandError("There is no certificate that is old enough and has no open case.")
        return Certificate.objects.get(pk=found.pk)
