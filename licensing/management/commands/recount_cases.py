"""Count open cases anew where the calendar or a list changed; run every hour, safe to repeat."""

from django.core.management.base import BaseCommand

from accounts import actors
from licensing import services


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        changed = services.recount(by=actors.clock())
        self.stdout.write(f"{changed} cases counted anew.")
