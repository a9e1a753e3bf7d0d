"""Personal data in the admin: export and erasure of a member, and their receipts."""

import tempfile
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from core.confidentiality.access_records import Way, record_access
from core.exceptions import OpenUserError
from core.web.admin import NOTHING, ReadOnlyAdmin, action
from wecom import services
from wecom.models import Member, PrivacyRequest


class PersonalDataActions(ModelAdmin[Any]):
    """*Export personal data* and *Erase personal data* on a member's page."""

    actions_detail = ("export_data", "erase_data")

    def has_privacy_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("wecom.add_privacyrequest")

    @action(description=_("Export personal data"), permissions=["privacy"], icon="folder_zip", url_path="personal-data")
    def export_data(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """All that is held about the member, as a ZIP."""
        member = self._member(request, object_id)
        file = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - the response closes it
        services.export_person(member, file, by=request.user.get_username())
        record_access(request.user, "personal_data", people=[member.pk], way=Way.EXPORT)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{member.user_id}.zip")

    @action(description=_("Erase personal data"), permissions=["privacy"], icon="person_remove", url_path="erase")
    def erase_data(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A page that lists the data to erase; its button erases them."""
        member = self._member(request, object_id)
        if request.method != "POST":
            return self._confirmation(request, member)
        try:
            receipt = services.erase_person(member, by=request.user.get_username())
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
            return self._confirmation(request, member)
        self.message_user(request, now("The personal data was erased. This is the receipt."))
        return HttpResponseRedirect(reverse("admin:wecom_privacyrequest_change", args=[receipt.pk]))

    def _member(self, request: HttpRequest, object_id: str) -> Member:
        member: Member | None = self.get_object(request, object_id)
        if member is None:
            raise PermissionDenied
        return member

    def _confirmation(self, request: HttpRequest, member: Member) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": now("Erase the personal data of %s?") % member,
            "opts": self.model._meta,
            "member": member,
            "counts": services.count_personal_data(member),
            "refusals": services.erasure_refusals(member),
        }
        return TemplateResponse(request, "admin/members/erase.html", context)


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "kind", "requested_by", "total", "created_at")
    list_filter = ("kind",)
    search_fields = ("=digest", "requested_by")
    search_help_text = _("Search for a digest, or for the account that asked.")
    fieldsets = ((None, {"fields": ("kind", "requested_by", "created_at", "kinds_of_rows", "digest")}),)

    @display(description=_("rows"))
    def total(self, receipt: PrivacyRequest) -> int:
        return receipt.total

    @display(description=_("rows"))
    def kinds_of_rows(self, receipt: PrivacyRequest) -> SafeString | str:
        named = ((apps.get_model(label)._meta.verbose_name_plural, number) for label, number in receipt.rows.items())
        return format_html_join("", "<div>{}: {}</div>", named) or NOTHING
