"""Pages about API tokens: list, make, revoke. A new secret is shown once, in the answer to the form."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, tokens
from accounts.forms import TokenForm
from accounts.models import ApiToken
from accounts.roles import TOKEN_ROLES
from workflow.engine import NotAllowed


@require_safe
@access.roles_required(*TOKEN_ROLES)
def listing(request):
    """The tokens one may revoke, with when each was last used."""
    listed = ApiToken.objects.visible_to(request.actor).select_related("person")
    return render(request, "accounts/token_list.html", {"tokens": listed})


@require_http_methods(["GET", "HEAD", "POST"])
@access.roles_required(*TOKEN_ROLES)
@access.fresh_proof_required
def make(request):
    """Ask what it is for; the answer to the POST is the only place that ever shows the secret."""
    form = TokenForm(request.POST or None, roles=request.actor.roles)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = tokens.make(by=request.actor, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "accounts/token_made.html", {"token": token, "secret": secret})
    return render(request, "accounts/token_make.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@access.actor_required
def revoke(request, pk):
    """End a token at once."""
    token = get_object_or_404(ApiToken.objects.visible_to(request.actor), pk=pk)
    tokens.revoke(token=token, by=request.actor)
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("accounts:token-list")
