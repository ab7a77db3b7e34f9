"""What one was told: the list, marking as read, and how one is told by mail."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import notices
from accounts.access import actor_required
from accounts.forms import NoticeChoicesForm
from accounts.models import Notice, NoticeChoice
from euc.paging import paginate
from ministry import access, digesting
from ministry.forms import DigestForm

MOST_DIGITS = 18


@require_safe
@actor_required
def listing(request):
    """A person's own notices of the active organisation, the newest first."""
    mine = Notice.objects.visible_to(request.actor)
    if is_unread := request.GET.get("show") == "unread":
        mine = mine.unread()
    page = paginate(mine, order=("-id",), query=request.GET)
    rows = [{"notice": row, "text": notices.words(row)} for row in page.rows]
    top = max((row.pk for row in page.rows), default=0)
    return render(
        request, "config/notice_list.html", {"page": page, "rows": rows, "top": top, "is_unread": is_unread}
    )


@require_POST
@actor_required
def read(request):
    """Mark one's own `notice` as read and go where it leads, or everything up to `upto` and stay."""
    opened = Notice.objects.visible_to(request.actor).filter(pk=_number(request, "notice")).first()
    if opened is not None:
        Notice.objects.unread().filter(pk=opened.pk).update(read_at=timezone.now())
        return redirect(opened.address)
    notices.mark_read(request.actor, upto=_number(request, "upto"))
    return redirect("notice-list")


def _number(request, name: str) -> int:
    """A number that was posted; 0 for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


@require_http_methods(["GET", "HEAD", "POST"])
@actor_required
def settings(request):
    """How this person is told by mail, kind by kind."""
    person = request.actor.person
    chosen = dict(NoticeChoice.objects.filter(person=person).values_list("kind", "mail"))
    form = NoticeChoicesForm(request.POST or None, chosen=chosen)
    figures = _figures_form(request)
    if request.method == "POST" and form.is_valid() and (figures is None or figures.is_valid()):
        notices.choose(person, form.cleaned_data)
        if figures is not None:
            digesting.choose(request.actor, figures.cleaned_data["figures"])
        messages.success(request, _("Kept. It counts for what happens from now on."))
        return redirect("notice-list")
    context = {
        "form": form,
        "figures": figures,
        "elsewhere": [kind.label for kind in Notice.Kind if kind in Notice.MAILED_ELSEWHERE],
        "cancel_url": reverse("notice-list"),
    }
    is_wrong = form.errors or (figures is not None and figures.errors)
    return render(request, "config/notice_settings.html", context, status=422 if is_wrong else 200)


def _figures_form(request):
    """How often the overview of figures comes, for who reads it; forms that were open before may leave it out."""
    if not access.oversees(request.actor):
        return None
    now = digesting.chosen(request.actor)
    sent = {"figures": request.POST.get("figures", now)} if request.method == "POST" else None
    return DigestForm(sent, initial={"figures": now})
