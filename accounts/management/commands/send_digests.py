from django.core.management.base import BaseCommand

from accounts import digests


class Command(BaseCommand):
    help = "Owe everybody one mail of what they have not read before nine o'clock, India. Safe to run at any time."

    def handle(self, *args, **options):
        self.stdout.write(f"{digests.owe()} digests owed.")
