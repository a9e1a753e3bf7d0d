"""URLs of the API: the apps' resources, the OpenAPI description, the documentation page."""

from django.urls import include, path

from openuser.api.openapi.views import Documentation, OpenApiView

urlpatterns = [
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    path("docs/", Documentation.as_view(url_name="openapi"), name="api-docs"),
    path("", include("avatars.api.urls")),
    path("", include("scheduling.api.urls")),
    path("", include("wecom.api.urls")),
    path("", include("conversations.api.urls")),
    path("", include("openuser.webhooks.urls")),
    path("", include("openuser.incidents.urls")),
]
