from django.core.management.base import BaseCommand

from licensing import feed_asking, feed_folders, feed_working


class Command(BaseCommand):
    help = "Owe the asking of feeds that are due and take in files laid for others. Safe to run at any time."

    def handle(self, *args, **options):
        feed_working.end_stopped()
        self.stdout.write(f"{feed_folders.take()} files taken, {feed_asking.owe_polls()} feeds to be asked.")
