"""Base classes and formatting for every app's admin."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import site
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold import decorators
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from core.web.admin_search import IndexedSearch
from core.web.keyset_pages import KeysetAdmin

STATUS_TONES = {"queued": "info", "running": "info", "done": "good", "failed": "bad"}
NOTHING = "–"
FIRST_WIDE = "\u2e80"
# Reasons that any kind of work may have; each model adds its own.
REASONS = {
    "attempts": _("given up after several attempts"),
    "busy": _("the other side is busy"),
    "error": _("an internal error; see the log"),
    "file_unreadable": _("its file cannot be read"),
    "held": _("waits for a setting to be corrected"),
    "quota": _("waits for the platform's quota"),
    "recipient": _("the recipient cannot be reached"),
    "refused": _("the platform refused it"),
    "temporary": _("will be retried"),
}


class RowPages(ModelAdmin[Any]):
    """Pages of rows. An address that can name none is answered as Django answers an unknown key.

    Unfold looks for the buttons of a row, which may ask for it, before Django reads the key.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            self.opts.pk.to_python(unquote(object_id) if object_id is not None else None)
        except ValidationError:
            answer: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return answer
        shown: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return shown


class ReadOnlyAdmin(RowPages, IndexedSearch, KeysetAdmin):
    """For rows that are requested rather than edited: read-only, with actions."""

    change_form_before_template = "admin/read_only_hint.html"

    class Media:
        js = ("core/confirm_action.js", "core/live_page.js")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def show_result(self, request: HttpRequest, text: str, *, done: bool = True) -> None:
        """Show the result of an action, as a warning if it did nothing."""
        self.message_user(request, text, messages.SUCCESS if done else messages.WARNING)

    @display(description=_("timeline"))
    def timeline(self, row: Any) -> str:
        return timeline_link(row.cid)

    # By the key, which grows with time and has an index.
    @display(description=_("at"), ordering="pk")
    def when(self, row: Any) -> str:
        return short_time(row.created_at)


class FormAdmin(RowPages):
    """For rows that people edit: the browser asks before they leave a form that they have changed."""

    warn_unsaved_form = True

    class Media:
        js = ("core/autocomplete_labels.js", "core/file_names.js")

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return _labelled(super().get_changelist_formset(request, **kwargs))

    def get_inline_formsets(self, *args: Any, **kwargs: Any) -> Any:
        """With “Add transition” below rows; Django's button says “Add another Transition”."""
        shown: list[Any] = super().get_inline_formsets(*args, **kwargs)
        for rows in shown:
            data = json.loads(rows.inline_formset_data())
            data["options"]["addText"] = gettext("Add %(name)s") % {"name": rows.opts.verbose_name}
            rows.inline_formset_data = json.dumps(data)
        return shown


def _labelled(formset: Any) -> Any:
    """The formset of a table with names at its fields: the heads of columns are no labels to a screen reader."""

    def add_fields(rows: Any, form: Any, index: int | None) -> None:
        super(named, rows).add_fields(form, index)
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)  # without the links beside a choice of rows
            widget.attrs.setdefault("aria-label", field.label)

    named: Any = type(formset.__name__, (formset,), {"add_fields": add_fields})
    return named


