"""What people keep of figures: views under a name, rules that warn, and the log of what was raised."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import roles_required
from euc.paging import paginate
from ministry import access, asking, presenting, warning
from ministry.figures import FIGURES
from ministry.figuring import Figure
from ministry.forms import RuleForm, SavedViewForm
from ministry.models import Crossing, Rule, SavedView
from ministry.naming import Names
from ministry.tables import Query
from workflow import engine

MOST_VIEWS = 50


def _asked(request: HttpRequest, name: str, names: Names) -> tuple[Figure, Query]:
    """The figure and what the address asks of it."""
    figure = FIGURES.get(name)
    if figure is None:
        raise Http404
    try:
        return figure, asking.parse(figure, request.GET, names)
    except asking.Unclear:
        raise Http404 from None


@require_safe
@roles_required(*access.OVERSEERS)
def views(request: HttpRequest) -> HttpResponse:
    """One's own views and those that colleagues share."""
    page = paginate(
        SavedView.objects.visible_to(request.actor).select_related("person"),
        order=("-id",),
        query=request.GET,
    )
    rows = [(one, FIGURES.get(one.figure), one.person_id == request.actor.person.pk) for one in page.rows]
    return render(request, "ministry/views.html", {"page": page, "rows": rows})


@require_POST
@roles_required(*access.OVERSEERS)
def keep_view(request: HttpRequest, name: str) -> HttpResponse:
    """Keep what the address shows under a name; the same name replaces."""
    names = Names()
    figure, query = _asked(request, name, names)
    parameters = urlencode(asking.as_parameters(query, names), doseq=True)
    form = SavedViewForm(request.POST)
    mine = SavedView.objects.filter(person=request.actor.person, organisation=request.actor.organisation)
    if not form.is_valid():
        messages.error(request, _("Give the view a name of at most 60 letters."))
    elif mine.count() >= MOST_VIEWS and not mine.filter(name=form.cleaned_data["name"]).exists():
        messages.error(request, _("%(count)d views are kept; remove one first.") % {"count": MOST_VIEWS})
    else:
        shown = {"figure": figure.name, "query": parameters, "is_shared": form.cleaned_data["is_shared"]}
        SavedView.objects.update_or_create(
            person=request.actor.person,
            organisation=request.actor.organisation,
            name=form.cleaned_data["name"],
            defaults=shown,
        )
        messages.success(request, _("The view is kept."))
        return redirect("ministry:views")
    return HttpResponseRedirect(f"{reverse('ministry:figure', args=[figure.name])}?{parameters}")


@require_safe
@roles_required(*access.OVERSEERS)
def view(request: HttpRequest, key: str) -> HttpResponse:
    """The address that may be passed on to colleagues, to the figure as it is now."""
    found = get_object_or_404(SavedView.objects.visible_to(request.actor), key=key)
    return HttpResponseRedirect(f"{reverse('ministry:figure', args=[found.figure])}?{found.query}")


@require_POST
@roles_required(*access.OVERSEERS)
def remove_view(request: HttpRequest, key: str) -> HttpResponse:
    """Forget one of one's own."""
    mine = SavedView.objects.visible_to(request.actor).filter(person=request.actor.person)
    get_object_or_404(mine, key=key).delete()
    return redirect("ministry:views")


@require_safe
@roles_required(*access.OVERSEERS)
def rules(request: HttpRequest) -> HttpResponse:
    """One's own rules, and what they and those of colleagues that tell everybody have raised."""
    actor, names = request.actor, Names()
    log = Crossing.objects.filter(rule__organisation=actor.organisation).filter(
        Q(rule__person=actor.person) | Q(rule__tells_everybody=True)
    )
    page = paginate(log.select_related("rule"), order=("-id",), query=request.GET)
    context = {
        "rules": [_shown(rule, names) for rule in Rule.objects.visible_to(actor)],
        "page": page,
        "crossings": [(one, _shown(one.rule, names)) for one in page.rows],
    }
    return render(request, "ministry/rules.html", context)


def _shown(rule: Rule, names: Names) -> dict[str, Any]:
    """A rule in words: the figure, what it is narrowed to, which number."""
    figure = FIGURES[rule.figure]
    column = next((one for one in figure.columns if one.name == rule.column), None)
    try:
        query = asking.parse(figure, QueryDict(rule.query), names)
        said = presenting.said(query, figure, names)
    except asking.Unclear:
        said = [rule.query]
    return {"rule": rule, "figure": figure, "column": column, "said": said, "url": warning.address(rule)}


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(*access.OVERSEERS)
def make_rule(request: HttpRequest, name: str) -> HttpResponse:
    """Warn of a number of the figure that the address shows."""
    names = Names()
    figure, query = _asked(request, name, names)
    if not warning.columns_of(figure):
        raise Http404
    return _edit(request, figure, query, names, None)


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(*access.OVERSEERS)
def change_rule(request: HttpRequest, key: str) -> HttpResponse:
    """Change one of one's own."""
    rule, names = get_object_or_404(Rule.objects.visible_to(request.actor), key=key), Names()
    figure = FIGURES[rule.figure]
    try:
        query = asking.parse(figure, QueryDict(rule.query), names)
    except asking.Unclear:
        raise Http404 from None
    return _edit(request, figure, query, names, rule)


def _edit(
    request: HttpRequest, figure: Figure, query: Query, names: Names, rule: Rule | None
) -> HttpResponse:
    form = RuleForm(request.POST or None, figure=figure, instance=rule)
    if request.method == "POST" and form.is_valid():
        try:
            warning.keep(
                figure=figure, query=query, names=names, by=request.actor, rule=rule, **form.cleaned_data
            )
        except engine.Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The rule is kept. It is weighed every minute."))
            return redirect("ministry:rules")
    context = {
        "form": form,
        "figure": figure,
        "said": presenting.said(query.ungrouped(), figure, names),
    }
    return render(request, "ministry/rule.html", context, status=422 if form.errors else 200)


@require_POST
@roles_required(*access.OVERSEERS)
def remove_rule(request: HttpRequest, key: str) -> HttpResponse:
    """Let one of one's own warn no more."""
    warning.remove(get_object_or_404(Rule.objects.visible_to(request.actor), key=key), request.actor)
    messages.success(request, _("The rule warns no more."))
    return redirect("ministry:rules")
