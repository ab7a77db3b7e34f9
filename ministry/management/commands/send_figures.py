"""Owe the overview by mail to who is due it; safe to repeat."""

from django.core.management.base import BaseCommand

from ministry import digesting


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        self.stdout.write(f"{digesting.owe()} digests owed.")
