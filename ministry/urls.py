"""Addresses of figures."""

from django.urls import path

from ministry.views import exports, figures

app_name = "ministry"

urlpatterns = [
    path("figures/", figures.listing, name="overview"),
    path("figures/exports/", exports.listing, name="exports"),
    path("figures/exports/<slug:key>/", exports.fetch, name="export-file"),
    path("figures/<slug:name>/exports/", exports.ask, name="export-ask"),
    path("figures/<slug:name>/", figures.figure, name="figure"),
    path("figures/<slug:name>.csv", figures.as_csv, name="figure-csv"),
    path("figures/<slug:name>/rows/", figures.rows, name="rows"),
    path("figures/<slug:name>/rows.csv", figures.rows_as_csv, name="rows-csv"),
]
