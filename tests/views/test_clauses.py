"""The pages of the clause library: what was asked for on a day, one clause, proposing, adopting, who gave it."""

import pytest

from euc import demonstration, ruling, services, workflow
from euc.models import Clause, Policy
from euc.models.certificate import today
from tests.euc.test_library import new_clause, new_policy, next_version
from tests.factories import OrganisationFactory

EVERYBODY = ["drafter", "signatory", "officer", "senior", "auditor", "analyst"]
TYPED = {
    "code": "NO_SALE",
    "kind": "EXCEPTION",
    "names": "RECYCLER",
    "title": "Sale",
    "text_en": "Sold to {party}.",
    "text_zh": "售予{party}。",
    "text_hi": "{party} को बेचा।",
    "basis": "A test",
    "effective_from": "01-12-2026",
}
POLICY = {"template": "CN-MOFCOM/1", "stance": "OFFERED", "source": "Order 1", "effective_from": "01-12-2026"}


def page(client_for, actor, address, status=200):
    answer = client_for(actor).get(address)
    assert answer.status_code == status
    return answer.content.decode()


class TestListing:
    @pytest.mark.parametrize("who", EVERYBODY)
    def test_is_read_by(self, client_for, who, request):
        shown = page(client_for, request.getfixturevalue(who), "/clauses/")
        assert shown.count("No re-export to the United States") == 1
        assert 'href="/clauses/" aria-current="page"' in shown

    def test_is_not_read_by_administrators(self, client_for, administrator):
        page(client_for, administrator, "/clauses/", 403)

    def test_shows_the_library_of_a_day(self, client_for, auditor):
        answer = client_for(auditor).get("/clauses/", {"on": "01-06-2024"})
        codes = {line["clause"].code for line in answer.context["lines"]}
        assert codes == {
            "IN2Q_IMPORT",
            "IN2Q_POSSESSION",
            "IN2Q_REEXPORT",
            "IN2Q_RETRANSFER",
            "IN2Q_END_USER",
        }
        assert "No clauses on this day" in page(client_for, auditor, "/clauses/?on=01-01-2021")

    @pytest.mark.parametrize("query", ["on=31-02-2026", "on=%00", "authority=x", "authority=999999"])
    def test_refuses_what_is_no_day_and_no_authority(self, client_for, auditor, query):
        OrganisationFactory(kind="AUTHORITY", name="Another Authority")
        page(client_for, auditor, f"/clauses/?{query}", 422)

    def test_shows_another_authority_s_policies_when_asked(
        self, client_for, officer, second_officer, drafter, authority
    ):
        other = OrganisationFactory(kind="AUTHORITY", name="Another Authority")
        ruling.adopt(rule=new_policy(officer, authority=authority), by=second_officer)

        def stance(query):
            lines = client_for(drafter).get("/clauses/", query).context["lines"]
            return next(line["offers"][0].stance for line in lines if line["clause"].code == "NO_REEXPORT_US")

        assert [stance({"authority": pk}) for pk in (authority.pk, other.pk, "")] == [
            "REQUIRED",
            "OFF",
            "OFF",
        ]

    def test_tells_officers_what_waits_and_importers_not(self, client_for, officer, drafter):
        new_clause(officer), new_policy(officer)
        assert "Waiting for another officer" in page(client_for, officer, "/clauses/")
        assert "Waiting for another officer" not in page(client_for, drafter, "/clauses/")

    def test_takes_the_same_queries_for_more_clauses(self, queries_of, officer, second_officer):
        queries_of(officer, "/clauses/")
        before = queries_of(officer, "/clauses/")
        for number in range(4):
            ruling.adopt(rule=new_clause(officer, f"MORE_{number}"), by=second_officer)
            ruling.adopt(rule=new_policy(officer, f"MORE_{number}"), by=second_officer)
            new_clause(officer, f"WAITS_{number}")
        assert queries_of(officer, "/clauses/") == before


class TestDetail:
    @pytest.mark.parametrize("who", EVERYBODY)
    def test_is_read_by(self, client_for, who, request):
        shown = page(client_for, request.getfixturevalue(who), "/clauses/NO_WMD-v1/")
        assert "weapons of mass destruction" in shown
        assert "Shipped with the product." in shown

    def test_compares_with_the_version_before_or_another(self, client_for, officer, second_officer, drafter):
        for text in ("We will never.", "We will not ever."):
            ruling.adopt(rule=next_version(officer, text_en=text), by=second_officer)
        answer = client_for(drafter).get("/clauses/NO_MILITARY-v3/")
        assert answer.context["against"].reference == "NO_MILITARY-v2"
        assert '<del class="diff">never.</del>' in answer.content.decode()
        answer = client_for(drafter).get("/clauses/NO_MILITARY-v3/?with=NO_MILITARY-v1")
        assert answer.context["against"].reference == "NO_MILITARY-v1"

    def test_tells_who_gave_it_as_far_as_one_may_see(self, client_for, issued, drafter, stranger, officer):
        reference = issued.undertakings.get().reference
        for actor, seen in ((drafter, True), (officer, True), (stranger, False)):
            assert (reference in page(client_for, actor, "/clauses/NO_WMD-v1/")) is seen

    def test_takes_the_same_queries_for_more_uses_and_versions(
        self, queries_of, submitted, officer, second_officer, drafter, signatory
    ):
        before = queries_of(officer, "/clauses/NO_WMD-v1/")
        for number in range(2):
            more = demonstration.complete_draft(by=drafter, po_number=f"PO-M{number}")
            services.submit(certificate=more, by=signatory, notice_seen=True)
            new_policy(
                officer, "NO_WMD", authority=officer.organisation, template=("CN-MOFCOM/1", "NRU/1")[number]
            )
        assert queries_of(officer, "/clauses/NO_WMD-v1/") == before

    def test_hides_proposals_from_importers(self, client_for, officer, drafter):
        for proposal in (new_clause(officer), new_policy(officer)):
            kind = "clauses" if isinstance(proposal, Clause) else "policies"
            page(client_for, drafter, f"/{kind}/{proposal.reference}/", 404)
            page(client_for, officer, f"/{kind}/{proposal.reference}/")


