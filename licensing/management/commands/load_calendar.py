"""Write China's working days and estimates of the next two years, and time limits not there yet; safe to repeat."""

from django.core.management.base import BaseCommand

from euc import control
from licensing import calendar, limits


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        written = calendar.load(control.day_in_china())
        self.stdout.write(f"{written} days written, {limits.load()} time limits added")
