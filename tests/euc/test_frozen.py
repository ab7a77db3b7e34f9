"""What was issued yesterday stays as it was, to the byte, whatever clause, rule or policy is changed today."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from euc import dating, pledge_printing, printing, ruling, workflow
from euc.models import AttestationRule, Certificate, Clause, QualityRule
from euc.models.certificate import today
from tests.euc.test_library import new_clause, new_policy, next_version
from tests.euc.test_ruling import DYSPROSIUM

LINKS = {"verify_url": "https://example.test/v/x/"}


def printed(certificate):
    """Certificate and undertaking as a worker would print them now, before the seal."""
    certificate = Certificate.objects.get(pk=certificate.pk)
    issue = certificate.issue_block | LINKS
    content = certificate.revisions.get(number=certificate.revision_number).content
    undertaking = certificate.undertakings.get()
    signed = undertaking.revisions.get(number=undertaking.revision_number)
    return (
        printing.certificate_pdf(content=content, issue=issue),
        pledge_printing.undertaking_pdf(content=signed.content, issue=undertaking.issue_block | LINKS),
        content,
        certificate.content_hash,
    )


def change_everything(officer, second_officer, senior):
    """The words of every clause, what policies ask, what is controlled, the checks, the stations of the paper."""
    for code in list(Clause.objects.filter(status=workflow.ADOPTED).values_list("code", flat=True)):
        version = next_version(officer, code=code, text_en=f"Other words of {code}.", text_zh="别的文字。")
        ruling.adopt(rule=version, by=second_officer)
    for row in (new_clause(officer), new_policy(officer)):
        ruling.adopt(rule=row, by=second_officer)
    rule = ruling.propose(by=officer, columns=DYSPROSIUM, code="CN-99-2026-DY")
    ruling.adopt(rule=rule, by=second_officer)
    for kind, law, code, columns in (
        (QualityRule, workflow.QUALITY, "US-MARKET", ("check_code", "family", "words", "low", "high")),
        (
            AttestationRule,
            workflow.ATTESTATION,
            "MEA",
            ("template", "position", "stage", "name", "expected_days"),
        ),
    ):
        known = kind.objects.get(code=code, status=workflow.ADOPTED)
        kept = {name: getattr(known, name) for name in (*columns, "source", "confidence")}
        other = {"severity": "OFF"} if kind is QualityRule else {"name": "Another office"}
        made = dating.propose(
            kind=kind,
            law=law,
            by=officer,
            columns=kept | other | {"effective_from": today()},
            supersedes=known,
        )
        dating.adopt(row=made, law=law, by=senior)


def test_not_a_byte_changes_of_what_was_issued(life, officer, second_officer, senior, importer):
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        old = life.issued()
    before = printed(old)
    change_everything(officer, second_officer, senior)
    importer.name = "Renamed Motors Private Limited"
    importer.save()
    assert printed(old) == before


def test_a_certificate_of_today_says_the_new_words(life, officer, second_officer, senior):
    """The change is one that can be seen: otherwise the test above would prove nothing."""
    old = life.issued()
    change_everything(officer, second_officer, senior)
    new = life.issued()
    (_, old_pledge, old_content, _), (_, new_pledge, new_content, _) = printed(old), printed(new)
    assert "Other words of" in str(new_content)
    assert "Other words of" not in str(old_content)
    assert new_content["goods"][0]["assessment"]["codes"] != old_content["goods"][0]["assessment"]["codes"]
    assert old_pledge != new_pledge
