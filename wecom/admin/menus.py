"""The menu below the chat, in the admin: its buttons, a preview, and its last publication."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.confidentiality.admin import WordsAdmin
from core.web.admin import NOTHING, STATUS_TONES, FormAdmin, WorkAdmin, action, badge, reason_words
from core.web.admin_filters import ReasonFilter
from wecom import services
from wecom.exceptions import ContentError
from wecom.models import Application, CardUpdate, Member, MenuButton, MenuPublication

DIALOG = {
    "title": _("Publish the menu?"),
    "description": _("All members in the visible range get it in place of the current menu."),
    "form_class": None,
    "form_submit_text": _("Publish menu"),
}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One application's menu as the page shows it. `tops` has each button of the bar with those in its menu."""

    application: Application
    tops: list[tuple[MenuButton, list[MenuButton]]]
    latest: MenuPublication | None
    problem: ContentError | None
    changed: bool

    @property
    def badge(self) -> str:
        """The status of the latest publication."""
        return badge(self.latest.get_status_display(), STATUS_TONES.get(self.latest.status, "")) if self.latest else ""

    @property
    def reason(self) -> str:
        """The reason for that status."""
        return reason_words(self.latest) if self.latest else ""

    @property
    def remedy(self) -> str:
        """The remedy if the latest publication failed."""
        return remedy(self.latest) if self.latest else ""


