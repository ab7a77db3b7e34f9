"""`named_steps.py`: end a worker with SIGKILL at each named step of making a document, then let another try.

Prints as JSON, step by step, what was found afterwards.
"""

import json
import os
import signal
import sys
from datetime import timedelta
from unittest import mock

import django

django.setup()

from django.db import connection  # noqa: E402 - Django must be set up first
from django.utils import timezone  # noqa: E402

from documents import storing  # noqa: E402
from documents.models import Document  # noqa: E402
from euc import demonstration, printing  # noqa: E402
from tests.chaos.issue import reviewed_people  # noqa: E402
from workflow import errands  # noqa: E402
from workflow.models import Errand  # noqa: E402

STEPS = {
    "before the rendering": ("euc.printing.certificate_pdf", "instead"),
    "after the rendering": ("documents.signing.seal", "instead"),
    "after the sealing": ("documents.signing.confirm", "after"),
    "before the fenced transaction": ("workflow.errands._settle", "instead"),
    "before the file has its name": ("os.rename", "instead"),
    "after the file has its name": ("documents.storing._flush_folder", "after"),
    "before the commit": ("workflow.events.record", "after"),
    "after the commit": ("workflow.errands._settle", "after"),
}


def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def run_and_die(errand: Errand, target: str, when: str) -> None:
    module, _, name = target.rpartition(".")
    original = getattr(sys.modules[module], name)

    def act_and_die(*args, **kwargs):
        original(*args, **kwargs)
        die()

    with mock.patch(target, die if when == "instead" else act_and_die):
        errands.run(errand.pk)


def in_child(work) -> int:
    """Do `work` in a forked process; its exit status, negative for a signal."""
    connection.close()
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def expire_lease(errand: Errand) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Errand.objects.filter(pk=errand.pk, lease_until__isnull=False).update(lease_until=past)


def after_a_death_at(step: str, people: dict) -> dict:
    certificate = demonstration.issued(**people, po_number=step[:30])
    errand = errands.of(certificate).get()
    ended = in_child(lambda: run_and_die(errand, *STEPS[step]))
    between = Document.objects.filter(reference=certificate.reference).count()
    expire_lease(errand)
    effects = [in_child(lambda: os._exit(7 if errands.run(errand.pk) else 0)) for _ in range(2)].count(7)
    errand.refresh_from_db()
    certificate.refresh_from_db()
    return {
        "step": step,
        "ended": ended,
        "documents_between": between,
        "effects_afterwards": effects,
        "documents": Document.objects.filter(reference=certificate.reference).count(),
        "state": errand.state,
        "attempts": errand.attempts,
        "bytes": len(storing.read(certificate.document.file)),
    }


def main() -> None:
    people = reviewed_people()
    first = demonstration.issued(**people, po_number="warm")
    printing.certificate_pdf(content=first.revisions.get().content, issue=first.issue_block)
    errands.run(errands.of(first).get().pk)
    print(json.dumps([after_a_death_at(step, people) for step in STEPS]))


if __name__ == "__main__":
    main()
