"""All addresses, app by app."""

from django.contrib import admin
from django.urls import include, path

from config import deliveries, health, notice_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("ministry.urls")),
    path("", include("shipments.urls")),
    path("", include("licensing.urls")),
    path("", include("euc.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("config.api")),
    path("notices/", notice_views.listing, name="notice-list"),
    path("notices/read/", notice_views.read, name="notice-read"),
    path("notices/settings/", notice_views.settings, name="notice-settings"),
    path("search/", views.search, name="search"),
    path("deliveries/", deliveries.listing, name="deliveries"),
    path("deliveries/<int:pk>/retry/", deliveries.retry, name="delivery-retry"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("style/", views.style, name="style"),
    path("theme/", views.theme, name="theme"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    *health.urlpatterns,
]

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.page_not_found"
handler500 = "config.views.server_error"
