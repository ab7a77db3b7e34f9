"""Write invented certificates with applications, consignments and postings, for trials and benchmarks."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ministry import generating, rebuilding


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--certificates", type=int, default=1000)
        parser.add_argument("--years", type=int, default=3)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError("Invented certificates do not belong into production.")
        if not 1 <= options["certificates"] <= 2_000_000 or not 1 <= options["years"] <= 10:
            raise CommandError("From 1 to 2,000,000 certificates over 1 to 10 years.")
        facts = generating.generate(
            certificates=options["certificates"],
            years=options["years"],
            seed=options["seed"],
            say=lambda text: self.stdout.write(text),
        )
        rebuilding.tell_planner()
        self.stdout.write(f"{options['certificates']} certificates, {facts} facts")
