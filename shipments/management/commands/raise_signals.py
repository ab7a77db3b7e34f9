"""Weigh every importer's books and raise what does not fit; run every night, safe to repeat."""

from django.core.management.base import BaseCommand

from accounts import actors
from shipments import signal_limits, signals


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--only-limits", action="store_true", help="add the limits that ship, weigh nothing"
        )

    def handle(self, *args, only_limits, **options):
        added = signal_limits.load()
        found = signals.Weighed() if only_limits else signals.weigh_all(by=actors.clock())
        self.stdout.write(f"{found.raised} signals raised, {found.grown} grown, {added} limits added.")
