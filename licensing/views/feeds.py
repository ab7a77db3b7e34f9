"""Feeds: the sources of one's organisation with how they are, one source with its runs, its refused rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import roles_required
from accounts.roles import Role
from documents import sheets, uploads
from euc.paging import paginate
from euc.views.certificates import STATUS_OF
from euc.views.refusing import beside
from licensing import (
    feed_asking,
    feed_forms,
    feed_keeping,
    feed_records,
    feed_runs,
    feed_signing,
    feed_taking,
)
from licensing.models import FeedRun, FeedSource
from licensing.views import loading
from workflow import engine
from workflow.models import Errand

FORM = require_http_methods(["GET", "HEAD", "POST"])
READERS = (*loading.REPORTERS, Role.AUDITOR)
ACTS = {"pause": feed_keeping.pause, "resume": feed_keeping.resume, "read": feed_asking.read_now}
CSV_TYPE = "text/csv; charset=utf-8"


def _source(request: HttpRequest, key: str) -> FeedSource:
    mine = FeedSource.objects.visible_to(request.actor).select_related("organisation", "added_by")
    return get_object_or_404(mine, key=key)


@require_safe
@roles_required(*READERS)
def listing(request: HttpRequest) -> HttpResponse:
    """The sources of one's organisation, the newest first."""
    rows = FeedSource.objects.visible_to(request.actor)
    page = paginate(rows, order=("-id",), query=request.GET)
    return render(
        request, "licensing/feed_list.html", {"page": page, "may_keep": feed_keeping.may_keep(request.actor)}
    )


@FORM
@never_cache
@roles_required(*loading.REPORTERS)
def add(request: HttpRequest) -> HttpResponse:
    """Register a source; the secret of one that calls us is shown once."""
    form = feed_forms.FeedForm(request.POST or None)
    if request.method != "POST":
        return _form(request, form)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        source = feed_keeping.add(by=request.actor, **form.answers())
    except engine.Incomplete as refused:
        return _form(request, form, refusal=beside(form, refused), status=422)
    except engine.Refusal as refused:
        return _form(request, form, refusal=refused, status=STATUS_OF[type(refused)])
    if source.kind == FeedSource.Kind.WEBHOOK:
        return _secret(request, source, feed_signing.secret_of(source))
    messages.success(request, _("The source is registered."))
    return redirect("licensing:feed", source.key)


@FORM
@roles_required(*loading.REPORTERS)
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Change what was entered of a source."""
    source = _source(request, key)
    form = feed_forms.FeedForm(request.POST or None, source=source)
    if request.method != "POST":
        return _form(request, form, source=source)
    if not form.is_valid():
        return _form(request, form, source=source, status=422)
    try:
        feed_keeping.change(source=source, by=request.actor, **form.answers())
    except engine.Incomplete as refused:
        return _form(request, form, source=source, refusal=beside(form, refused), status=422)
    except engine.Refusal as refused:
        return _form(request, form, source=source, refusal=refused, status=STATUS_OF[type(refused)])
    messages.success(request, _("Changed."))
    return redirect("licensing:feed", key)


def _form(request: HttpRequest, form: Any, status: int = 200, **given: Any) -> HttpResponse:
    context = {"form": form, "exporters": feed_keeping.exporters(request.actor), **given}
    return render(request, "licensing/feed_form.html", context, status=status)


def _secret(request: HttpRequest, source: FeedSource, secret: str) -> HttpResponse:
    return render(request, "licensing/feed_secret.html", {"source": source, "secret": secret})


@require_safe
@roles_required(*READERS)
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One source: how it is, how it is fed, its runs."""
    return _detail(request, _source(request, key), feed_forms.FeedFileForm())


def _detail(request: HttpRequest, source: FeedSource, form: Any, status: int = 200) -> HttpResponse:
    runs = FeedRun.objects.filter(source=source).select_related("delivery")
    waiting = source.deliveries.filter(ended_at=None).count()
    owed = Errand.objects.about(source).filter(kind=feed_asking.POLL, state=Errand.PENDING)
    asked = FeedSource.objects.due().filter(pk=source.pk).exists() or owed.exists()
    context = {
        "source": source,
        "page": paginate(runs, order=("-id",), query=request.GET),
        "form": form,
        "waiting": waiting,
        "is_asked": asked,
        "has_folder": source.kind == FeedSource.Kind.FILE and settings.FEEDS_FOLDER,
        "is_busy": bool(waiting) or asked,
        "may_keep": feed_keeping.may_keep(request.actor),
        "fields": ", ".join(feed_records.FIELDS),
    }
    return render(request, "licensing/feed.html", context, status=status)


@require_POST
@roles_required(*loading.REPORTERS)
def act(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Pause, resume or read now."""
    try:
        ACTS[verb](source=_source(request, key), by=request.actor)
    except engine.Refusal as refused:
        messages.error(request, str(refused))
    return redirect("licensing:feed", key)


@FORM
@roles_required(*loading.REPORTERS)
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Ask once more, then take the source away."""
    source = _source(request, key)
    if request.method == "POST":
        feed_keeping.remove(source=source, by=request.actor)
        messages.success(request, _("The source is removed. What it reported stays."))
        return redirect("licensing:feed-list")
    return render(request, "licensing/feed_remove.html", {"source": source})


@require_POST
@never_cache
@roles_required(*loading.REPORTERS)
def renew_secret(request: HttpRequest, key: str) -> HttpResponse:
    """A fresh secret, shown once."""
    source = _source(request, key)
    try:
        secret = feed_keeping.renew_secret(source=source, by=request.actor)
    except engine.Refusal as refused:
        messages.error(request, str(refused))
        return redirect("licensing:feed", key)
    return _secret(request, source, secret)


@require_POST
@roles_required(*loading.REPORTERS)
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """Take in a file; a worker reads it."""
    source = _source(request, key)
    form = feed_forms.FeedFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            _take(request, source, form.cleaned_data["file"])
        except (feed_records.Unreadable, engine.Refusal) as refused:
            form.add_error("file", str(refused))
        else:
            messages.success(request, _("The file is being read. Its run appears below."))
            return redirect("licensing:feed", key)
    return _detail(request, source, form, status=422)


def _take(request: HttpRequest, source: FeedSource, file: UploadedFile) -> None:
    feed_records.Meter().expect(file.size or 0)
    content = file.read()
    kind = uploads.XLSX if content.startswith(b"PK\x03\x04") else uploads.CSV
    feed_taking.upload(
        source=source, by=request.actor, content=content, name=uploads.safe_name(file.name, kind)
    )


@require_safe
@roles_required(*READERS)
def refused(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """The refused rows of a run with the reasons, in columns that can be mended and sent again."""
    run = get_object_or_404(FeedRun, source=_source(request, key), pk=pk, delivery__isnull=False)
    content = sheets.csv_of(feed_records.refused_table(feed_runs.refused_rows(run)))
    headers = {"Content-Disposition": f'attachment; filename="refused-{run.pk}.csv"'}
    return HttpResponse(content, content_type=CSV_TYPE, headers=headers)
