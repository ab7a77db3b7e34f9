"""Delete the files of exports that are a week old; safe to repeat."""

from django.core.management.base import BaseCommand

from ministry import exporting


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        self.stdout.write(f"{exporting.expire()} exports deleted.")
