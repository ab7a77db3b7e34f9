"""When a statutory time limit in Chinese working days falls due; prints JSON. Days of pauses are not counted."""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from licensing import calendar, clock


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
        parser.add_argument("--working-days", type=int, default=clock.REVIEW_DAYS)
        parser.add_argument("--pause", action="append", default=[], help="FROM..TO, both days included")

    def handle(self, *args, **options):
        if not 1 <= options["working_days"] <= 500:
            raise CommandError("--working-days lies between 1 and 500.")
        accepted = day(options["accepted"])
        pauses = [pause(text) for text in options["pause"]]
        try:
            found = clock.due_on(accepted, calendar.stored(), limit=options["working_days"], pauses=pauses)
        except clock.TooFar as error:
            raise CommandError("The due day lies more than three years ahead.") from error
        answer = {
            "due_on": found.due_on.isoformat(),
            "day_1": found.day_1.isoformat(),
            "provisional": found.provisional,
            "calendar_days": (found.due_on - accepted).days,
        }
        self.stdout.write(json.dumps(answer))
