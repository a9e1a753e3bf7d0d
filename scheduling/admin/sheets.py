"""Uploaded lists of members in the admin: upload, preview with the errors, confirmation."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.exceptions import OpenUserError
from core.parties.acting_client import named
from core.spreadsheets import LARGEST_FILE, csv_file
from core.web.admin import NOTHING, FormAdmin, action, short_time
from scheduling import services
from scheduling.admin.calendar_days import usual_corporation
from scheduling.models import AudienceSheet
from wecom.models import Application, Corporation

SHOWN = 100
EVERY_LINE = 200_000


class SheetForm(forms.Form):
    """A file with user IDs."""

    corporation = forms.ModelChoiceField(
        Corporation.objects.order_by("pk"), label=capfirst(_("corporation")), widget=UnfoldAdminSelectWidget
    )
    name = forms.CharField(label=capfirst(_("name")), required=False, max_length=80, widget=UnfoldAdminTextInputWidget)
    file = forms.FileField(
        label=_("CSV or XLSX"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx,.txt"}),
        help_text=_("A column with user IDs, named 用户ID, 账号 or userid. At most 20 MB and 200,000 rows."),
    )


@admin.register(AudienceSheet)
class AudienceSheetAdmin(FormAdmin):
    list_display = ("name", "lines", "uploader", "uploaded", "until")
    list_select_related = ("created_by",)
    search_fields = ("name",)
    ordering = ("-created_at", "-pk")
    list_per_page = 50
    fields = ("name", "lines", "uploader", "uploaded", "until")
    readonly_fields = ("lines", "uploader", "uploaded", "until")
    actions_list = ("upload_list",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AudienceSheet]:
        queryset: QuerySet[AudienceSheet] = super().get_queryset(request)
        return queryset.filter(kept=True).annotate(line_count=Count("members"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Lists are uploaded, not written."""
        return False

    def has_upload_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("scheduling.add_audiencesheet"))

    @display(description=_("user IDs"), ordering="line_count")
    def lines(self, sheet: Any) -> int:
        return int(sheet.line_count)

    @display(description=_("created by"), ordering="created_by")
    def uploader(self, sheet: AudienceSheet) -> str:
        return named(sheet.created_by, sheet.client) or NOTHING

    @display(description=_("uploaded at"), ordering="created_at")
    def uploaded(self, sheet: AudienceSheet) -> str:
        return short_time(sheet.created_at)

    @display(description=_("kept until"), ordering="expires_at")
    def until(self, sheet: AudienceSheet) -> str:
        return short_time(sheet.expires_at)

    @action(description=_("Upload a list"), icon="upload_file", url_path="upload-list", permissions=["upload"])
    def upload_list(self, request: HttpRequest) -> HttpResponse:
        return redirect(reverse("admin:scheduling_audiencesheet_upload"))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("upload/", wrap(self.upload_view), name="scheduling_audiencesheet_upload"),
            path("<int:key>/preview/", wrap(self.preview_view), name="scheduling_audiencesheet_preview"),
        ]
        return [*own, *super().get_urls()]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows the form, POST reads the file and goes to its preview."""
        if not self.has_upload_permission(request):
            raise PermissionDenied
        form = SheetForm(request.POST or None, request.FILES or None, initial={"corporation": usual_corporation()})
        if form.is_bound and form.is_valid():
            file = form.cleaned_data["file"]
            name = form.cleaned_data["name"] or file.name.rpartition(".")[0]
            data, by = file.read(LARGEST_FILE + 1), request.user
            try:
                sheet, rows = services.upload_sheet(
                    form.cleaned_data["corporation"],
                    data,
                    name=name,
                    by=by,  # type: ignore[arg-type]
                )
            except OpenUserError as error:
                form.add_error("file", str(error))
            else:
                self._tell(request, rows)
                return redirect(reverse("admin:scheduling_audiencesheet_preview", args=[sheet.pk]))
        context = {**self._context(request), "title": gettext("Upload a list"), "form": form}
        return TemplateResponse(
            request, "admin/segments/sheet_upload.html", context, status=422 if form.errors else 200
        )

    def preview_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """The members on the list; POST keeps or dismisses it, `?as=csv` has all lines without a member."""
        if not self.has_upload_permission(request):
            raise PermissionDenied
        sheet = AudienceSheet.objects.filter(pk=key, created_by=request.user.pk).first()
        if sheet is None:
            raise Http404
        listing = reverse("admin:scheduling_audiencesheet_changelist")
        if request.method == "POST" and "keep" in request.POST:
            services.keep_sheet(sheet)
            messages.success(
                request, gettext("The list “%(name)s” can be chosen as an audience.") % {"name": sheet.name}
            )
            return redirect(listing)
        if request.method == "POST":
            services.remove_sheet(sheet)
            messages.info(request, gettext("The list was dismissed. Nothing was kept."))
            return redirect(listing)
        application = self._application(sheet)
        if application is None:
            messages.error(request, gettext("Connect an application first."))
            return redirect(listing)
        whole = request.GET.get("as") == "csv"
        preview = services.preview_sheet(sheet, application=application, most=EVERY_LINE if whole else SHOWN)
        if whole:
            return _strangers_file(preview.strangers)
        context = {
            **self._context(request),
            "title": gettext("Upload a list: preview"),
            "sheet": sheet,
            "found": preview,
        }
        return TemplateResponse(request, "admin/segments/sheet_preview.html", context)

    def delete_model(self, request: HttpRequest, obj: AudienceSheet) -> None:
        services.remove_sheet(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[Any], list[Any]]:
        """Its lines are not listed: there may be 200,000, and they go with it."""
        used = services.sheets_in_use()
        kept = [f"{row}: {gettext('A campaign that is not over uses it.')}" for row in objs if row.pk in used]
        return [str(row) for row in objs], {}, set(), kept

    def _application(self, sheet: AudienceSheet) -> Application | None:
        rows = Application.objects.filter(corporation=sheet.corporation_id)
        return rows.order_by("-is_default", "pk").first()

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": AudienceSheet._meta}

    def _tell(self, request: HttpRequest, rows: Any) -> None:
        """The rows of the file that were left out."""
        if rows.repeated:
            notice = gettext("%(count)d rows repeat a user ID and are left out; the first is row %(row)d.")
            messages.warning(request, notice % {"count": len(rows.repeated), "row": rows.repeated[0][0]})
        if rows.wrong:
            notice = gettext("%(count)d rows have no user ID and are left out; the first is row %(row)d.")
            messages.warning(request, notice % {"count": len(rows.wrong), "row": rows.wrong[0][0]})
        if rows.other_sheets:
            notice = gettext("Only the first sheet is read. Left out: %(sheets)s.")
            messages.warning(request, notice % {"sheets": ", ".join(rows.other_sheets)})


def _strangers_file(strangers: Any) -> HttpResponse:
    """All lines without a member."""
    headers = {"Content-Disposition": 'attachment; filename="unknown.csv"', "Cache-Control": "private, no-store"}
    data = csv_file([[gettext("Row"), gettext("User ID")], *(list(stranger) for stranger in strangers)])
    return HttpResponse(data, content_type="text/csv; charset=utf-8", headers=headers)
