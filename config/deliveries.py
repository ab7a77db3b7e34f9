"""Work the product owes: what waits, what stopped after repeated failures, and the button to try again."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import roles_required
from accounts.roles import Role
from euc.paging import paginate
from workflow import errands
from workflow.models import Errand

KEEPERS = (Role.OFFICER, Role.SENIOR, Role.ADMINISTRATOR)


@require_safe
@roles_required(*KEEPERS)
def listing(request):
    """Errands by state; the stopped ones first asked for."""
    state = request.GET.get("state", Errand.DEAD)
    if state not in dict(Errand.STATES):
        state = Errand.DEAD
    page = paginate(Errand.objects.filter(state=state), order=("-id",), query=request.GET)
    context = {"page": page, "state": state, "states": Errand.STATES, "dead": Errand.DEAD}
    return render(request, "config/deliveries.html", context)


@require_POST
@roles_required(*KEEPERS)
def retry(request, pk):
    errand = get_object_or_404(Errand.objects.dead(), pk=pk)
    errands.retry(errand, by=request.actor)
    messages.success(request, _("%(reference)s will be tried again.") % {"reference": errand.reference})
    return redirect("deliveries")
