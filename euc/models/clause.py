"""The clause library: promises and exceptions in three languages, and the policies that say which are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from euc.kinds import Template
from euc.models.ruled import OfAuthority, adopted_by_another


class Clause(OfAuthority):
    """One promise, or one exception from the promises, in three languages, as one version words it.

    `authority` is whose wording it is; without one it belongs to the common library.
    """

    class Kind(models.TextChoices):
        PROMISE = "PROMISE", _("promise")
        EXCEPTION = "EXCEPTION", _("exception")

    class Names(models.TextChoices):
        """Whom the text names where it says {party}."""

        NOBODY = "", _("nobody")
        EXPORTER = "EXPORTER", _("the exporter")
        RECYCLER = "RECYCLER", _("a recycler")

    kind = models.CharField(max_length=9, choices=Kind, default=Kind.PROMISE)
    names = models.CharField(max_length=8, choices=Names, blank=True)
    title = models.CharField(max_length=120)
    title_zh = models.CharField(max_length=120, blank=True)
    title_hi = models.CharField(max_length=120, blank=True)
    text_en = models.TextField()
    text_zh = models.TextField()
    text_hi = models.TextField()
    basis = models.CharField(max_length=300)
    consent_authority = models.CharField(max_length=120, blank=True)
    confidence = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position", "code", "version"]
        constraints = [
            *adopted_by_another("clause"),
            models.CheckConstraint(
                condition=Q(names="")
                | Q(text_en__contains="{party}", text_zh__contains="{party}", text_hi__contains="{party}"),
                name="clause_names_its_party",
            ),
        ]

    @property
    def page(self) -> str:
        """The name of the address where it is read."""
        return "euc:clause-detail"

    @property
    def field_name(self) -> str:
        return f"clause-{self.code}"

    @property
    def asks_for_a_party(self) -> bool:
        """Whether the drafter names the party; the exporter is known already."""
        return self.names == self.Names.RECYCLER

    @property
    def party_fields(self) -> tuple[str, ...]:
        """The names of the inputs for the party and its number."""
        return (f"party-{self.code}", f"number-{self.code}") if self.asks_for_a_party else ()

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field_name, *self.party_fields)

    @property
    def title_here(self) -> str:
        """The title in the reader's language, in English where there is none."""
        language = get_language() or "en"
        return {"hi": self.title_hi, "zh-hans": self.title_zh}.get(language) or self.title

    @property
    def is_exception(self) -> bool:
        return self.kind == self.Kind.EXCEPTION

    def texts(self) -> dict[str, str]:
        return {"en": self.text_en, "zh": self.text_zh, "hi": self.text_hi}


class Policy(OfAuthority):
    """Whether a clause is required, offered or off, in one kind of paper or in all, as one version says."""

    class Stance(models.TextChoices):
        REQUIRED = "REQUIRED", _("required")
        OFFERED = "OFFERED", _("offered")
        OFF = "OFF", _("off")

    clause_code = models.CharField(max_length=50)
    template = models.CharField(max_length=40, choices=Template, blank=True)
    stance = models.CharField(max_length=8, choices=Stance)
    source = models.CharField(max_length=300)
    doubt = models.TextField(blank=True, max_length=1000)

    class Meta:
        ordering = ["code", "version"]
        verbose_name_plural = "policies"
        constraints = [*adopted_by_another("policy")]

    @property
    def title_here(self) -> str:
        return f"{self.clause_code}: {self.get_stance_display()}"

    @property
    def page(self) -> str:
        return "euc:policy-detail"

    @property
    def stance_tone(self) -> str:
        return STANCE_TONES[self.stance]

    @staticmethod
    def code_of(clause_code: str, template: str, authority_id: int | None) -> str:
        """The name that all versions of one policy share."""
        paper = template.replace("/", "-") or "ALL"
        return f"{clause_code}-{paper}-{f'A{authority_id}' if authority_id else 'ALL'}"


STANCE_TONES = {"REQUIRED": "info", "OFFERED": "success", "OFF": "neutral"}


@dataclass(frozen=True)
class Offer:
    """A clause in use, with the policy that decides about it; without any it is off."""

    clause: Clause
    policy: Policy | None
    template: str = ""

    @property
    def paper_label(self) -> Any:
        return Template(self.template).label if self.template else ""

    @property
    def stance(self) -> str:
        return self.policy.stance if self.policy else Policy.Stance.OFF

    @property
    def stance_label(self) -> Any:
        return Policy.Stance(self.stance).label

    @property
    def tone(self) -> str:
        return STANCE_TONES[self.stance]

    @property
    def is_required(self) -> bool:
        return self.stance == Policy.Stance.REQUIRED


def library(day: date, *, authority_id: int | None, template: str) -> list[Offer]:
    """Every clause in use on a day in India, with its stance for one kind of paper. Two queries.

    An authority's own policy goes before the common one, one for this kind of paper before one for all.
    """
    policies: dict[str, Policy] = {}
    for policy in Policy.objects.in_use_on(day, authority_id=authority_id):
        known = policies.get(policy.clause_code)
        if policy.template in ("", template) and (known is None or _rank(policy) > _rank(known)):
            policies[policy.clause_code] = policy
    clauses = Clause.objects.in_use_on(day, authority_id=authority_id)
    return [Offer(clause, policies.get(clause.code), template) for clause in clauses]


def offered(day: date, *, authority_id: int | None, template: str) -> list[Offer]:
    """The required and the offered clauses; what is off is not offered."""
    found = library(day, authority_id=authority_id, template=template)
    return [offer for offer in found if offer.stance != Policy.Stance.OFF]


def _rank(policy: Policy) -> tuple[bool, bool]:
    return (policy.authority_id is not None, bool(policy.template))