class TestPropose:
    def test_writes_a_clause_down_for_another(self, client_for, officer):
        answer = client_for(officer).post("/clauses/new/", TYPED)
        clause = Clause.objects.get(code="NO_SALE")
        assert answer.url == "/clauses/NO_SALE-v1/"
        assert (clause.status, clause.names, clause.authority) == (workflow.PROPOSED, "RECYCLER", None)

    def test_takes_my_authority_s_own(self, client_for, officer):
        client_for(officer).post("/clauses/new/", TYPED | {"own": "on"})
        assert Clause.objects.get(code="NO_SALE").authority == officer.organisation

    def test_replaces_what_is_in_use(self, client_for, officer):
        address = "/clauses/new/?replaces=NO_WMD-v1"
        shown = page(client_for, officer, address)
        assert "means of delivery" in shown
        typed = {name: value for name, value in TYPED.items() if name != "code"}
        answer = client_for(officer).post(address, typed)
        assert answer.url == "/clauses/NO_WMD-v2/"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("code", "no sale"),
            ("title", ""),
            ("text_zh", "售予。"),
            ("text_en", "Sold to {party} \U00012000."),
            ("names", ""),
            ("names", "ANYBODY"),
            ("effective_from", "31-02-2026"),
            ("text_hi", "x" * 2001),
        ],
    )
    def test_keeps_what_was_typed_when_it_refuses(self, client_for, officer, field, value):
        answer = client_for(officer).post("/clauses/new/", TYPED | {field: value})
        assert answer.status_code == 422
        assert "There is a problem" in answer.content.decode()
        assert "A test" in answer.content.decode()
        assert not Clause.objects.filter(code="NO_SALE").exists()

    def test_says_when_the_name_is_taken(self, client_for, officer):
        answer = client_for(officer).post("/clauses/new/", TYPED | {"code": "NO_WMD"})
        assert answer.status_code == 409

    def test_writes_my_authority_s_policy_down(self, client_for, officer, second_officer):
        address = "/policies/new/?clause=NO_REEXPORT_US"
        page(client_for, officer, address)
        answer = client_for(officer).post(address, POLICY)
        first = Policy.objects.get(status=workflow.PROPOSED)
        assert answer.url == f"/policies/{first.reference}/"
        assert (first.authority, first.supersedes, first.stance) == (officer.organisation, None, "OFFERED")
        ruling.adopt(rule=first, by=second_officer)
        client_for(officer).post(address, POLICY | {"stance": "OFF"})
        assert Policy.objects.get(status=workflow.PROPOSED).supersedes == first

    @pytest.mark.parametrize("clause", ["", "NOTHING", "%00", "x" * 200])
    def test_knows_no_policy_on_no_clause(self, client_for, officer, clause):
        page(client_for, officer, f"/policies/new/?clause={clause}", 404)


class TestStep:
    def test_shows_before_adoption_what_changes_and_whom_it_touches(
        self, client_for, issued, officer, second_officer
    ):
        proposal = next_version(officer)
        shown = page(client_for, second_officer, f"/clauses/{proposal.reference}/adopt/")
        assert '<ins class="diff">' in shown
        assert "1 in force" in shown
        answer = client_for(second_officer).post(f"/clauses/{proposal.reference}/adopt/", {"seen_hash": ""})
        assert answer.url == f"/clauses/{proposal.reference}/"
        assert Clause.objects.get(pk=proposal.pk).status == workflow.ADOPTED

    def test_tells_the_proposer_why_not(self, client_for, officer):
        proposal = new_policy(officer)
        assert "You proposed this rule" in page(
            client_for, officer, f"/policies/{proposal.reference}/adopt/", 409
        )

    def test_repeals_with_reason_and_day(self, client_for, senior):
        client = client_for(senior)
        address = "/policies/NO_MILITARY-ALL-ALL-v1/repeal/"
        assert client.post(address, {"reason": "x"}).status_code == 422
        client.post(address, {"reason": "x", "repealed_on": "01-01-2031"})
        policy = Policy.objects.get(reference="NO_MILITARY-ALL-ALL-v1")
        assert (policy.status, str(policy.effective_until)) == (workflow.REPEALED, "2030-12-31")
        assert policy.counts_on(today())
