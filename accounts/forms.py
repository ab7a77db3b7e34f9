"""What people type about organisations and themselves; nothing is saved here."""

from datetime import timedelta

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from accounts import fields, identifiers, text
from accounts.models import Notice, Organisation, Site, User
from accounts.roles import Role, scopes_for


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=200,
        help_text=_("The invitation goes here and works once, for 14 days."),
    )
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    designation = fields.LineField(
        label=_("Designation"),
        max_length=120,
        required=False,
        help_text=_("As printed under their name, for example Head of Purchase."),
    )
    authority_reference = fields.LineField(
        label=_("Authority"),
        max_length=200,
        required=False,
        help_text=_(
            "What empowers them, for example Board resolution BR-12/2026 of 01-10-2026. Needed for a signatory."
        ),
    )

    def __init__(self, *args, roles, **given):
        super().__init__(*args, **given)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]
        if Role.SIGNATORY not in roles:
            self.fields["authority_reference"].help_text = _("The order that empowers them, if there is one.")


class TokenForm(forms.Form):
    """What a new API token is for. Its scopes depend on the roles of who makes it."""

    DAYS = [
        (30, _("30 days")),
        (90, _("90 days")),
        (180, _("180 days")),
        (365, _("One year")),
    ]

    name = fields.LineField(
        label=_("Name"), max_length=80, help_text=_("What uses it, for example: purchasing system.")
    )
    scope = forms.ChoiceField(
        label=_("What it may do"),
        widget=forms.RadioSelect,
        help_text=_("Never more than you may do yourself. No token submits, signs or approves."),
    )
    lasts = forms.TypedChoiceField(
        label=_("Valid for"), choices=DAYS, coerce=lambda days: timedelta(days=int(days)), initial=90
    )

    def __init__(self, *args, roles, **given):
        super().__init__(*args, **given)
        self.fields["scope"].choices = [(scope.value, scope.label) for scope in scopes_for(roles)]


class NewPersonForm(forms.Form):
    """What a new person says about themselves when accepting an invitation."""

    full_name = fields.LineField(label=_("Full name"), max_length=200, help_text=_("As it is to be printed."))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A few unrelated words are easy to remember."),
    )
    password_again = forms.CharField(
        label=_("Password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, email, **given):
        super().__init__(*args, **given)
        self.email = email
        self.fields["full_name"].widget.attrs["autocomplete"] = "name"

    def clean(self):
        given = super().clean()
        password = given.get("password")
        if password and given.get("password_again") not in (None, password):
            self.add_error("password_again", _("The two passwords differ."))
        if password:
            self._check_strength(password, given.get("full_name", ""))
        return given

    def _check_strength(self, password, full_name):
        try:
            password_validation.validate_password(password, User(email=self.email, full_name=full_name))
        except forms.ValidationError as refusal:
            self.add_error("password", refusal)


IDENTIFIERS = ("iec", "pan", "gstin", "cin", "llpin", "udyam", "lei", "uscc")


class StrictModelForm(forms.ModelForm):
    """Puts identifiers into normal form and refuses hidden characters in every line of text."""

    def clean(self):
        given = super().clean()
        for name, value in list(given.items()):
            if isinstance(value, str) and value:
                self._clean_text(name, value)
        return given

    def _clean_text(self, name, value):
        limit = self._meta.model._meta.get_field(name).max_length
        check = getattr(identifiers, name) if name in (*IDENTIFIERS, "state_code") else None
        try:
            clean = check(value) if check else text.clean_line(value, max_length=limit)
        except forms.ValidationError as refusal:
            self.add_error(name, refusal)
        else:
            self.cleaned_data[name] = clean


class OrganisationForm(StrictModelForm):
    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = [
            "kind", "name", "name_zh", "name_hi", "address", "address_zh", "city", "state_code", "postcode",
            "country", *IDENTIFIERS, "email", "phone", "website", "is_active",
        ]  # fmt: skip
        widgets = {
            "address": forms.Textarea(attrs={"rows": 2}),
            "address_zh": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args, **given):
        super().__init__(*args, **given)
        for name in IDENTIFIERS:  # room for the spaces and hyphens people type
            self.fields[name] = fields.IdentifierField(
                getattr(identifiers, name), required=False, label=self.fields[name].label
            )

    def clean(self):
        given = super().clean()
        together = ("iec", "pan", "gstin", "state_code", "cin", "llpin")
        for name, sentence in identifiers.disagreements(**{n: given.get(n) or "" for n in together}).items():
            self.add_error(name, sentence)
        if (
            given.get("kind") == Organisation.Kind.IMPORTER
            and not given.get("iec")
            and "iec" not in self.errors
        ):
            self.add_error("iec", _("An importer needs an IEC."))
        if given.get("postcode") and given.get("country"):
            self._check_postcode(given["postcode"], given["country"])
        return given

    def _check_postcode(self, postcode, country):
        try:
            self.cleaned_data["postcode"] = identifiers.postcode(postcode, country)
        except forms.ValidationError as refusal:
            self.add_error("postcode", refusal)


class SiteForm(StrictModelForm):
    class Meta:
        model = Site
        fields = [
            "name",
            "address",
            "city",
            "state_code",
            "postcode",
            "gstin",
            "latitude",
            "longitude",
            "is_active",
        ]


class SignInForm(LoginForm):
    """allauth's form with labels of our own catalogue (it has no Hindi) and without ghost labels in the fields."""

    def __init__(self, *args, **given):
        super().__init__(*args, **given)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autofocus": True}
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["remember"].label = _("Keep me signed in on this device")


class NoticeChoicesForm(forms.Form):
    """One question a kind: at once, once a day or never."""

    def __init__(self, *args, chosen, **given):
        super().__init__(*args, **given)
        for kind in Notice.Kind:
            if kind not in Notice.MAILED_ELSEWHERE:
                initial = chosen.get(kind, Notice.DEFAULT_MAIL)
                self.fields[kind.value] = forms.ChoiceField(
                    label=kind.label, choices=Notice.Mail.choices, initial=initial
                )
