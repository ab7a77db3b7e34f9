"""The content of a revision: complete, the same in every language and database, compared value by value."""

import json

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from euc import content, drafting
from euc.models import Certificate, GoodsLine, Party, Revision

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


def built(certificate):
    fresh = Certificate.objects.get(pk=certificate.pk)
    return content.build(fresh, by=None, signed_at=None, revision=1)


class TestBuild:
    def test_says_everything_by_name(self, life):
        said = built(life.draft())
        assert set(said) == {
            "schema", "reference", "revision", "template", "demonstration", "parties", "order", "goods", "end_use",
            "undertakings", "evidence", "signatory",
        }  # fmt: skip
        assert said["schema"] == "euc-certificate/1"
        assert set(said["parties"]) == {"exporter", "importer", "consignee", "end_user"}

    def test_weighs_in_whole_milligrams(self, life):
        line = built(life.draft())["goods"][0]
        assert line["net_weight_mg"] == 1_200_000_000
        assert line["value"] == "84000.00"
        assert line["composition"] == {"Nd": "27.5", "Pr": "1.2", "Dy": "2.5", "Tb": "0.3"}

    def test_says_zero_where_nothing_is_contained(self, life):
        certificate = life.draft()
        GoodsLine.objects.filter(certificate=certificate).update(dy=0, tb="0.050", nd="10.000")
        composition = built(certificate)["goods"][0]["composition"]
        assert (composition["Dy"], composition["Tb"], composition["Nd"]) == ("0", "0.05", "10")

    def test_takes_the_importer_for_consignee_and_end_user(self, life):
        parties = built(life.draft())["parties"]
        assert parties["consignee"] == parties["end_user"] == parties["importer"]

    def test_names_another_end_user(self, life):
        certificate = life.draft()
        Party.objects.filter(certificate=certificate, role="END_USER").update(
            same_as_importer=False, name="Maker Limited", country="IN"
        )
        assert built(certificate)["parties"]["end_user"]["name"] == "Maker Limited"

    def test_is_signed_by_nobody_before_it_is_signed(self, life):
        assert set(built(life.draft())["signatory"].values()) == {""}

    def test_leaves_out_removed_evidence(self, life):
        certificate = life.draft()
        evidence = certificate.evidence.first()
        drafting.remove_evidence(certificate=certificate, by=life.drafter, evidence=evidence)
        assert evidence.name not in [e["name"] for e in built(certificate)["evidence"]]

    def test_names_evidence_by_its_hash(self, life):
        certificate = life.draft()
        hashes = {evidence.file.sha256 for evidence in certificate.evidence.all()}
        assert {evidence["sha256"] for evidence in built(certificate)["evidence"]} == hashes

    @pytest.mark.parametrize("language", ["hi", "zh-hans"])
    def test_is_the_same_in_every_language(self, life, language):
        certificate = life.draft()
        english = built(certificate)
        with translation.override(language):
            assert built(certificate) == english

    def test_stays_the_same_while_nothing_changes(self, life):
        certificate = life.draft()
        assert content.digest(built(certificate)) == content.digest(built(certificate))


class TestDigest:
    @pytest.mark.parametrize("way", ["submitted", "returned", "issued"])
    def test_of_what_the_database_gives_back_is_the_same(self, life, way):
        revision = Revision.objects.get(certificate=getattr(life, way)())
        assert content.digest(revision.content) == revision.content_hash

    @given(value=st.dictionaries(st.text(max_size=4), json_values, max_size=4))
    def test_does_not_depend_on_the_order_of_keys(self, value):
        turned = dict(reversed(list(value.items())))
        assert content.digest(json.loads(json.dumps(turned))) == content.digest(value)

    @given(one=json_values, other=json_values)
    def test_tells_different_contents_apart(self, one, other):
        same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
        assert (content.digest({"x": one}) == content.digest({"x": other})) is same


class TestDifferences:
    def test_are_none_between_a_thing_and_itself(self, life):
        said = built(life.draft())
        assert content.differences(said, said) == []

    def test_name_the_value_by_its_path(self, life):
        certificate = life.draft()
        before = built(certificate)
        GoodsLine.objects.filter(certificate=certificate).update(grade="N45")
        Certificate.objects.filter(pk=certificate.pk).update(po_number="PO-NEW")
        found = {d.path: (d.before, d.after) for d in content.differences(before, built(certificate))}
        assert found == {
            "goods.1.grade": ("N42UH", "N45"),
            "order.number": (before["order"]["number"], "PO-NEW"),
        }

    def test_show_an_added_line_whole(self, life):
        before = {"goods": [{"line": 1}]}
        after = {"goods": [{"line": 1}, {"line": 2, "grade": "N42"}]}
        assert [(d.path, d.after) for d in content.differences(before, after)] == [
            ("goods.2.grade", "N42"),
            ("goods.2.line", "2"),
        ]

    def test_leave_out_what_changes_with_every_revision(self):
        before = {"revision": 1, "signatory": {"signed_at": "a", "name": "x"}}
        after = {"revision": 2, "signatory": {"signed_at": "b", "name": "y"}}
        assert [d.path for d in content.differences(before, after)] == ["signatory.name"]

    @given(before=st.dictionaries(st.text("abc", min_size=1, max_size=2), json_values, max_size=3))
    def test_of_a_value_that_went_or_came_mirror_each_other(self, before):
        gone, come = content.differences(before, {}), content.differences({}, before)
        assert [(d.path, d.before) for d in gone] == [(d.path, d.after) for d in come]
