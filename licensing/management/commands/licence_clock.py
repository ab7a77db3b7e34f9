"""When a statutory time limit in Chinese working days falls due; prints JSON. Days of pauses are not counted."""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from licensing import calendar, clock, limits
from licensing.models.limit import MOST_DAYS


def day(text):
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no day; write YYYY-MM-DD.") from error


def pause(text):
    first, dots, last = text.partition("..")
    if not dots:
        raise CommandError(f"{text!r} is no pause; write FROM..TO.")
    span = (day(first), day(last))
    if span[1] < span[0]:
        raise CommandError(f"The pause {text} ends before it begins.")
    return span


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--accepted", required=True, help="the day of acceptance in China, YYYY-MM-DD")
        parser.add_argument(
            "--working-days", type=int, help="if left out, the row in use on that day, or the one that ships"
        )
        parser.add_argument("--pause", action="append", default=[], help="FROM..TO, both days included")

    def handle(self, *args, **options):
        accepted = day(options["accepted"])
        limit = options["working_days"]
        if limit is None:
            review = limits.Kind.REVIEW
            limit = limits.stored()(review, accepted) or limits.shipped(review)
        if not 1 <= limit <= MOST_DAYS:
            raise CommandError(f"--working-days lies between 1 and {MOST_DAYS}.")
        pauses = [pause(text) for text in options["pause"]]
        try:
            found = clock.due_on(accepted, calendar.stored(), limit=limit, pauses=pauses)
        except clock.TooFar as error:
            raise CommandError("The due day lies more than three years ahead.") from error
        answer = {
            "due_on": found.due_on.isoformat(),
            "day_1": found.day_1.isoformat(),
            "provisional": found.provisional,
            "calendar_days": (found.due_on - accepted).days,
        }
        self.stdout.write(json.dumps(answer))
