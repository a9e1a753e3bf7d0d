"""Presentations in the admin: scenes in their order, each with a picture of how it will look."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.decorators import display

from avatars import services
from avatars.admin.lexicon import remark_words
from avatars.admin.presentations import fill_page
from avatars.admin.presentations.forms import (
    PresentationForm,
    PresentationVariableFormSet,
    SceneForm,
    SceneFormSet,
    faults_of,
)
from avatars.admin.templates import VariableInline
from avatars.exceptions import AvatarError
from avatars.models import Presentation, PresentationScene, PresentationVariable
from avatars.reasons.render import PDFS
from core.web.admin import ProtectedDeleteAdmin, action, change_url, link

WITH_VOICES = ("digital_human__voice", "partner__voice", "translation_voice", "translation_partner_voice")
SPEAKERS = tuple(f"presentation__{name}" for name in WITH_VOICES)
UP, DOWN = "_up", "_down"


class SceneInline(StackedInline):
    model = PresentationScene
    form = SceneForm
    formset = SceneFormSet
    fieldsets = (
        (
            None,
            {"fields": ("picture", "layout", "slide", "script", "points", ("lower_third_name", "lower_third_role"))},
        ),
        (
            _("Second language"),
            {"fields": ("translation", ("translation_name", "translation_role")), "classes": ("collapse",)},
        ),
    )
    readonly_fields = ("picture",)
    extra = 0
    verbose_name_plural = _("Scenes – one after another")
    movable = False

    def get_formset(self, request: HttpRequest, obj: Presentation | None = None, **kwargs: Any) -> Any:
        """Django makes an inline for each request."""
        self.movable = self.has_change_permission(request, obj)
        return super().get_formset(request, obj, **kwargs)

    @display(description=_("picture"))
    def picture(self, scene: PresentationScene) -> str:
        """A preview of the scene, and buttons that move it."""
        if scene.pk is None:
            return gettext("Save to see the scene as it will look.")
        address = reverse("admin:avatars_presentation_scene", args=[scene.presentation_id, scene.pk])
        stamp = scene.presentation.updated_at.timestamp()
        area = " ".join(f"{share:.4f}" for share in services.slide_area(scene))
        shown = {"scene": scene, "address": f"{address}?at={stamp}", "area": area, "movable": self.movable}
        return render_to_string("admin/presentations/scene.html", shown)


class PresentationVariableInline(VariableInline):
    model = PresentationVariable
    formset = PresentationVariableFormSet


@admin.register(Presentation)
class PresentationAdmin(ProtectedDeleteAdmin):
    cascades_to = (PresentationScene, PresentationVariable)
    form = PresentationForm
    list_display = ("name", "digital_human", "format", "scene_count", "made", "updated_at")
    list_filter = ("digital_human",)
    list_select_related = ("digital_human",)
    search_fields = ("name", "scenes__script")
    search_help_text = _("Search in names and scripts.")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", ("digital_human", "partner"), "format", ("captions", "caption_languages"), "pdf")}),
        (
            _("How it looks and sounds"),
            {"fields": (("background_color", "accent_color"), "logo", "music"), "classes": ("collapse",)},
        ),
        (
            _("Second language"),
            {"fields": ("translation_voice", "translation_partner_voice"), "classes": ("collapse",)},
        ),
    )
    inlines = (SceneInline, PresentationVariableInline)
    actions_detail = ("fill_in", "make", "make_translation")
    warn_unsaved_form = True

    class Media:
        js = ("avatars/scene_points.js",)

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()
        view = self.admin_site.admin_view(self.scene_picture)
        page = self.admin_site.admin_view(fill_page.view)
        return [
            path("<int:pk>/scenes/<int:scene>/", view, name="avatars_presentation_scene"),
            path("<int:pk>/fill/", page, name="avatars_presentation_fill"),
            *urls,
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Presentation]:
        queryset: QuerySet[Presentation] = super().get_queryset(request)
        return queryset.annotate(scenes_in=Count("scenes", distinct=True), render_count=Count("renders", distinct=True))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The scenes, then the pages of a PDF, then the order."""
        super().save_related(request, form, formsets, change)
        # The pictures of its scenes change with it.
        form.instance.save(update_fields=["updated_at"])
        if data := form.cleaned_data.get("pdf"):
            self._import(request, form.instance, data)
        for name, by in ((UP, -1), (DOWN, 1)):
            number = request.POST.get(name, "")
            scene = form.instance.scenes.filter(pk=number).first() if number.isdecimal() else None
            if scene is not None:
                services.move_scene(scene, by)
        for place, remark in services.presentation_remarks(form.instance):
            message = gettext("Scene %(number)d: %(words)s") % {"number": place, "words": remark_words(remark)}
            self.message_user(request, message, messages.WARNING)

    def _import(self, request: HttpRequest, presentation: Presentation, data: bytes) -> None:
        try:
            count = len(services.import_pages(presentation, data))
        except AvatarError as error:
            self.message_user(request, str(PDFS.get(error.code, str(error))), messages.ERROR)
            return
        message = ngettext("%d scene was added from the PDF.", "%d scenes were added from the PDF.", count) % count
        self.message_user(request, message, messages.SUCCESS)

    def response_change(self, request: HttpRequest, obj: Presentation) -> HttpResponse:
        if UP in request.POST or DOWN in request.POST or request.FILES.get("pdf"):
            return HttpResponseRedirect(change_url(obj))
        answer: HttpResponse = super().response_change(request, obj)
        return answer

    def response_add(self, request: HttpRequest, obj: Presentation, *args: Any) -> HttpResponse:
        """Scenes are looked at next."""
        super().response_add(request, obj, *args)
        return HttpResponseRedirect(change_url(obj))

    def delete_model(self, request: HttpRequest, obj: Presentation) -> None:
        services.remove_presentation(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Presentation]) -> None:
        for presentation in queryset:
            services.remove_presentation(presentation)

    def scene_picture(self, request: HttpRequest, pk: int, scene: int) -> HttpResponse:
        """The picture of a scene, as JPEG."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        rows = PresentationScene.objects.select_related(*SPEAKERS)
        row = rows.filter(presentation=pk, pk=scene).first()
        if row is None:
            raise Http404
        try:
            picture = services.preview_scene(row)
        except AvatarError as error:
            raise Http404 from error
        return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=300"})

    @action(description=_("Fill it in"), icon="edit_note", permissions=["view"])
    def fill_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:avatars_presentation_fill", pk=int(object_id))

    @action(
        description=_("Render the video"),
        icon="movie",
        permissions=["make"],
        dialog={
            "title": _("Render this presentation?"),
            "description": _("The video shows the scenes as they are saved now. It is not sent."),
            "form_class": None,
            "form_submit_text": _("Render the video"),
        },
    )
    def make(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        return self._make(request, object_id, translated=False)

    @action(
        description=_("Render the second language"),
        icon="translate",
        permissions=["make"],
        dialog={
            "title": _("Render this presentation in the second language?"),
            "description": _("The video shows the scenes as they are saved now. It is not sent."),
            "form_class": None,
            "form_submit_text": _("Render the second language"),
        },
    )
    def make_translation(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        return self._make(request, object_id, translated=True)

    def _make(self, request: HttpRequest, object_id: str, *, translated: bool) -> HttpResponse:
        """Render it, or show its faults. A presentation with variables leads to the page that fills it in."""
        presentation = Presentation.objects.select_related(*WITH_VOICES).get(pk=object_id)
        if presentation.variables.exists():
            return HttpResponse(headers={"HX-Redirect": fill_page.address(presentation, translated=translated)})
        target = change_url(presentation)
        try:
            if not (faults := faults_of(presentation, {}, translated=translated)):
                target = change_url(services.request_presentation_render(presentation, translated=translated))
        except AvatarError as error:
            faults = [str(error)]
        for fault in faults:
            self.message_user(request, fault, messages.ERROR)
        # HTMX sent the dialog and follows this header.
        return HttpResponse(headers={"HX-Redirect": target})

    def has_make_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("avatars.add_render")

    @display(description=_("scenes"), ordering="scenes_in")
    def scene_count(self, presentation: Any) -> int:
        return int(presentation.scenes_in)

    @display(description=_("renders"), ordering="render_count")
    def made(self, presentation: Any) -> str:
        address = f"{reverse('admin:avatars_render_changelist')}?presentations__id__exact={presentation.pk}"
        return link(address, str(presentation.render_count)) if presentation.render_count else "0"
