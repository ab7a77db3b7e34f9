"""The custody ledger: postings that are written once, and the balances they add up to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from documents.models import StoredFile
from shipments import accounts
from shipments.models.consignment import Lot, of_actor
from workflow.append_only import AppendOnlyModel, AppendOnlyQuerySet


def _placed(account: str, place: str) -> str:
    return " · ".join(filter(None, (str(accounts.ACCOUNTS[account]), accounts.place_name(account, place))))


class PostingQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor):
        return of_actor(self, actor, "lot__consignment__")


class Posting(AppendOnlyModel):
    """So much of one lot moved from one account and place to another. A correction is another posting."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="postings")
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20)
    from_account = models.CharField(max_length=16)
    from_place = models.CharField(max_length=120, blank=True)
    to_account = models.CharField(max_length=16)
    to_place = models.CharField(max_length=120, blank=True)
    weight_mg = models.BigIntegerField()
    pieces = models.PositiveBigIntegerField(default=0)
    happened_on = models.DateField()
    document = models.CharField(_("document"), max_length=60, blank=True)
    product = models.CharField(_("product and model"), max_length=200, blank=True)
    units = models.PositiveIntegerField(null=True)
    due_on = models.DateField(null=True)
    consent = models.CharField(_("consent"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    witness = models.CharField(_("witness"), max_length=120, blank=True)
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    key = models.CharField(max_length=100, unique=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(default=timezone.now)

    objects = PostingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["lot", "verb"], name="posting_by_lot_and_verb")]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_account__in=list(accounts.ACCOUNTS), to_account__in=list(accounts.ACCOUNTS)),
                name="posting_accounts_are_known",
            ),
            models.CheckConstraint(
                condition=Q(weight_mg__gte=0) & (Q(weight_mg__gt=0) | Q(pieces__gt=0)),
                name="posting_moves_weight_or_pieces",
            ),
            models.CheckConstraint(
                condition=~Q(from_account=F("to_account"), from_place=F("to_place")),
                name="posting_moves_something",
            ),
        ]

    def __str__(self):
        return f"{self.verb}: {self.weight_mg} mg {self.from_account} -> {self.to_account}"

    @property
    def label(self):
        return accounts.LABELS[self.verb]

    @property
    def from_label(self) -> str:
        return _placed(self.from_account, self.from_place)

    @property
    def to_label(self) -> str:
        return _placed(self.to_account, self.to_place)

    def facts(self) -> list[str]:
        """What was said about it, for people."""
        due = _("due back on %(day)s") % {"day": f"{self.due_on:%d-%m-%Y}"} if self.due_on else ""
        made = _("%(units)d products") % {"units": self.units} if self.units else ""
        witness = _("witness: %(name)s") % {"name": self.witness} if self.witness else ""
        said = [self.document, self.product, made, due, self.consent, self.reason, witness]
        return [str(fact) for fact in said if fact]


class HoldingQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return of_actor(self, actor, "lot__consignment__")

    def in_care(self):
        """What the importer still has to answer for."""
        return self.filter(account__in=accounts.IN_CARE, weight_mg__gt=0)


class Holding(models.Model):
    """How much of one lot lies in one account and place: kept with every posting, equal to their sum."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="holdings")
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    account = models.CharField(max_length=16)
    place = models.CharField(max_length=120, blank=True)
    weight_mg = models.BigIntegerField(default=0)
    pieces = models.BigIntegerField(default=0)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["lot", "account", "place"], name="holding_once"),
            models.CheckConstraint(
                condition=Q(account__in=sorted(accounts.OUTSIDE)) | Q(weight_mg__gte=0, pieces__gte=0),
                name="holding_is_not_overdrawn",
            ),
        ]
        indexes = [models.Index(fields=["importer", "account", "place"], name="holding_by_place")]

    def __str__(self):
        return f"{self.account} {self.place}: {self.weight_mg} mg"

    @property
    def label(self):
        return accounts.ACCOUNTS[self.account]

    @property
    def where(self) -> str:
        return _placed(self.account, self.place)
