"""Make all figures anew from certificates, cases and ledger; with --check only compare, exit 1 where they differ."""

from django.core.management.base import BaseCommand, CommandError

from ministry import rebuilding


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="Compare and change nothing but what is pending."
        )

        parser.add_argument(
            "--if-outgrown",
            action="store_true",
            help="Only where this release counts otherwise than the last.",
        )

    def handle(self, *args, **options):
        if options["if_outgrown"] and not rebuilding.is_outgrown():
            self.stdout.write("made by this release")
            return
        if not options["check"]:
            self.stdout.write(f"{rebuilding.rebuild()} facts")
            rebuilding.tell_planner()
            return
        wrong = rebuilding.differences()
        for one in wrong:
            self.stdout.write(f"{one.what}: kept {one.kept}, recomputed {one.found}")
        if wrong:
            raise CommandError(f"{len(wrong)} differences")
        self.stdout.write("no difference")
