from django.core.management.base import BaseCommand

from licensing import noticing


class Command(BaseCommand):
    help = "Tell importers of licences that end within 60, 30 or 7 days. Safe to run at any time."

    def handle(self, *args, **options):
        self.stdout.write(f"{noticing.remind()} notices written.")
