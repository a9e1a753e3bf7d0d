"""Unfold's admin site, without the parts that our pages do not show."""

from typing import Any

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import sites
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class AdminSite(UnfoldAdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """All apps with their models, found where a page asks for them: the sidebar has its own navigation.

        Four permissions of every model are looked up for it.
        """
        return SimpleLazyObject(lambda: super(AdminSite, self).get_app_list(request, app_label))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log out, and let the browser clear its cache and storage of the pages."""
        response: HttpResponse = super().logout(request, extra_context)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class AdminSiteConfig(AppConfig):
    """In place of `unfold`'s own, which sets its site in the same way."""

    name = "unfold"

    def ready(self) -> None:
        # Before `django.contrib.admin` collects the admin modules, which register their pages with this object.
        admin.site = sites.site = AdminSite()
