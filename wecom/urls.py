"""The webhook's addresses, with and without a slash: a redirect would lose the platform's POST."""

from django.urls import path

from wecom.views import Webhook

urlpatterns = [
    path("webhook", Webhook.as_view(), name="webhook"),
    path("webhook/", Webhook.as_view()),
    path("webhook/<slug:key>", Webhook.as_view(), name="webhook-of"),
    path("webhook/<slug:key>/", Webhook.as_view()),
]
