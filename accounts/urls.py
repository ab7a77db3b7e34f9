"""Addresses of people and organisations. Sign-in itself is allauth's, under /accounts/."""

from django.urls import path

from accounts import token_views, views

app_name = "accounts"

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/choose/", views.choose_organisation, name="choose-organisation"),
    path("organisations/<int:pk>/people/", views.people, name="organisation-people"),
    path("organisations/<int:pk>/people/invite/", views.invite, name="organisation-invite"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/<int:pk>/remove/", views.remove, name="remove"),
    path("people/invitations/<int:pk>/cancel/", views.cancel_invitation, name="cancel-invitation"),
    path("tokens/", token_views.listing, name="token-list"),
    path("tokens/make/", token_views.make, name="token-make"),
    path("tokens/<int:pk>/revoke/", token_views.revoke, name="token-revoke"),
    path("invitations/<str:token>/", views.accept_invitation, name="accept-invitation"),
    path("demonstration/sign-in/", views.demonstration_sign_in, name="demonstration-sign-in"),
]
