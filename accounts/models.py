"""People and organisations: who they are and who acts for whom. What they do is in the apps above."""

import uuid

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import roles


class UserManager(BaseUserManager):
    def get_by_natural_key(self, email):
        return self.get(email=email.lower())

    def create_user(self, email, password=None, **given):
        """A person; without a password they cannot sign in until they set one."""
        person = self.model(email=email.strip().lower(), **given)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email, password=None, **given):
        """The first administrator, who invites everybody else."""
        person = self.create_user(email, password, **given)
        Membership.objects.create(
            person=person, organisation=Organisation.objects.platform(), role=roles.Role.ADMINISTRATOR
        )
        # Whoever can run commands here vouches for the address; everybody else proves theirs by mail.
        addresses = apps.get_model("account", "EmailAddress").objects
        addresses.create(user=person, email=person.email, verified=True, primary=True)
        return person


class User(AbstractBaseUser):
    """A person who signs in by e-mail, or the named system user that scheduled work acts as."""

    email = models.EmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("A person with this e-mail exists.")}
    )
    full_name = models.CharField(_("full name"), max_length=200, help_text=_("As it is to be printed."))
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        choices=[("en", "English"), ("hi", "हिन्दी"), ("zh-hans", "中文")],
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_system = models.BooleanField(_("system user"), default=False, editable=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["full_name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="user_email_is_lower_case"),
        ]

    def __str__(self):
        return self.full_name or self.email

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.full_name.split(" ", 1)[0] or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the back office opens: only for administrators of the platform."""
        return self.is_active and self.memberships.active().filter(role=roles.Role.ADMINISTRATOR).exists()

    def has_perm(self, perm, obj=None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label) -> bool:
        return self.is_staff


class OrganisationQuerySet(models.QuerySet):
    def platform(self):
        """The one organisation that runs the product, made on first use."""
        found, _made = self.get_or_create(
            kind=roles.Kind.PLATFORM, defaults={"name": "Platform", "country": "IN"}
        )
        return found

    def importers(self):
        return self.filter(kind=roles.Kind.IMPORTER)

    def authorities(self):
        return self.filter(kind=roles.Kind.AUTHORITY)

    def choosable_authorities(self):
        """The authorities by name where a paper must say which it addresses; none where there is one or none."""
        found = list(self.authorities().order_by("name", "pk"))
        return found if len(found) > 1 else []

    def only_authority(self):
        """The authority where there is exactly one; nothing where papers must say whom they address."""
        found = list(self.authorities()[:2])
        return found[0] if len(found) == 1 else None


class Organisation(models.Model):
    """A legal body whose people act in the product. Identifiers are kept normalised, without spaces."""

    Kind = roles.Kind

    kind = models.CharField(_("kind"), max_length=12, choices=roles.Kind)
    name = models.CharField(_("legal name"), max_length=200, help_text=_("In Latin letters, as registered."))
    name_zh = models.CharField(_("name in Chinese"), max_length=200, blank=True)
    name_hi = models.CharField(_("name in Hindi"), max_length=200, blank=True)
    address = models.CharField(_("registered address"), max_length=500, blank=True)
    address_zh = models.CharField(_("address in Chinese"), max_length=500, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state_code = models.CharField(
        _("state code"), max_length=2, blank=True, help_text=_("As in a GSTIN, for example 27.")
    )
    postcode = models.CharField(_("PIN code"), max_length=12, blank=True)
    country = models.CharField(
        _("country"), max_length=2, default="IN", help_text=_("Two letters, for example IN.")
    )
    iec = models.CharField(_("IEC"), max_length=10, blank=True)
    pan = models.CharField(_("PAN"), max_length=10, blank=True)
    gstin = models.CharField(_("GSTIN"), max_length=15, blank=True)
    cin = models.CharField(_("CIN"), max_length=21, blank=True)
    llpin = models.CharField(_("LLPIN"), max_length=8, blank=True)
    udyam = models.CharField(_("Udyam number"), max_length=19, blank=True)
    lei = models.CharField(_("LEI"), max_length=20, blank=True)
    uscc = models.CharField(_("USCC"), max_length=18, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    is_demonstration = models.BooleanField(_("demonstration"), default=False, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=roles.Kind.values), name="organisation_kind_is_known"
            ),
            models.UniqueConstraint(
                fields=["iec"],
                condition=~Q(iec=""),
                name="organisation_iec_is_unique",
                violation_error_message=_("Another organisation already has this IEC."),
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind=roles.Kind.PLATFORM),
                name="organisation_one_platform",
                violation_error_message=_("There is one platform organisation already."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def book(self) -> str:
        """The name under which files and history of this organisation are kept, for example "org-7"."""
        return f"org-{self.pk}"


class Site(models.Model):
    """A plant or another place where an organisation uses the goods."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sites")
    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("address"), max_length=500)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state_code = models.CharField(_("state code"), max_length=2, blank=True)
    postcode = models.CharField(_("PIN code"), max_length=12, blank=True)
    gstin = models.CharField(_("GSTIN"), max_length=15, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="site_name_is_unique"),
            models.CheckConstraint(
                condition=Q(latitude=None) | Q(latitude__gte=-90, latitude__lte=90),
                name="site_latitude_in_range",
            ),
            models.CheckConstraint(
                condition=Q(longitude=None) | Q(longitude__gte=-180, longitude__lte=180),
                name="site_longitude_in_range",
            ),
        ]

    def __str__(self):
        return self.name


class MembershipQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True, person__is_active=True, organisation__is_active=True)


class Membership(models.Model):
    """One role a person has in one organisation. Removed people stay as inactive rows."""

    person = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(
        _("role"), max_length=14, choices=[(r.value, r.label) for r in roles.Role if r != roles.Role.CLOCK]
    )
    designation = models.CharField(_("designation"), max_length=120, blank=True)
    authority_reference = models.CharField(
        _("authority"),
        max_length=200,
        blank=True,
        help_text=_("What empowers them, for example: Board resolution BR-12/2026 of 01-10-2026."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation", "person", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role"],
                name="membership_role_held_once",
                violation_error_message=_("This person already has this role here."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in roles.Role if r != roles.Role.CLOCK]),
                name="membership_role_is_known",
            ),
        ]

    def __str__(self):
        return f"{self.person}, {self.get_role_display()}, {self.organisation}"

    @property
    def book(self) -> str:
        return self.organisation.book

    @property
    def reference(self) -> str:
        return f"membership-{self.pk}"

    def clean(self):
        if self.organisation_id and self.role and not roles.fits(self.role, self.organisation.kind):
            raise ValidationError({"role": _("An organisation of this kind does not give this role.")})


class InvitationQuerySet(models.QuerySet):
    def open(self, at=None):
        return self.filter(accepted_at=None, cancelled_at=None, expires_at__gt=at or timezone.now())


class Invitation(models.Model):
    """An offer of one role to one e-mail address. Only the hash of its token is kept; it works once."""

    email = models.EmailField(_("e-mail address"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    role = models.CharField(
        _("role"), max_length=14, choices=[(r.value, r.label) for r in roles.Role if r != roles.Role.CLOCK]
    )
    designation = models.CharField(_("designation"), max_length=120, blank=True)
    authority_reference = models.CharField(_("authority"), max_length=200, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="invitation_cancelled_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(cancelled_at=None), name="invitation_ends_one_way"
            ),
        ]

    def __str__(self):
        return f"{self.email}, {self.get_role_display()}"

    @property
    def book(self) -> str:
        return self.organisation.book

    @property
    def reference(self) -> str:
        return f"invitation-{self.pk}"


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """A person's own tokens; whoever keeps the people of an organisation sees all of theirs."""
        if actor is None:
            return self.none()
        here = self.filter(organisation=actor.organisation)
        return here if actor.has(*roles.KEEPERS_OF_PEOPLE) else here.filter(person=actor.person)

    def valid(self, at=None):
        return self.filter(revoked_at=None, expires_at__gt=at or timezone.now())


class ApiToken(models.Model):
    """A secret by which a person's own machine speaks for them. Only its hash is kept; it never outlives a year."""

    Scope = roles.Scope

    name = models.CharField(
        _("name"), max_length=80, help_text=_("What uses it, for example: purchasing system.")
    )
    person = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="tokens")
    scope = models.CharField(_("what it may do"), max_length=8, choices=roles.Scope)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="token_revoked_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="token_ends_after_its_start"
            ),
            models.CheckConstraint(condition=Q(scope__in=roles.Scope.values), name="token_scope_is_known"),
        ]

    def __str__(self):
        return self.name

    @property
    def book(self) -> str:
        return self.organisation.book

    @property
    def reference(self) -> str:
        return f"token-{self.pk}"

    @property
    def state(self) -> str:
        """ACTIVE, EXPIRED or REVOKED, now."""
        if self.revoked_at:
            return "REVOKED"
        return "ACTIVE" if self.expires_at > timezone.now() else "EXPIRED"

    @property
    def state_label(self) -> str:
        return {"REVOKED": _("Revoked"), "ACTIVE": _("Valid"), "EXPIRED": _("Expired")}[self.state]


class KeptAnswer(models.Model):
    """The answer to a request that came with an Idempotency-Key, so that asking again does nothing again.

    Without a status it is in flight; `turn` tells whose turn that is.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    turn = models.UUIDField(default=uuid.uuid4)
    begun_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    location = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="answer_once_per_key"),
        ]
        indexes = [models.Index(fields=["begun_at"], name="answer_by_age")]

    def __str__(self):
        return self.key


# Models of this app all the same, kept in a file of their own.
from accounts.notice_models import Digest as Digest  # noqa: E402
from accounts.notice_models import Notice as Notice  # noqa: E402
from accounts.notice_models import NoticeChoice as NoticeChoice  # noqa: E402
