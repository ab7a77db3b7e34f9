"""Pages about organisations and people: choose whom to act for, invite, accept, remove."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, actors, demonstration, finding, services
from accounts.forms import InvitationForm, NewPersonForm
from accounts.models import Invitation, Membership, Organisation, User
from accounts.roles import Role
from accounts.searching import ORGANISATIONS
from workflow.engine import NotAllowed

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "POST"])
def choose_organisation(request):
    """List the organisations one may act for; a POST makes one of them the active one."""
    if not request.user.is_authenticated:
        return access.to_sign_in(request)
    found = actors.organisations_of(request.user)
    next_page = access.local_path(request, request.POST.get("next") or request.GET.get("next") or "/")
    if request.method == "GET":
        return render(
            request,
            "accounts/choose_organisation.html",
            {"choices": list(found.items()), "next": next_page, "active": request.actor},
        )
    chosen = next((o for o in found if str(o.pk) == request.POST.get("organisation")), None)
    if chosen is None:
        raise Http404
    request.session[actors.SESSION_KEY] = chosen.pk
    messages.success(request, _("You now act for %(organisation)s.") % {"organisation": chosen})
    return redirect(next_page)


@require_POST
def demonstration_sign_in(request):
    """Sign in as one of the demonstration people with one click; does not exist outside demonstrations."""
    if not settings.DEMONSTRATION:
        raise Http404
    email = request.POST.get("person", "")
    if email not in {card.email for card in demonstration.cards()}:
        raise Http404
    person = get_object_or_404(User, email=email, is_active=True)
    login(request, person, backend=BACKEND)
    UserSession.objects.create_from_request(request)
    return redirect(access.local_path(request, request.POST.get("next") or "/"))


@require_safe
@access.roles_required(Role.ADMINISTRATOR)
def organisations(request):
    """Every organisation on the platform, for its administrators; narrowed by `q`, as the search page asks."""
    everyone = Organisation.objects.order_by("kind", "name")
    listed = finding.narrowed(everyone, ORGANISATIONS, request.GET.get("q", ""), request.actor)
    return render(request, "accounts/organisations.html", {"organisations": listed})


@require_safe
@access.actor_required
def people(request, pk=None):
    """Who acts for an organisation, in which roles, and who is invited."""
    organisation = _organisation(request, pk)
    grantable = services.grantable_roles(request.actor, organisation)
    members = organisation.memberships.active().select_related("person").order_by("person__full_name", "role")
    return render(
        request,
        "accounts/people.html",
        {
            "organisation": organisation,
            "members": members,
            "invitations": organisation.invitations.open() if grantable else [],
            "grantable": grantable,
            "invite_url": _url("invite", organisation, request),
        },
    )


@require_http_methods(["GET", "POST"])
@access.actor_required
def invite(request, pk=None):
    """Invite somebody by mail to one role in an organisation."""
    organisation = _organisation(request, pk)
    roles = services.grantable_roles(request.actor, organisation)
    if not roles:
        raise PermissionDenied
    form = InvitationForm(request.POST or None, roles=roles)
    if form.is_valid():
        try:
            services.invite(by=request.actor, organisation=organisation, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("An invitation is on its way to %(email)s.") % form.cleaned_data)
            return redirect(_url("people", organisation, request))
    back = _url("people", organisation, request)
    context = {"form": form, "organisation": organisation, "cancel_url": back}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


@require_POST
@access.actor_required
def cancel_invitation(request, pk):
    """Take an open invitation back."""
    invitation = _manageable(request, Invitation.objects.select_related("organisation"), pk)
    services.cancel(invitation=invitation, by=request.actor)
    messages.success(request, _("The invitation of %(email)s is cancelled.") % {"email": invitation.email})
    return redirect(_url("people", invitation.organisation, request))


@require_http_methods(["GET", "POST"])
@access.actor_required
def remove(request, pk):
    """Ask, then end a membership."""
    active = Membership.objects.active().select_related("organisation", "person")
    membership = _manageable(request, active, pk)
    back = _url("people", membership.organisation, request)
    if request.method == "GET":
        return render(request, "accounts/remove.html", {"membership": membership, "cancel_url": back})
    try:
        services.remove(membership=membership, by=request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(person)s no longer has this role.") % {"person": membership.person})
    return redirect(back)


@access.open_to_all
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def accept_invitation(request, token):
    """Show an invitation; a POST accepts it. Opening the link any number of times changes nothing."""
    invitation = services.find_open(token)
    if invitation is None:
        response = render(request, "accounts/invitation_over.html", status=404)
    elif User.objects.filter(email=invitation.email).exists():
        response = _accept_with_account(request, invitation)
    else:
        response = _accept_as_new(request, invitation)
    response.headers["Referrer-Policy"] = "no-referrer" if request.method == "GET" else "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _accept_with_account(request, invitation):
    is_theirs = request.user.is_authenticated and request.user.email == invitation.email
    if request.method == "GET" or not is_theirs:
        context = {"invitation": invitation, "is_theirs": is_theirs, "path": request.path}
        return render(request, "accounts/accept_with_account.html", context)
    try:
        services.accept(invitation=invitation, person=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("/")
    request.session[actors.SESSION_KEY] = invitation.organisation_id
    messages.success(
        request, _("You now act for %(organisation)s.") % {"organisation": invitation.organisation}
    )
    return redirect("/")


def _accept_as_new(request, invitation):
    form = NewPersonForm(request.POST or None, email=invitation.email)
    if not form.is_valid():
        context = {"form": form, "invitation": invitation}
        return render(request, "accounts/accept_as_new.html", context, status=422 if form.errors else 200)
    given = form.cleaned_data
    try:
        services.accept_as_new_person(
            invitation=invitation, full_name=given["full_name"], password=given["password"]
        )
    except NotAllowed:
        return render(request, "accounts/invitation_over.html", status=404)
    messages.success(request, _("Your account is ready. Sign in with your e-mail address and password."))
    return redirect(reverse("account_login"))


def _organisation(request, pk):
    """The actor's own organisation, or the one of this number for an administrator; else there is none."""
    own = request.actor.organisation
    if pk is None or pk == own.pk:
        return own
    if request.actor.has(Role.ADMINISTRATOR):
        return get_object_or_404(Organisation, pk=pk)
    raise Http404


def _manageable(request, queryset, pk):
    """A membership or invitation whose role the actor decides about; another's is as good as absent."""
    found = get_object_or_404(queryset, pk=pk)
    if found.role not in services.grantable_roles(request.actor, found.organisation):
        raise Http404
    return found


def _url(name, organisation, request):
    if organisation.pk == request.actor.organisation.pk:
        return reverse(f"accounts:{name}")
    return reverse(f"accounts:organisation-{name}", args=[organisation.pk])