class MenuButtonForm(forms.ModelForm[MenuButton]):
    class Meta:
        model = MenuButton
        fields = ("application", "parent", "position", "name", "kind", "key", "url", "app_id", "page")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            tops = MenuButton.objects.filter(parent=None, kind=MenuButton.Kind.MENU).exclude(pk=self.instance.pk)
            field = self.fields["parent"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = tops.select_related("application")
            if Application.objects.count() > 1:
                named = [(str(row.pk), f"{row.name} ({row.application})") for row in field.queryset]
                field.choices = [("", "–"), *named]


@admin.register(MenuButton)
class MenuButtonAdmin(FormAdmin):
    form = MenuButtonForm
    list_display = ("place", "does", "target", "position", "application")
    list_display_links = ("place",)
    list_filter = ("application",)
    list_select_related = ("application", "parent")
    search_fields = ("name", "key", "url")
    search_help_text = _("Search for a name, a key or a web address.")
    fieldsets = (
        (None, {"fields": ("application", "parent", "name", "position")}),
        (_("On tap"), {"fields": ("kind", "key", "url", "app_id", "page")}),
    )
    conditional_fields = {
        "key": " || ".join(f"kind == '{kind}'" for kind in MenuButton.KEYED),
        "url": "kind == 'view'",
        "app_id": "kind == 'view_miniprogram'",
        "page": "kind == 'view_miniprogram'",
    }
    list_before_template = "admin/applications/menus.html"
    actions_list = ("publish",)

    class Media:
        css = {"all": ("wecom/menus.css",)}
        js = ("core/live_page.js",)

    @display(description=_("name"))
    def place(self, button: MenuButton) -> str:
        return format_html('<span class="ou-submenu">{}</span>', button.name) if button.parent_id else button.name

    @display(description=_("what it does"), ordering="kind")
    def does(self, button: MenuButton) -> str:
        return badge(button.get_kind_display(), "info" if button.kind in MenuButton.KEYED else "")

    @display(description=_("key or web address"))
    def target(self, button: MenuButton) -> str:
        return button.key or button.url or button.page or NOTHING

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """As the menu stands: each button of the bar, then those in its menu."""
        top = (Coalesce("parent__position", "position"), Coalesce("parent_id", "pk"))
        return ["application", *top, F("parent_id").asc(nulls_first=True), "position"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The only application there is, or the default one."""
        first = Application.objects.order_by("-is_default", "pk").values_list("pk", flat=True).first()
        return {"application": first, **super().get_changeform_initial_data(request)}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "menus": bars()})

    @action(description=_("Publish menu"), permissions=["publish"], icon="publish", dialog=DIALOG)
    def publish(self, request: HttpRequest, _form: Any) -> HttpResponse:
        """Publish the changed menus of all applications."""
        waiting = [bar for bar in bars() if bar.changed]
        for bar in waiting:
            self._publish(request, bar.application)
        if not waiting:
            self.message_user(request, now("The menu is published as it stands here."), messages.INFO)
        return HttpResponse(headers={"HX-Redirect": reverse("admin:wecom_menubutton_changelist")})

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("wecom.add_menupublication")

    def _publish(self, request: HttpRequest, application: Application) -> None:
        try:
            services.publish_menu(application)
        except ContentError as problem:
            self.message_user(request, f"{application}: {problem}", messages.ERROR)
        else:
            notice = now("The menu of %(application)s is being published.") % {"application": application}
            self.message_user(request, notice, messages.SUCCESS)


@admin.register(MenuPublication)
class MenuPublicationAdmin(WorkAdmin):
    empty_words = _("Each menu that you publish under “Menu buttons” is listed here.")
    list_display = ("id", "application", "names", "state", "why", "when")
    list_filter = ("status", "application")
    list_select_related = ("application",)
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("application", "names", "state", "why", "helps", "errcode", "attempts")}),
        (_("Times"), {"fields": ("created_at", "due_at", "finished_at")}),
    )

    @display(description=_("buttons"))
    def names(self, publication: MenuPublication) -> str:
        return " · ".join(str(button.get("name", "")) for button in publication.buttons) or str(_("removes the menu"))

    @display(description=_("what helps"))
    def helps(self, publication: MenuPublication) -> str:
        return remedy(publication) or NOTHING


@admin.register(CardUpdate)
class CardUpdateAdmin(WordsAdmin, WorkAdmin):
    words_fields = ("text",)
    words_columns = ("text",)
    list_display = ("id", "user_id", "text", "state", "why", "timeline", "when")
    list_filter = ("status", ("reason", ReasonFilter), "application")
    search_fields = ("user_id", "=cid")
    search_help_text = _("Search for a user ID or a correlation ID.")
    list_select_related = ("application",)
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("user_id", "text", "application", "state", "why", "errcode", "attempts", "timeline")}),
        (_("Times"), {"fields": ("created_at", "due_at", "finished_at", "expires_at")}),
    )

    def people_in(self, rows: Sequence[CardUpdate]) -> Iterable[int]:
        return Member.objects.keys_of((row.application.corporation_id, row.user_id) for row in rows)


def bars() -> list[Bar]:
    """The menus of all applications that have one, or had; of all where there is none yet."""
    rows = list(MenuButton.objects.select_related("parent").order_by("position", "pk"))
    latest = _latest()
    applications = list(Application.objects.order_by("-is_default", "pk"))
    known = [
        application
        for application in applications
        if application.pk in latest or any(row.application_id == application.pk for row in rows)
    ]
    return [_bar(application, rows, latest.get(application.pk)) for application in known]


def remedy(publication: MenuPublication) -> str:
    """The remedy for a publication that waits or failed; "" if there is nothing to do."""
    if publication.reason == MenuPublication.Reason.HELD:
        return publication.application.held_reason
    if publication.status != MenuPublication.Status.FAILED:
        return ""
    if known := services.remedy_for(publication.errcode):
        return known
    if publication.errcode:
        return now("WeChat Work answered %d. Change the buttons, then publish again.") % publication.errcode
    return now("Publish again.")


def _latest() -> dict[int, MenuPublication]:
    """The newest publication of each application."""
    counting = MenuPublication.objects.exclude(reason=MenuPublication.Reason.SUPERSEDED)
    newest = counting.values("application").annotate(newest=Max("pk")).values("newest")
    rows = MenuPublication.objects.filter(pk__in=newest).select_related("application")
    return {row.application_id: row for row in rows}


def _bar(application: Application, rows: list[MenuButton], latest: MenuPublication | None) -> Bar:
    own = [row for row in rows if row.application_id == application.pk]
    problem: ContentError | None = None
    wanted: list[dict[str, Any]] | None = None
    try:
        wanted = services.assemble_menu(own)
    except ContentError as error:
        problem = error
    shown = latest.buttons if latest and latest.status != MenuPublication.Status.FAILED else None
    tops = [(top, [row for row in own if row.parent_id == top.pk]) for top in own if top.parent_id is None]
    changed = problem is not None or wanted != shown
    return Bar(application=application, tops=tops, latest=latest, problem=problem, changed=changed)
