"""The verbs on sources: add, change, pause, resume, remove, renew the secret.

Whoever keeps a source is of its organisation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Role
from euc import workflow as certificate_law
from euc.models import Certificate
from licensing import feed_fetching, feed_runs, feed_signing
from licensing.models import FeedSource
from workflow import engine
from workflow.law import Miss

KEEPERS = frozenset({Role.DRAFTER, Role.SIGNATORY, Role.OFFICER, Role.SENIOR})
MOST_SOURCES = 200  # of one organisation
KINDS = (FeedSource.Kind.HTTP, FeedSource.Kind.WEBHOOK, FeedSource.Kind.FILE)


def may_keep(by: Actor) -> bool:
    """Whether this person may register sources for their organisation: who may report for it."""
    return bool(by.roles & KEEPERS) and not by.token


@transaction.atomic
def add(
    *,
    by: Actor,
    name: str,
    exporter_name: str,
    kind: str,
    url: str = "",
    minutes: int = 60,
    at: datetime | None = None,
) -> FeedSource:
    """Register a source; one that is asked is due at once."""
    at = at or timezone.now()
    _refuse_others(by)
    url = url if kind == FeedSource.Kind.HTTP else ""
    _refuse_bad(by, exporter_name, kind, url)
    if FeedSource.objects.visible_to(by).count() >= MOST_SOURCES:
        raise engine.WrongStatus(_("There are %(count)d sources already.") % {"count": MOST_SOURCES})
    source = FeedSource.objects.create(
        organisation=by.organisation,
        name=name,
        exporter_name=exporter_name,
        kind=kind,
        url=url,
        minutes=minutes,
        added_by=by.person,
        added_at=at,
        next_at=at,
    )
    feed_runs.record("add", source, by=by, at=at, kind=kind, exporter=exporter_name)
    return source


@transaction.atomic
def change(
    *, source: FeedSource, by: Actor, name: str, exporter_name: str, url: str = "", minutes: int = 60
) -> None:
    """Change what was entered; the kind stays. A new address is asked at once, as if never asked before."""
    hold(source, by)
    url = url if source.kind == FeedSource.Kind.HTTP else ""
    _refuse_bad(by, exporter_name, source.kind, url)
    columns: dict[str, Any] = {"name": name, "exporter_name": exporter_name, "minutes": minutes}
    if url != source.url:
        columns |= {"url": url, "etag": "", "last_modified": "", "next_at": timezone.now()}
    FeedSource.objects.filter(pk=source.pk).update(**columns)
    source.refresh_from_db()
    feed_runs.record("change", source, by=by, exporter=exporter_name)


def _refuse_bad(by: Actor, exporter_name: str, kind: str, url: str) -> None:
    misses = []
    if kind not in KINDS:
        misses.append(Miss("", "kind", _("Choose how it reports.")))
    if not _certificates(by).filter(exporter_name__iexact=exporter_name).exists():
        misses.append(Miss("", "exporter_name", _("No issued certificate names this exporter.")))
    if kind == FeedSource.Kind.HTTP:
        try:
            feed_fetching.checked(url)
        except feed_fetching.NotFetched:
            said = _("Enter an address that begins with https:// and holds no password.")
            misses.append(Miss("", "url", said))
    if misses:
        raise engine.Incomplete(misses)


def _certificates(by: Actor) -> QuerySet[Certificate]:
    return Certificate.objects.visible_to(by).filter(status__in=certificate_law.WAS_ISSUED)


def exporters(by: Actor, most: int = 200) -> list[str]:
    """Exporters of the certificates one may see, by name."""
    named = _certificates(by).exclude(exporter_name="").order_by("exporter_name")
    return list(named.values_list("exporter_name", flat=True).distinct()[:most])


@transaction.atomic
def pause(*, source: FeedSource, by: Actor, at: datetime | None = None) -> None:
    """Ask and take in nothing until it is resumed."""
    hold(source, by)
    at = at or timezone.now()
    if FeedSource.objects.filter(pk=source.pk, paused_at=None).update(paused_at=at, paused_by=by.person):
        feed_runs.record("pause", source, by=by, at=at)


@transaction.atomic
def resume(*, source: FeedSource, by: Actor, at: datetime | None = None) -> None:
    """Go on after a pause; one that is asked is due at once."""
    hold(source, by)
    at = at or timezone.now()
    paused = FeedSource.objects.filter(pk=source.pk, paused_at__isnull=False)
    if paused.update(paused_at=None, paused_by=None, next_at=at):
        feed_runs.record("resume", source, by=by, at=at)


@transaction.atomic
def remove(*, source: FeedSource, by: Actor, at: datetime | None = None) -> None:
    """Take a source away for good; its reports and its log stay."""
    hold(source, by)
    at = at or timezone.now()
    FeedSource.objects.filter(pk=source.pk).update(removed_at=at, removed_by=by.person)
    feed_runs.record("remove", source, by=by, at=at)


@transaction.atomic
def renew_secret(*, source: FeedSource, by: Actor, at: datetime | None = None) -> str:
    """A fresh secret, to be shown once; the one before holds for 24 hours more, and no older one."""
    hold(source, by)
    if source.kind != FeedSource.Kind.WEBHOOK:
        raise engine.WrongStatus(_("Only a source that calls us has a secret."))
    at = at or timezone.now()
    FeedSource.objects.filter(pk=source.pk).update(
        secret_number=F("secret_number") + 1, former_ends_at=at + feed_signing.FORMER_LASTS
    )
    source.refresh_from_db()
    feed_runs.record("renew_secret", source, by=by, at=at, number=source.secret_number)
    return feed_signing.secret_of(source)


def _refuse_others(by: Actor) -> None:
    if not may_keep(by):
        raise engine.NotAllowed(_("Only people who report keep feeds."))


def hold(source: FeedSource, by: Actor) -> None:
    """Lock the source; refuse who is not of its organisation and what is gone."""
    engine.lock(source)
    _refuse_others(by)
    if source.organisation_id != by.organisation.pk:
        raise engine.NotAllowed(_("Only people who report keep feeds."))
    if source.removed_at:
        raise engine.WrongStatus(_("This source was removed."))
