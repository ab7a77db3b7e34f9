"""Mail that came in: every message once, every arrival of it, what it suggests, and what people decided of that."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from documents.models import StoredFile
from licensing import stations
from licensing.models.case import LicenceCase
from licensing.models.report import StatusReport
from workflow.append_only import AppendOnlyModel, AppendOnlyQuerySet

SURE, UNSURE = StatusReport.Confidence.MEDIUM, StatusReport.Confidence.LOW

# Why a message was kept apart, or belongs to no case.
REASONS = {
    "HUGE": _("It is too large; only its head was fetched."),
    "NOT_FETCHED": _("The mail server did not hand it over, several times."),
    "BROKEN": _("Its parts cannot be told apart: it is cut or broken."),
    "NESTED": _("It is nested too deeply or has too many parts."),
    "TNEF": _("It is wrapped in a winmail.dat, which is not opened."),
    "AUTOMATIC": _("A machine sent it: an automatic answer, a list or a bounce."),
    "LOOP": _("It comes from this system itself."),
    "FLOOD": _("Too much came from this sender within an hour, or waits on this case."),
    "SENDERS": _("It names no sender, or several."),
    "WRONG_TAG": _("Its address was made up: the tag does not fit the case."),
    "SEVERAL_CASES": _("It is addressed to several cases."),
    "OTHER_CASE": _("It is addressed to one case and speaks of another."),
    "FAILED_PROOF": _("The mail server found that the sender's address is forged."),
    "UNPROVEN": _("The sender is not known for this case, and nothing proves the address."),
    "NO_CASE": _("It names no case."),
    "UNKNOWN_SENDER": _("It names a case, but the sender is not known for it."),
}

# Why the mailbox was not read.
TROUBLES = {
    "ADDRESS": _("The address of the mailbox is not one that may be asked."),
    "UNREACHABLE": _("The mail server cannot be reached."),
    "TOO_SLOW": _("The mail server took too long."),
    "LOGIN": _("The mail server refused the name or the password."),
    "FOLDER": _("The folder cannot be opened."),
    "CUT": _("The connection broke off."),
    "ANSWER": _("The mail server answered what cannot be understood."),
    "STOPPED": _("The work on a message stopped; it is tried again."),
}


class MailBox(models.Model):
    """A folder that is polled: how far it was read, and how it is. The password is nowhere but in the setting."""

    name = models.CharField(max_length=400, unique=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    trying_uid = models.BigIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=20, blank=True)
    words = models.CharField(max_length=500, blank=True)
    next_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(failures=0, failing_since=None, trouble="")
                | (Q(failures__gt=0, failing_since__isnull=False) & ~Q(trouble="")),
                name="mail_box_fails_since_and_why",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def state(self) -> str:
        """FAILING, NEVER (read yet) or HEALTHY."""
        if self.failing_since:
            return "FAILING"
        return "HEALTHY" if self.read_at else "NEVER"

    @property
    def state_label(self):
        return {
            "FAILING": pgettext_lazy("a mailbox", "failing"),
            "NEVER": pgettext_lazy("a mailbox", "never read"),
            "HEALTHY": pgettext_lazy("a mailbox", "healthy"),
        }[self.state]

    @property
    def tone(self) -> str:
        return {"FAILING": "danger", "NEVER": "info", "HEALTHY": "success"}[self.state]

    @property
    def trouble_label(self):
        return TROUBLES.get(self.trouble, "")


class MailMessageQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor):
        """Everything for the authority; of an importer what its case's own tag, or an officer, brought to it."""
        if actor is None:
            return self.none()
        if actor.has(Role.DRAFTER, Role.SIGNATORY):
            mine = Q(case__importer=actor.organisation, found_by="TAG")
            return self.filter(mine | Q(matching__case__importer=actor.organisation))
        return self if actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR) else self.none()

    def of_case(self, case):
        """What belongs to a case: by its tag, by a known sender's words, or by an officer."""
        return self.filter(Q(case=case) | Q(matching__case=case))

    def waiting(self):
        """What no machine and no officer brought to a case."""
        return self.exclude(outcome="MATCHED").filter(matching=None)


