from django.core.management.base import BaseCommand

from euc import reminding


class Command(BaseCommand):
    help = "Remind importers of certificates that end within 60, 30 or 7 days. Safe to run at any time."

    def handle(self, *args, **options):
        self.stdout.write(f"{reminding.remind()} reminders owed.")
