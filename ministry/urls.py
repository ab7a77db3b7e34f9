"""Addresses of figures."""

from django.urls import path

from ministry.views import exports, figures, keeping

app_name = "ministry"

urlpatterns = [
    path("figures/", figures.listing, name="overview"),
    path("figures/exports/", exports.listing, name="exports"),
    path("figures/exports/<slug:key>/", exports.fetch, name="export-file"),
    path("figures/views/", keeping.views, name="views"),
    path("figures/views/<slug:key>/", keeping.view, name="view"),
    path("figures/views/<slug:key>/remove/", keeping.remove_view, name="view-remove"),
    path("figures/rules/", keeping.rules, name="rules"),
    path("figures/rules/<slug:key>/", keeping.change_rule, name="rule"),
    path("figures/rules/<slug:key>/remove/", keeping.remove_rule, name="rule-remove"),
    path("figures/<slug:name>/views/", keeping.keep_view, name="view-keep"),
    path("figures/<slug:name>/rules/", keeping.make_rule, name="rule-make"),
    path("figures/<slug:name>/exports/", exports.ask, name="export-ask"),
    path("figures/<slug:name>/", figures.figure, name="figure"),
    path("figures/<slug:name>.csv", figures.as_csv, name="figure-csv"),
    path("figures/<slug:name>/rows/", figures.rows, name="rows"),
    path("figures/<slug:name>/rows.csv", figures.rows_as_csv, name="rows-csv"),
]
