"""Addresses of certificates, undertakings and their verification."""

from django.urls import path

from euc import converters  # noqa: F401  (registers the `reference` converter)
from euc.views import (
    attestation,
    certificates,
    clauses,
    drafting,
    originals,
    quality,
    releases,
    rules,
    undertakings,
    verify,
)

app_name = "euc"

CERTIFICATE = "certificates/<reference:reference>/"
ORIGINAL = CERTIFICATE + "original/"
UNDERTAKING = "undertakings/<reference:reference>/"

urlpatterns = [
    path("certificates/", certificates.listing, name="certificate-list"),
    path("certificates/new/", drafting.create, name="certificate-create"),
    path("queue/", certificates.queue, name="queue"),
    path(CERTIFICATE, certificates.detail, name="certificate-detail"),
    path(CERTIFICATE + "copy/", drafting.copy, name="certificate-copy"),
    path(CERTIFICATE + "draft/goods/add/", drafting.add_line, name="draft-line-add"),
    path(CERTIFICATE + "draft/goods/<int:number>/", drafting.line, name="draft-line"),
    path(CERTIFICATE + "draft/goods/<int:number>/change/", drafting.change_line, name="draft-line-change"),
    path(
        CERTIFICATE + "draft/evidence/<int:pk>/remove/",
        drafting.remove_evidence,
        name="draft-evidence-remove",
    ),
    path(CERTIFICATE + "draft/comments/<int:pk>/settle/", drafting.settle_comment, name="comment-settle"),
    path(CERTIFICATE + "draft/<draftpage:page>/", drafting.draft, name="draft"),
    path(CERTIFICATE + "preview/", certificates.preview, name="certificate-preview"),
    path(CERTIFICATE + "changes/", certificates.changes, name="certificate-changes"),
    path(CERTIFICATE + "progress/", certificates.progress, name="certificate-progress"),
    path(CERTIFICATE + "comment/", certificates.comment, name="certificate-comment"),
    path(CERTIFICATE + "document.pdf", certificates.document, name="certificate-document"),
    path(CERTIFICATE + "certificate.json", certificates.machine_readable, name="certificate-json"),
    path(CERTIFICATE + "evidence/<int:pk>/", certificates.evidence, name="certificate-evidence"),
    path("originals/", originals.listing, name="original-list"),
    path(ORIGINAL, originals.detail, name="original"),
    path(ORIGINAL + "record/<slug:kind>/", originals.record, name="original-record"),
    path(ORIGINAL + "entries/<int:pk>/correct/", originals.correct, name="original-correct"),
    path(ORIGINAL + "entries/<int:pk>/reverse/", originals.reverse, name="original-reverse"),
    path(ORIGINAL + "true-copy/", originals.make_true_copy, name="true-copy-make"),
    path(ORIGINAL + "true-copy/<int:pk>.pdf", originals.true_copy, name="true-copy"),
    path(ORIGINAL + "scans/<int:pk>/", originals.scan, name="original-scan"),
    path(ORIGINAL + "stations/<slug:rule>/add/", originals.add_station, name="original-station-add"),
    path(ORIGINAL + "stations/<int:pk>/remove/", originals.remove_station, name="original-station-remove"),
    path(CERTIFICATE + "lines/<int:number>/give-up/", releases.give_up, name="give-up"),
    path("attestation/", attestation.listing, name="attestation-list"),
    path("attestation/new/", attestation.propose, name="attestation-propose"),
    path("attestation/<slug:reference>/", attestation.detail, name="attestation-detail"),
    path("attestation/<slug:reference>/<slug:verb>/", attestation.step, name="attestation-step"),
    path(CERTIFICATE + "<slug:verb>/", certificates.step, name="certificate-step"),
    path("undertakings/", undertakings.listing, name="undertaking-list"),
    path(UNDERTAKING, undertakings.detail, name="undertaking-detail"),
    path(UNDERTAKING + "<slug:verb>/", undertakings.step, name="undertaking-step"),
    path("quality/", quality.listing, name="quality-list"),
    path("quality/new/", quality.propose, name="quality-propose"),
    path("quality/<slug:reference>/", quality.detail, name="quality-detail"),
    path("quality/<slug:reference>/<slug:verb>/", quality.step, name="quality-step"),
    path("rules/", rules.listing, name="rule-list"),
    path("rules/new/", rules.propose, name="rule-propose"),
    path("rules/<slug:reference>/", rules.detail, name="rule-detail"),
    path("rules/<slug:reference>/<slug:verb>/", rules.step, name="rule-step"),
    path("clauses/", clauses.listing, name="clause-list"),
    path("clauses/new/", clauses.propose, name="clause-propose"),
    path("clauses/<slug:reference>/", clauses.detail, name="clause-detail"),
    path("clauses/<slug:reference>/<slug:verb>/", clauses.step, name="clause-step"),
    path("policies/new/", clauses.propose_policy, name="policy-propose"),
    path("policies/<slug:reference>/", clauses.policy, name="policy-detail"),
    path("policies/<slug:reference>/<slug:verb>/", clauses.policy_step, name="policy-step"),
    path("verify/", verify.verify, name="verify"),
    path("verify/file/", verify.last_file, name="verify-file"),
    path("v/<str:token>/", verify.by_token, name="verify-token"),
]
