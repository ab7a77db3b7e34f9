from django.core.management.base import BaseCommand

from licensing import reminding


class Command(BaseCommand):
    help = "Remind importers of cases whose time limit or licence nears its end. Safe to run at any time."

    def handle(self, *args, **options):
        self.stdout.write(f"{reminding.remind()} reminders owed.")
