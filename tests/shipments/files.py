"""Files of consignments taken in, started and worked off as a worker would."""

from shipments import import_files
from shipments.models import ImportProblem
from workflow import errands
from workflow.models import Errand


def started(content, by, *, skips_bad=False):
    file, _is_new = import_files.take(content=content, name="goods.csv", by=by)
    import_files.start(file=file, by=by, mapping=file.mapping, skips_bad=skips_bad)
    return file


def finished(file):
    """Run the errands, as a worker would, until none is left."""
    for _ in range(200):
        due = Errand.objects.filter(kind=import_files.WORK, state=Errand.PENDING).first()
        if due is None:
            break
        assert errands.run(due.pk), Errand.objects.get(pk=due.pk).last_error
    file.refresh_from_db()
    return file


def imported(content, by, **given):
    return finished(started(content, by, **given))


def counts(file):
    return file.state, file.planned, file.known, file.bad


def problems(file):
    return list(ImportProblem.objects.filter(file=file).order_by("number").values_list("number", "column"))
