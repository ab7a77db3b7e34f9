"""Whatever is typed into a drafting page: never an error page; a refusal stands beside its field, nothing typed
is lost, and what is accepted comes back as it was typed."""

import unicodedata
from datetime import date

import pytest
from django.db import connection
from django.utils.html import escape
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.fields import LineField, StrictDecimalField
from documents.models import StoredFile
from euc import drafting_forms
from euc.models import Certificate, GoodsLine, Scratch
from tests.bad_input.corpus import DATES, NUMBERS, PROFILE, TEXTS, texts

PAGES = {
    "parties": drafting_forms.PartiesForm,
    "order": drafting_forms.OrderForm,
    "end-use": drafting_forms.EndUseForm,
}
LINE = "goods/1"
FORMS = {**PAGES, LINE: drafting_forms.LineForm}


def received(text: str) -> str:
    """What reaches a server that reads UTF-8: half characters do not exist there."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def kept(text: str) -> str:
    """What the scratch keeps of it."""
    return received(text)[:10_000].replace("\x00", "\ufffd")


@pytest.fixture
def page(client_for, drafter, draft, send):
    """`page(name, fields)`: type these fields into a drafting page and hold every promise about it."""
    client = client_for(drafter)

    def check(name, fields):
        path = f"/certificates/{draft.slug}/draft/{name}/"
        Scratch.objects.all().delete()
        response = send(client, path, fields)
        assert response.status_code in {302, 422}, (name, response.status_code)
        shown = client.get(path)
        assert shown.status_code == 200
        if response.status_code == 422:
            check_refusal(fields, response, shown)
        else:
            check_acceptance(name, fields, shown, Certificate.objects.get(pk=draft.pk))
        return response

    return check


def check_refusal(fields, response, shown):
    """Each message stands beside its field, and everything typed is there now and when the page is opened again."""
    scratch = Scratch.objects.get()
    body, again = response.content.decode(), shown.content.decode()
    for name, errors in response.context["form"].errors.items():
        for message in errors:
            assert escape(message) in body, (name, message)
        assert f'id="id_{name}' in body, name
        for message in shown.context["form"].errors[name]:  # of what was kept, so perhaps in other words
            assert escape(message) in again, (name, message)
    for name, value in fields.items():
        if name not in response.context["form"].fields:
            continue
        assert response.context["form"][name].value() in (received(value), True, False), name
        assert scratch.typed[name] == [kept(value)], name
        assert shown.context["form"][name].value() in (kept(value), True, False), name


def check_acceptance(name, fields, shown, certificate):
    """Texts are stored and shown as typed, apart from NFC and outer spaces."""
    assert not Scratch.objects.exists()
    form = shown.context["form"]
    for field, value in fields.items():
        if isinstance(form.fields.get(field), LineField):
            wanted = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
            assert form[field].value() == wanted, field
            assert escape(wanted) in shown.content.decode(), field


def fields_of(name) -> list[str]:
    return list(FORMS[name]().fields)


class TestFixedCorpus:
    @pytest.mark.parametrize("name", FORMS)
    def test_every_field_meets_every_value(self, page, name):
        """The same value in every field of the page at once: each field must speak for itself. The three
        parties have the same fields and take turns. PostgreSQL, the stricter database, meets every text; what
        only looks like a number or a date never reaches one, and meets SQLite."""
        values = TEXTS if connection.vendor == "postgresql" else (NUMBERS + DATES)[::2] + TEXTS[::4]
        for number, value in enumerate(values):
            role = ("exporter-", "consignee-", "end_user-")[number % 3]
            names = [field for field in fields_of(name) if name != "parties" or field.startswith(role)]
            if len(value) * len(names) < 30_000:
                page(name, dict.fromkeys(names, value))

    @pytest.mark.parametrize("name", ["end-use", LINE])
    def test_numbers_are_refused_or_kept_exactly(self, page, name):
        """Each value in every number of the page at once."""
        numbers = [f for f, kind in FORMS[name]().fields.items() if isinstance(kind, StrictDecimalField)]
        for value in NUMBERS:
            response = page(name, dict.fromkeys(numbers, value))
            if value not in {"0.0005", "2147483648", "0", "00012"}:
                assert response.status_code == 422, value
                assert list(response.context["form"].errors) == numbers, value

    def test_dates_are_refused_or_taken_as_india_writes_them(self, page, draft):
        for value in DATES:
            if value.strip() not in {"2026-12-31"}:
                assert page("order", {"po_date": value}).status_code == 422, value
        assert page("order", {"po_date": "05/10/2025"}).status_code == 302
        assert Certificate.objects.get(pk=draft.pk).po_date == date(2025, 10, 5)

    def test_hidden_characters_are_refused_with_their_name(self, page):
        for value in ("a\u202eb", "a\u200bb", "\ufeffa", "a\x00b", "a\u2066b", "a\u00adb"):
            response = page("order", {"contract_number": value})
            assert response.status_code == 422
            assert "U+" in str(response.context["form"].errors["contract_number"])

    def test_a_hundred_thousand_characters_are_refused_and_shown_again(self, page):
        response = page("end-use", {"purpose": "y" * 100_000})
        assert response.status_code == 422
        assert "100000" in response.content.decode().replace(",", "")

    def test_a_body_beyond_all_bounds_is_refused_politely(self, client_for, drafter, draft, send):
        response = send(
            client_for(drafter), f"/certificates/{draft.slug}/draft/end-use/", {"purpose": "z" * 3_000_000}
        )
        assert response.status_code in {400, 413}

    def test_too_many_fields_are_refused_politely(self, client_for, drafter, draft, send):
        fields = [(f"junk{n}", "1") for n in range(2100)]
        response = send(client_for(drafter), f"/certificates/{draft.slug}/draft/order/", fields)
        assert response.status_code == 400

    def test_repeated_and_unknown_keys_change_nothing_else(self, client_for, drafter, draft, send):
        fields = [
            ("po_number", "FIRST"),
            ("po_number", "LAST"),
            ("status", "ISSUED"),
            ("importer", "1"),
            ("", "x"),
        ]
        response = send(client_for(drafter), f"/certificates/{draft.slug}/draft/order/", fields)
        fresh = Certificate.objects.get(pk=draft.pk)
        assert response.status_code == 302
        assert (fresh.po_number, fresh.status, fresh.importer_id) == ("LAST", "DRAFT", draft.importer_id)

    @pytest.mark.parametrize(
        "clause", ["clause-NO_MILITARY", "clause-", "clause-'", "clause-NO_MILITARY\x00"]
    )
    def test_clauses_that_are_not_offered_are_ignored(self, client_for, drafter, draft, send, clause):
        response = send(
            client_for(drafter), f"/certificates/{draft.slug}/draft/undertakings/", {clause: "on"}
        )
        assert response.status_code == 302

    @pytest.mark.parametrize("body", [b"[1]", b"\xff\xfe", b"", b'{"po_number": {"$gt": ""}}'])
    @pytest.mark.parametrize(
        "kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "x/y"]
    )
    def test_bodies_of_other_kinds_do_no_harm(self, client_for, drafter, draft, body, kind):
        path = f"/certificates/{draft.slug}/draft/order/"
        response = client_for(drafter).post(path, body, content_type=kind)
        assert response.status_code in {302, 400, 415, 422}

    def test_the_autosave_keeps_the_same(self, client_for, drafter, draft, send):
        for value in TEXTS:
            path = f"/certificates/{draft.slug}/draft/order/"
            response = send(client_for(drafter), path, {"po_number": value}, **{"HX-Request": "true"})
            assert response.status_code == 200
            if response.context["form"].errors:
                assert Scratch.objects.get().typed["po_number"] == [kept(value)]


class TestLines:
    def test_end_at_three_hundred(self, client_for, drafter, draft):
        have = draft.goods.count()
        GoodsLine.objects.bulk_create(
            GoodsLine(certificate=draft, number=have + n + 1, description="x") for n in range(300 - have)
        )
        response = client_for(drafter).post(f"/certificates/{draft.slug}/draft/goods/add/", follow=True)
        assert "300" in response.content.decode()
        assert draft.goods.count() == 300

    @pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
    def test_that_do_not_exist_are_not_found(self, client_for, drafter, draft, number):
        client = client_for(drafter)
        assert client.get(f"/certificates/{draft.slug}/draft/goods/{number}/").status_code == 404
        assert client.post(f"/certificates/{draft.slug}/draft/goods/{number}/change/").status_code == 404


class TestEvidence:
    @pytest.mark.parametrize(
        "body", [b"", b"MZ\x90", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"GIF89a<script>"]
    )
    def test_of_no_known_kind_is_refused_beside_its_field(self, client_for, drafter, draft, body):
        from django.core.files.uploadedfile import SimpleUploadedFile

        path = f"/certificates/{draft.slug}/draft/evidence/"
        before = StoredFile.objects.count()
        file = SimpleUploadedFile("a.pdf", body, "application/pdf")
        response = client_for(drafter).post(path, {"kind": "OTHER", "file": file})
        assert response.status_code == 422
        assert response.context["form"].errors["file"]
        assert StoredFile.objects.count() == before

    @pytest.mark.parametrize("kind", ["", "NONE", "\x00", "OTHER\u202e", "x" * 5000])
    def test_of_an_unknown_purpose_is_refused(self, client_for, drafter, draft, kind):
        response = client_for(drafter).post(f"/certificates/{draft.slug}/draft/evidence/", {"kind": kind})
        assert response.status_code == 422
        assert set(response.context["form"].errors) == {"kind", "file"}


class TestRandomly:
    @settings(PROFILE)
    @given(data=st.data())
    @pytest.mark.parametrize("name", FORMS)
    def test_any_fields_with_anything_in_them(self, page, name, data):
        fields = data.draw(st.dictionaries(st.sampled_from(fields_of(name)), texts, min_size=1, max_size=6))
        page(name, fields)
