"""Addresses of licence cases and of the register of licences."""

from django.urls import path

import licensing.converters  # noqa: F401 - registers the `case` converter
from licensing.views import cases, reports

app_name = "licensing"
CASE = "licences/<case:reference>/"

urlpatterns = [
    path("licences/", cases.listing, name="case-list"),
    path("licences/register/", cases.register, name="register"),
    path("certificates/<reference:reference>/follow/", cases.follow, name="case-open"),
    path(CASE, cases.detail, name="case-detail"),
    path(CASE + "report/", reports.create, name="report-create"),
    path(CASE + "reports/<int:pk>/withdraw/", reports.withdraw, name="report-withdraw"),
    path(CASE + "reports/<int:pk>/decide/", reports.decide, name="report-decide"),
    path(CASE + "reports/<int:pk>/evidence/", reports.evidence, name="report-evidence"),
]