class LabelledInline(TabularInline):
    """Rows of a table whose fields have names for screen readers."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return _labelled(super().get_formset(request, obj, **kwargs))


class ProtectedDeleteAdmin(FormAdmin):
    """For rows that other rows need: a row that cannot be deleted says why on its delete page."""

    # Relations that forbid a deletion, each with the remedy.
    protected_by: ClassVar[dict[str, Any]] = {}
    # Models whose rows are deleted with it, although they cannot be deleted alone.
    cascades_to: ClassVar[tuple[type[Model], ...]] = ()

    def protected_because(self, row: Any) -> Any:
        """Why this row cannot be deleted; "" if it can."""
        return next((reason for name, reason in self.protected_by.items() if getattr(row, name).exists()), "")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[Any], list[Any]]:
        # First, because collecting related rows would read the whole history.
        kept = [(row, self.protected_because(row)) for row in objs]
        reasons: list[Any] = [format_html("{}: {}", row, reason) for row, reason in kept if reason]
        if reasons:
            return [], {}, set(), reasons
        rows, counts, lacking, protected = super().get_deleted_objects(objs, request)
        # Other related rows are records of the past. No permission allows deleting them.
        records = lacking - {model._meta.verbose_name for model in self.cascades_to}
        belonging = [
            format_html("{}: {}", kind, _("rows of this kind belong to it and cannot be deleted.")) for kind in records
        ]
        return rows, counts, set(), [*protected, *belonging]


def extend_page(
    model: type[Model],
    *,
    inlines: tuple[type[Any], ...] = (),
    list_filter: tuple[Any, ...] = (),
    cascades_to: tuple[type[Model], ...] = (),
) -> None:
    """Add to the page of a model of an app below, which cannot know of it; `cascades_to` goes with a row of it."""
    page: Any = site.get_model_admin(model)
    page.inlines = (*page.inlines, *inlines)
    page.list_filter = (*page.list_filter, *list_filter)
    page.cascades_to = (*page.cascades_to, *cascades_to)


class WorkAdmin(ReadOnlyAdmin):
    """For subclasses of `Work`."""

    @display(description=_("status"), ordering="status")
    def state(self, row: Any) -> str:
        shown = badge(row.get_status_display(), STATUS_TONES.get(row.status, ""))
        # The attribute tells core/static/core/live_page.js to poll.
        return shown if row.is_finished else format_html("<span data-unfinished>{}</span>", shown)

    @display(description=_("reason"), ordering="reason")
    def why(self, row: Any) -> str:
        return reason_words(row) or NOTHING


def action(**options: Any) -> Any:
    """Unfold's `action`, which answers 404 where its row is gone, and leads a browser on that sent the form itself."""

    def decorate(act: Callable[..., Any]) -> Any:
        allowed = decorators.action(**options)(act)

        @wraps(allowed)
        def run(self: Any, request: HttpRequest, *args: Any, **given: Any) -> Any:
            if "object_id" in given and self.get_object(request, given["object_id"]) is None:
                if not self.has_view_or_change_permission(request):
                    raise PermissionDenied
                raise Http404
            answer = allowed(self, request, *args, **given)
            if "HX-Redirect" in answer.headers and request.headers.get("Sec-Fetch-Mode") == "navigate":
                # Enter was faster than HTMX, which takes charge of a dialog a moment after it is shown.
                answer.status_code, answer["Location"] = 302, answer["HX-Redirect"]
            return answer

        return run

    return decorate


def row_action(act: Callable[..., Any], *, icon: str, title: Any, words: Any) -> Any:
    """A list action as a button on a row's page, with a confirmation dialog; `words` describe the consequence.

    Assign it to the action's name plus `_this`, and add that name to `actions_detail`.
    """

    def run(self: Any, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        act(self, request, self.model._default_manager.filter(pk=object_id))
        # HTMX sent the dialog and follows this header, which reloads the row's page.
        return HttpResponse(headers={"HX-Redirect": change_url(self.model(pk=object_id))})

    name = act.short_description  # type: ignore[attr-defined]
    run.__name__ = f"{act.__name__}_this"
    dialog = {"title": title, "description": words, "form_submit_text": name}
    permissions = act.allowed_permissions  # type: ignore[attr-defined]
    return action(description=name, permissions=permissions, icon=icon, dialog=dialog)(run)


def reason_words(row: Any) -> str:
    """The label of a row's reason, or the code if there is no label."""
    own = getattr(row, "reason_words", None)
    if own is not None:
        return str(own)
    reasons = getattr(row, "Reason", None)
    if reasons is not None and row.reason in reasons.values:
        return str(reasons(row.reason).label)
    # Some codes end with the platform's number, such as refused_40058.
    code, _mark, number = row.reason.rpartition("_")
    if code in REASONS and number.isdigit():
        return f"{REASONS[code]} ({number})"
    return str(REASONS.get(row.reason, row.reason))


def short_time(at: datetime | None) -> str:
    """A short local time; without the date if it is today."""
    if at is None:
        return NOTHING
    local = timezone.localtime(at)
    return local.strftime("%H:%M:%S" if local.date() == timezone.localdate() else "%Y-%m-%d %H:%M")


def duration(seconds: float | None) -> str:
    """Seconds as a translated text."""
    return NOTHING if seconds is None else gettext("%(seconds).1f s") % {"seconds": seconds}


def shorten(text: str, most: int) -> str:
    """A text on one line, cut at a width in letters; a Chinese character counts as two."""
    line, room = " ".join(text.split()), most
    for index, character in enumerate(line):
        room -= 2 if character >= FIRST_WIDE else 1
        if room < 0:
            return line[:index] + "…"
    return line


def badge(text: object, tone: str = "") -> str:
    """A coloured badge; `tone` is good, info, warn, bad or empty."""
    return format_html('<span class="ou-badge ou-badge-{}">{}</span>', tone or "plain", text)


def change_url(row: Model) -> str:
    """The URL of a row's page in the admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def row_link(row: Model | None, text: str = "") -> str:
    """A link to a row's page in the admin."""
    return link(change_url(row), text or str(row)) if row is not None else NOTHING


def link(url: str, text: str) -> str:
    return format_html('<a class="ou-link" href="{}">{}</a>', url, text)


def timeline_link(cid: str) -> str:
    """A link to the timeline of a correlation ID."""
    if not cid:
        return NOTHING
    try:
        return format_html(
            '<a class="ou-link" href="{}" title="{}">{}</a>', reverse("timeline", args=[cid]), cid, cid[:8]
        )
    except NoReverseMatch:
        return cid
