"""Segments in the admin: their rules as forms with a live count, and the addresses that the forms ask."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.web.admin import NOTHING, ProtectedDeleteAdmin, short_time, shorten
from scheduling import services
from scheduling.admin.audience_field import audience_of_post
from scheduling.admin.calendar_days import usual_corporation
from scheduling.admin.campaigns.files.campaign_file_pages import FileButtons
from scheduling.admin.rule_field import RuleField, rule_of_post
from scheduling.descriptions import listed
from scheduling.exceptions import SchedulingError
from scheduling.models import Segment
from wecom.models import Application, Corporation

KINDS = ("department", "tag", "segment", "member")
MOST_COUNTED = 100


class SegmentForm(forms.ModelForm[Segment]):
    """Name, description and rule; the company only where there are several."""

    rule = RuleField(label=capfirst(_("rule")))

    class Meta:
        model = Segment
        fields = ("corporation", "name", "description", "rule")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].of(self._corporation(), self.instance.pk)  # type: ignore[attr-defined]

    def _corporation(self) -> Corporation | None:
        if self.instance.corporation_id:
            return self.instance.corporation
        chosen = str(self.data.get("corporation", "")) if self.is_bound else ""
        rows = Corporation.objects.filter(pk=chosen) if chosen.isdecimal() else Corporation.objects.none()
        return rows.first() or usual_corporation()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        corporation = data.get("corporation") or self._corporation()
        if corporation is None:
            raise forms.ValidationError(_("Connect an application first."), code="no_application")
        self.instance.corporation = corporation
        named = Segment(pk=self.instance.pk, corporation=corporation, name=data.get("name", ""))
        try:
            services.check_segment_name(named)
        except SchedulingError as error:
            if "name" not in self.errors:
                self.add_error("name", forms.ValidationError(str(error), code=error.code))
        return data


@admin.register(Segment)
class SegmentAdmin(FileButtons, ProtectedDeleteAdmin):
    form = SegmentForm
    list_display = ("name", "in_words", "members", "changed")
    list_select_related = ("corporation",)
    actions = ("export_chosen",)
    actions_list = ("import_file",)
    search_fields = ("name", "description")
    search_help_text = _("Search for a segment's name or description.")
    ordering = ("name", "pk")
    list_per_page = 50

    class Media:
        js = ("scheduling/segment_list.js",)

    def get_fields(self, request: HttpRequest, obj: Segment | None = None) -> list[str]:
        several = obj is None and Corporation.objects.count() > 1
        rule = "rule" if obj is None or self.has_change_permission(request, obj) else "in_words"
        return [*(["corporation"] if several else []), "name", "description", rule]

    def get_readonly_fields(self, request: HttpRequest, obj: Segment | None = None) -> list[str]:
        return ["in_words"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change, **kwargs)
        if "corporation" in made.base_fields:
            made.base_fields["corporation"].initial = usual_corporation()
        return made

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The rules of a page are told with as many queries for one as for all."""
        changes = super().get_changelist_instance(request)
        descriptions = services.segments_in_words(list(changes.result_list))
        for segment in changes.result_list:
            segment.told = descriptions[segment.pk]
        return changes

    @display(description=_("who is in it"))
    def in_words(self, segment: Any) -> str:
        told = getattr(segment, "told", "")
        if not told:
            return services.segments_in_words([segment])[segment.pk]
        return format_html('<span title="{}">{}</span>', told, shorten(told, 80))

    @display(description=_("members"))
    def members(self, segment: Segment) -> str:
        url = reverse("admin:scheduling_segment_counts")
        broken = gettext("the rule must be corrected")
        shown = '<span data-segment="{}" data-url="{}" data-broken="{}">{}</span>'
        return format_html(shown, segment.pk, url, broken, NOTHING)

    @display(description=_("changed at"), ordering="updated_at")
    def changed(self, segment: Segment) -> str:
        return short_time(segment.updated_at)

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        services.save_segment(obj, by=request.user)  # type: ignore[arg-type]
        for warning in services.segment_warnings(obj):
            self.message_user(request, warning, messages.WARNING)

    def protected_because(self, row: Any) -> Any:
        uses = services.segment_uses(row)
        return gettext("It is used: %(uses)s. Take it out there first.") % {"uses": ", ".join(uses)} if uses else ""

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        services.remove_segment(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Segment]) -> None:
        for segment in queryset:
            services.remove_segment(segment)

    def get_urls(self) -> list[URLPattern]:
        views = (("preview", self.preview_view), ("find", self.find_view), ("counts", self.counts_view))
        wrap = self.admin_site.admin_view
        named = [path(f"{name}/", wrap(view), name=f"scheduling_segment_{name}") for name, view in views]
        audience = path("audience/", wrap(self.audience_view), name="scheduling_audience_preview")
        return [*named, audience, *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The members that the rule of a form selects today, saved or not."""
        self._check(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        corporation = _corporation_of(request.POST.get("corporation", ""), request.POST.get("own", ""))
        if corporation is None:
            return JsonResponse({"error": gettext("Connect an application first.")})
        own = request.POST.get("own", "")
        rule = rule_of_post(request.POST, "rule", corporation)
        try:
            preview = services.preview_rule(rule, corporation=corporation, own=int(own) if own.isdecimal() else None)
        except SchedulingError as error:
            return JsonResponse({"error": str(error), "place": error.field, "code": error.code})
        names = listed(preview.names)
        more = preview.count - len(preview.names)
        shown = gettext("%(names)s and %(more)d more") % {"names": names, "more": more} if more > 0 else names
        answer = {
            "words": preview.words,
            "count": preview.count,
            "of": preview.of,
            "names": shown,
            "warnings": preview.warnings,
        }
        return JsonResponse(answer)

    def audience_view(self, request: HttpRequest) -> HttpResponse:
        """The members that the audience of a form reaches, and those left out, by reason; `name` is the name of its
        field.
        """
        self._check(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        chosen = request.POST.get("application", "")
        rows = Application.objects.filter(pk=int(chosen)) if chosen.isdecimal() else Application.objects
        application = rows.filter(Q() if chosen.isdecimal() else Q(is_default=True)).first()
        context: dict[str, Any] = {}
        try:
            if application is None:
                raise SchedulingError(gettext("Connect an application first."))
            rule = services.read_audience(audience_of_post(request.POST, request.POST.get("name", "audience")))
            reach = services.preview_audience(rule, application=application)
            context |= {"reach": reach, "more": reach.count - len(reach.names)}
        except SchedulingError as error:
            context["error"] = str(error)
        return TemplateResponse(request, "admin/segments/reach.html", context)

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Departments, tags, segments and members for the pickers of rules and audiences."""
        self._check(request)
        corporation = _corporation_of(request.GET.get("corporation", ""), "")
        kinds = [kind for kind in request.GET.getlist("kind") if kind in KINDS]
        query = request.GET.get("q", "")[:100]
        choices = services.find_choices(corporation.pk, query, kinds) if corporation else []
        return JsonResponse({"found": [choice.as_json() for choice in choices]})

    def counts_view(self, request: HttpRequest) -> HttpResponse:
        """How many members the segments of a page have."""
        self._check(request)
        keys = [int(key) for key in request.GET.getlist("key")[:MOST_COUNTED] if key.isdecimal()]
        counts: dict[int, int | None] = {}
        segments = list(Segment.objects.filter(pk__in=keys).select_related("corporation"))
        for corporation in {segment.corporation for segment in segments}:
            counts |= services.count_segments([segment for segment in segments if segment.corporation == corporation])
        return JsonResponse({"counts": counts})

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_or_change_permission(request) and not self.has_add_permission(request):
            raise PermissionDenied


def _corporation_of(chosen: str, own: str) -> Corporation | None:
    """The company that a form names, or its segment's, or the usual one."""
    if own.isdecimal():
        corporation = Corporation.objects.filter(segments=int(own)).first()
        if corporation:
            return corporation
    rows = Corporation.objects.filter(pk=int(chosen)) if chosen.isdecimal() else Corporation.objects.none()
    return rows.first() or usual_corporation()