class MailMessage(AppendOnlyModel):
    """One message as it came, told from others by its bytes and its Message-ID. Nothing of it is ever changed."""

    class Outcome(models.TextChoices):
        MATCHED = "MATCHED", pgettext_lazy("a mail", "matched")
        UNMATCHED = "UNMATCHED", pgettext_lazy("a mail", "not matched")
        QUARANTINED = "QUARANTINED", pgettext_lazy("a mail", "kept apart")

    class FoundBy(models.TextChoices):
        TAG = "TAG", _("by the case's own address")
        WORDS = "WORDS", _("by a known sender who names it (weaker)")

    class Proof(models.TextChoices):
        PASS = "PASS", _("proven by the mail server")
        NONE = "NONE", _("not proven")
        FAIL = "FAIL", _("found to be forged")

    digest = models.CharField(max_length=64)
    message_id = models.CharField(max_length=300, blank=True)
    sender = models.CharField(max_length=320, blank=True)
    recipients = models.CharField(max_length=1000, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    size = models.PositiveBigIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    attachments = models.JSONField(default=list)
    proof = models.CharField(max_length=4, choices=Proof, default=Proof.NONE)
    is_sender_known = models.BooleanField(default=False)
    case = models.ForeignKey(LicenceCase, models.PROTECT, null=True, related_name="mail")
    found_by = models.CharField(max_length=5, choices=FoundBy, blank=True)
    outcome = models.CharField(max_length=11, choices=Outcome)
    reason = models.CharField(max_length=20, blank=True)

    objects = MailMessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["outcome", "-id"], name="mail_message_by_outcome"),
            models.Index(fields=["sender", "received_at"], name="mail_message_by_sender"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["digest", "message_id"], name="mail_message_once"),
            models.CheckConstraint(
                condition=Q(outcome="MATCHED", reason="", case__isnull=False)
                | (Q(outcome__in=["UNMATCHED", "QUARANTINED"]) & ~Q(reason="")),
                name="mail_message_unmatched_says_why",
            ),
            models.CheckConstraint(
                condition=Q(case=None, found_by="") | Q(case__isnull=False, found_by__in=["TAG", "WORDS"]),
                name="mail_message_case_says_how",
            ),
        ]

    def __str__(self):
        return self.subject or self.message_id or self.digest[:12]

    @property
    def reason_label(self):
        return REASONS.get(self.reason, "")

    @property
    def belongs(self) -> bool:
        """Whether it is a case's by now: by itself, or by an officer."""
        return self.outcome == self.Outcome.MATCHED or hasattr(self, "matching")

    @property
    def state_label(self):
        if self.outcome != self.Outcome.MATCHED and self.belongs:
            return _("brought to the case by an officer")
        return self.get_outcome_display()

    @property
    def tone(self) -> str:
        if self.belongs:
            return "success"
        return "neutral" if self.outcome == self.Outcome.UNMATCHED else "warning"

    @property
    def is_proven(self) -> bool:
        """Whether the case's own address, a known sender and the mail server's word come together."""
        return self.found_by == self.FoundBy.TAG and self.is_sender_known and self.proof == self.Proof.PASS


class MailArrival(AppendOnlyModel):
    """One time a message lay in a mailbox. The same message may arrive again, and counts once."""

    message = models.ForeignKey(MailMessage, models.PROTECT, related_name="arrivals")
    box = models.ForeignKey(MailBox, models.PROTECT, null=True, related_name="arrivals")
    uid_validity = models.BigIntegerField(default=0)
    uid = models.BigIntegerField(default=0)
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["box", "uid_validity", "uid"],
                condition=Q(box__isnull=False),
                name="mail_arrival_once",
            ),
        ]

    def __str__(self):
        return f"{self.message_id}: {self.box_id} {self.uid_validity}/{self.uid}"


class MailMatching(AppendOnlyModel):
    """An officer brought a message to the case it is about."""

    message = models.OneToOneField(MailMessage, models.PROTECT, related_name="matching")
    case = models.ForeignKey(LicenceCase, models.PROTECT, related_name="mail_matchings")
    matched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    matched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.message_id} to {self.case_id}"


class MailSuggestionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor):
        """As the messages they rest on."""
        return self.filter(message__in=MailMessage.objects.visible_to(actor))

    def pending(self):
        return self.filter(ruling=None)


class MailSuggestion(AppendOnlyModel):
    """What a message seems to say of a case, and the words it rests on. A person decides; it changes nothing."""

    message = models.ForeignKey(MailMessage, models.PROTECT, related_name="suggestions")
    case = models.ForeignKey(LicenceCase, models.PROTECT, related_name="mail_suggestions")
    claimed = models.CharField(max_length=12)
    claimed_on = models.DateField()
    is_day_told = models.BooleanField()
    passage = models.CharField(max_length=500)
    confidence = models.CharField(max_length=6, choices=StatusReport.Confidence)
    application_number = models.CharField(max_length=60, blank=True)
    licence_number = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = MailSuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "case", "claimed"], name="mail_suggestion_once"),
            models.CheckConstraint(
                condition=Q(claimed__in=stations.CLAIMABLE), name="mail_suggestion_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.claimed} on {self.claimed_on}: {self.passage[:40]}"

    @property
    def label(self):
        return stations.LABELS[self.claimed]

    @property
    def tone(self) -> str:
        return stations.TONES[self.claimed]

    @property
    def is_sure(self) -> bool:
        """Whether the sender is proven and the day is told; a person decides all the same."""
        return self.confidence != UNSURE


class MailRuling(AppendOnlyModel):
    """A person confirmed what a message suggests, which made a report, or dismissed it."""

    suggestion = models.OneToOneField(MailSuggestion, models.PROTECT, related_name="ruling")
    report = models.OneToOneField(StatusReport, models.PROTECT, null=True, related_name="mail_ruling")
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{'confirmed' if self.report_id else 'dismissed'}: {self.suggestion}"
