"""The pages of one kind of dated row: what counts today, one row with its versions, proposing and steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import roles_required
from euc import dating, presenting, workflow
from euc.models.certificate import today
from euc.models.dated import Dated
from euc.paging import paginate
from euc.ruling_words import differing
from euc.views import proposing
from euc.views.certificates import FORM, READERS, REVIEWERS, take_step
from workflow import events
from workflow.law import Step, Workflow

PAGE_SIZE = 100
MOST_SHOWN = 200  # proposals and rows to come; far more than there are
Rows = Callable[[Any], list[dict[str, Any]]]


class DatedPages:
    """Four views of a kind of row; `name` begins the names of their addresses.

    `library` and `new` are what pages call the list and proposing; `rows` turns a row into labels and values, `order`
    is the order of the list, `related` what its rows need, `readers` the roles that may look.
    """

    def __init__(
        self,
        kind: type[Dated],
        *,
        law: Workflow,
        name: str,
        form: type,
        rows: Rows,
        library: Any,
        new: Any,
        template: str,
        order: tuple[str, ...],
        related: tuple[str, ...] = (),
        readers: tuple[str, ...] = READERS,
    ) -> None:
        self.kind, self.law, self.name, self.form, self.rows = kind, law, name, form, rows
        self.library, self.new, self.template = library, new, template
        self.order, self.related = order, related
        self.services = {
            verb: partial(getattr(dating, verb), law=law) for verb in ("adopt", "withdraw", "retire")
        }
        self.listing = require_safe(roles_required(*readers)(self._listing))
        self.detail = require_safe(roles_required(*readers)(self._detail))
        self.propose = FORM(roles_required(*REVIEWERS)(self._propose))
        self.step = FORM(roles_required(*REVIEWERS)(self._step))

    def _mine(self, request: HttpRequest) -> QuerySet:
        return self.kind.objects.visible_to(request.actor)

    def _row(self, request: HttpRequest, reference: str) -> Any:
        related = ("supersedes", "proposed_by", "adopted_by", *self.related)
        return get_object_or_404(self._mine(request).select_related(*related), reference=reference)

    def _context(self, **given: Any) -> dict[str, Any]:
        names = {f"{view}_name": f"{self.name}-{view}" for view in ("list", "detail", "propose", "step")}
        return names | {"library": self.library, "new": self.new} | given

    def _listing(self, request: HttpRequest) -> HttpResponse:
        mine, day = self._mine(request), today()
        coming = mine.filter(status=workflow.ADOPTED, effective_from__gt=day)
        current = mine.in_use_on(day).select_related(*self.related)
        context = self._context(
            page=paginate(current, order=self.order, query=request.GET, size=PAGE_SIZE),
            proposed=mine.proposed().select_related("proposed_by")[:MOST_SHOWN],
            coming=coming.order_by("effective_from", "id")[:MOST_SHOWN],
            may_propose=request.actor.has(*REVIEWERS),
        )
        return render(request, self.template, context)

    def _detail(self, request: HttpRequest, reference: str) -> HttpResponse:
        row = self._row(request, reference)
        context = self._context(
            rule=row,
            rows=self.rows(row),
            steps=presenting.step_buttons(self.law, row, request.actor, f"{self.name}-step"),
            may_replace=request.actor.has(*REVIEWERS) and row.status == workflow.ADOPTED,
            versions=self._mine(request).filter(code=row.code).order_by("-version"),
            history=presenting.history(events.about(row)),
        )
        return render(request, "euc/dated_detail.html", context)

    def _propose(self, request: HttpRequest) -> HttpResponse:
        """A new row, or with `replaces` in the query the next version of one in use."""
        predecessor = proposing.replaced(request, self._row)
        form = self.form(request.POST or None, predecessor=predecessor)

        def act() -> Any:
            return dating.propose(
                kind=self.kind,
                law=self.law,
                by=request.actor,
                columns=form.columns(),
                code=form.cleaned_data.get("code", ""),
                supersedes=predecessor,
            )

        return proposing.page(
            request,
            form,
            act,
            heading=self.new,
            library=self.library,
            name=self.name,
            predecessor=predecessor,
        )

    def _step(self, request: HttpRequest, reference: str, verb: str) -> HttpResponse:
        return take_step(
            request,
            law=self.law,
            subject=self._row(request, reference),
            verb=verb,
            services=self.services,
            name="row",
            back=f"{self.name}-detail",
            extra=self._step_context,
        )

    def _step_context(self, request: HttpRequest, row: Any, step: Step) -> dict[str, Any]:
        said: dict[str, Any] = {"misses": [], "rule": row, "rows": self.rows(row)}
        if row.supersedes is not None:
            said["changes"] = differing(self.rows(row.supersedes), said["rows"])
        return said
