"""Whatever is typed about the paper original, its stations and quantities: refused in words, or kept as typed."""

import pytest

from euc import services
from euc.models import AttestationRule, OriginalEntry, QuantityRelease
from euc.models.certificate import today
from tests.bad_input.corpus import VALUES
from tests.bad_input.test_drafting_pages import received
from tests.remembering import remembered

SIGNED = ("happened_on", "officer", "estamp", "note", "seen")
HANDED_IN = ("happened_on", "office", "carrier", "waybill_kind", "waybill", "note")
STATION = (
    "code", "name", "name_zh", "stage", "position", "expected_days", "authority", "effective_from",
    "effective_until", "source", "source_url", "confidence", "doubt",
)  # fmt: skip
RELEASE = ("weight_mg", "pieces", "reason")


@remembered
def issued(approved, senior):
    services.issue(certificate=approved, by=senior, seen_hash=approved.content_hash)
    return approved


def tries(send, client, address, fields, good=None):
    """Every value in every field of a form; which answers came."""
    answers = set()
    for value in VALUES:
        answer = send(client, address, dict.fromkeys(fields, value) | (good or {}))
        answers.add(answer.status_code)
        if answer.status_code == 422:
            form = answer.context["form"]
            wrong = [name for name in form.errors if name in fields and not (good and name in good)]
            for name in wrong:
                assert form[name].value() in {received(value), value, None, ""}, (name, value)
    return answers


class TestOriginal:
    def test_never_breaks_where_a_scan_is_missing(self, client_for, drafter, issued, send):
        address = f"/certificates/{issued.slug}/original/record/signed/"
        assert tries(send, client_for(drafter), address, SIGNED) == {422}
        assert not OriginalEntry.objects.exists()

    def test_never_breaks_on_any_station_name_or_query(self, client_for, drafter, issued):
        client = client_for(drafter)
        for tail in (
            "record/x/",
            "record/reversed/",
            "stations/x/add/",
            "entries/99999999999999999999/correct/",
        ):
            for method in (client.get, client.post):
                assert method(f"/certificates/{issued.slug}/original/{tail}").status_code in {404, 405}
        for query in ("place=x", "q=%00", "after=W10", "overdue=on&after=x", "before=WzFd&overdue=on"):
            assert client.get(f"/originals/?{query}").status_code == 200


class TestStations:
    def test_never_break(self, client_for, officer, send):
        answers = tries(send, client_for(officer), "/attestation/new/", STATION)
        assert answers == {422}
        assert not AttestationRule.objects.filter(is_shipped=False).exists()

    @pytest.mark.parametrize("field", ["source", "effective_from", "position"])
    def test_take_one_odd_field_or_say_what_is_wrong(self, client_for, officer, send, field):
        good = {
            "code": "ODD", "name": "Odd", "stage": "OFFICE", "position": "1", "expected_days": "1",
            "effective_from": today().isoformat(), "source": "x", "confidence": "LOW",
        }  # fmt: skip
        client = client_for(officer)
        for number, value in enumerate(VALUES):
            answer = send(client, "/attestation/new/", good | {"code": f"ODD-{number}", field: value})
            assert answer.status_code in {302, 422}, value
        for rule in AttestationRule.objects.filter(is_shipped=False):
            assert client.get(f"/attestation/{rule.reference}/").status_code == 200


class TestGivingUp:
    def test_never_breaks(self, client_for, signatory, issued, send):
        address = f"/certificates/{issued.slug}/lines/1/give-up/"
        assert tries(send, client_for(signatory), address, RELEASE) <= {422, 302}
        assert all(row.weight_mg > 0 for row in QuantityRelease.objects.all())
