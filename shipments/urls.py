"""Addresses of consignments, stock, visits, incidents and mass balances."""

from django.urls import path

import shipments.converters  # noqa: F401 - registers the converters
from shipments.views import (
    arriving,
    balances,
    consignments,
    deliveries,
    imports,
    incidents,
    oldest_first,
    papers,
    signal_limits,
    signals,
    statements,
    stock,
    stock_files,
    visits,
    watch,
)

app_name = "shipments"

CONSIGNMENT = "consignments/<consignment:reference>/"
VISIT = "visits/<visit:reference>/"
INCIDENT = "incidents/<incident:reference>/"
STATEMENT = "certificates/<reference:reference>/statement"
BALANCE = "certificates/<reference:reference>/balance"

urlpatterns = [
    path("consignments/", consignments.listing, name="consignment-list"),
    path("consignments/new/", consignments.shippable, name="shippable"),
    path("consignments/imports/", imports.listing, name="import-list"),
    path("consignments/imports/template.<slug:ending>", imports.template, name="import-template"),
    path("consignments/imports/<int:pk>/", imports.detail, name="import-file"),
    path("consignments/imports/<int:pk>/progress/", imports.progress, name="import-progress"),
    path("consignments/imports/<int:pk>/cancel/", imports.cancel, name="import-cancel"),
    path("consignments/imports/<int:pk>/reasons.csv", imports.reasons, name="import-reasons"),
    path("consignments/documents/", arriving.listing, name="arriving-list"),
    path("consignments/documents/confirm/", arriving.confirm_many, name="arriving-confirm"),
    path("consignments/documents/example.<slug:ending>", arriving.template, name="arriving-example"),
    path("consignments/documents/<int:pk>/", arriving.detail, name="arriving"),
    path("consignments/documents/<int:pk>/aside/", arriving.aside, name="arriving-aside"),
    path("consignments/documents/<int:pk>/take-up/", arriving.take_up, name="arriving-take-up"),
    path(
        "certificates/<reference:reference>/consignments/new/", consignments.create, name="consignment-create"
    ),
    path(CONSIGNMENT, consignments.detail, name="consignment-detail"),
    path(CONSIGNMENT + "change/", consignments.change, name="consignment-change"),
    path(CONSIGNMENT + "delivery/", deliveries.detail, name="delivery"),
    path(CONSIGNMENT + "delivery/paper/", deliveries.ask, name="delivery-ask"),
    path(CONSIGNMENT + "delivery/paper/progress/", deliveries.progress, name="delivery-progress"),
    path(CONSIGNMENT + "delivery/papers/<int:number>.pdf", deliveries.fetch, name="delivery-paper"),
    path(CONSIGNMENT + "<slug:verb>/", consignments.step, name="consignment-step"),
    path("stock/", stock.listing, name="stock"),
    path("stock/moves/", stock_files.load, name="stock-load"),
    path("stock/moves/example.<slug:ending>", stock_files.example, name="stock-example"),
    path("stock/lots/<int:pk>/", stock.lot, name="lot"),
    path("stock/lots/<int:pk>/labels/", stock.labels, name="lot-labels"),
    path("stock/places/<int:pk>/count/", stock.count, name="count"),
    path("stock/places/<int:pk>/oldest-first/<slug:verb>/", oldest_first.take, name="oldest-first"),
    path("stock/places/<int:pk>/<slug:verb>/", stock.move, name="move"),
    path("stock/postings/<int:pk>/reverse/", stock.reverse, name="posting-reverse"),
    path("stock/postings/<int:pk>/evidence/", stock.evidence, name="posting-evidence"),
    path("watch/", watch.listing, name="watch"),
    path("watch/load/", watch.load, name="watch-load"),
    path("watch/signals/", signals.listing, name="signal-list"),
    path("watch/signals/<int:pk>/", signals.detail, name="signal"),
    path("watch/signals/<int:pk>/<slug:verb>/", signals.step, name="signal-step"),
    path("watch/limits/", signal_limits.PAGES.listing, name="signal-limit-list"),
    path("watch/limits/new/", signal_limits.PAGES.propose, name="signal-limit-propose"),
    path("watch/limits/<slug:reference>/", signal_limits.PAGES.detail, name="signal-limit-detail"),
    path("watch/limits/<slug:reference>/<slug:verb>/", signal_limits.PAGES.step, name="signal-limit-step"),
    path("watch/<int:pk>/", watch.detail, name="export"),
    path("watch/<int:pk>/<slug:verb>/", watch.step, name="export-step"),
    path("visits/", visits.listing, name="visit-list"),
    path("certificates/<reference:reference>/visits/new/", visits.schedule, name="visit-schedule"),
    path(VISIT, visits.detail, name="visit"),
    path(VISIT + "samples/<int:pk>/", visits.sample, name="visit-sample"),
    path(VISIT + "files/", visits.add_file, name="visit-add-file"),
    path(VISIT + "files/<int:pk>/", visits.fetch, name="visit-file"),
    path(VISIT + "files/<int:pk>/picture/", visits.picture, name="visit-picture"),
    path(VISIT + "<slug:verb>/", visits.step, name="visit-step"),
    path("incidents/", incidents.listing, name="incident-list"),
    path("certificates/<reference:reference>/incidents/new/", incidents.report, name="incident-report"),
    path(INCIDENT, incidents.detail, name="incident"),
    path(INCIDENT + "<slug:verb>/", incidents.step, name="incident-step"),
    path("statement/", statements.own, name="own-statement"),
    path("statement.<slug:ending>", statements.own_file, name="own-statement-file"),
    path(STATEMENT + "/", statements.of_certificate, name="statement"),
    path(STATEMENT + "/paper/", papers.ask_consumption, name="consumption-ask"),
    path(STATEMENT + "/paper/progress/", papers.consumption_progress, name="consumption-progress"),
    path(STATEMENT + "/papers/<int:number>.pdf", papers.consumption, name="consumption"),
    path(STATEMENT + ".<slug:ending>", statements.certificate_file, name="statement-file"),
    path(BALANCE + "/", balances.balance, name="balance"),
    path(BALANCE + "/paper/", papers.ask_balance, name="balance-paper-ask"),
    path(BALANCE + "/paper/progress/", papers.balance_progress, name="balance-paper-progress"),
    path(BALANCE + "/papers/<int:number>.pdf", papers.balance, name="balance-paper"),
    path(BALANCE + ".csv", balances.as_csv, name="balance-csv"),
    path(BALANCE + ".json", balances.as_json, name="balance-json"),
]
