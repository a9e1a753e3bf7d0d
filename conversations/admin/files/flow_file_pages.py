"""Flows, answers and documents from files and into files: export of chosen rows, import with a preview, ready flows."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from conversations import services
from conversations.admin.files.flow_import_differences import MODELS, readable
from conversations.models import Answer, Document, Flow
from conversations.services import PARTS, Imported, Kind
from core.exceptions import OpenUserError
from core.interchange.import_page import ImportPage, exported
from core.web.admin import action, change_url

EXPORTED = {Flow: "flows", Answer: "answers", Document: "documents"}
KINDS: dict[Kind, Any] = {"flow": _("flow"), "answer": _("question and answer"), "document": _("document")}


class FileButtons(ModelAdmin[Any]):
    """*Export* for chosen rows, and *Import* above the list."""

    @admin.action(description=_("Export as YAML"), permissions=["view"])
    def export_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return exported(self, request, lambda: services.export_file(**{EXPORTED[self.model]: queryset}))

    @action(description=_("Import YAML"), icon="upload_file", url_path="import-file", permissions=["import"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        return redirect(reverse("admin:conversations_flow_import"))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(_kinds_of(request))


class FlowFiles(FileButtons):
    """The pages; they belong to flows."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("import/", wrap(self.import_view), name="conversations_flow_import"),
            path("ready/", wrap(self.ready_view), name="conversations_flow_ready"),
            *super().get_urls(),
        ]

    @action(description=_("Ready flows"), icon="auto_awesome", url_path="from-ready", permissions=["add"])
    def from_ready(self, request: HttpRequest) -> HttpResponse:
        return redirect(reverse("admin:conversations_flow_ready"))

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """The page that imports flows, answers and documents."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        by: Any = request.user
        may_write = _kinds_of(request)
        page = ImportPage(
            model=Flow,
            title=gettext("Import flows and knowledge"),
            introduction=gettext(
                "Flows, answers and documents of another installation, or of a repository. You see what would be new "
                "or changed before anything is stored. A flow becomes a draft: you publish it yourself."
            ),
            missing_title=gettext("Before it can be published:"),
            take=lambda data, dry_run: services.import_file(data, by=by, may_write=may_write, dry_run=dry_run),
            entry=_entry,
            done=lambda imported: self._taken_over(request, imported),
        )
        return page.answer(request, self.admin_site)

    def ready_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows the ready flows with their questions; POST makes a draft of one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
        if request.method == "POST":
            return self._started(request, language)
        known = [(ready, services.questions_of(ready.key, language)) for ready in services.READY]
        shown = {**self.admin_site.each_context(request), "opts": Flow._meta, "title": gettext("Ready flows")}
        context = {**shown, "known": known, "language": language}
        return TemplateResponse(request, "admin/flows/ready.html", context)

    def _started(self, request: HttpRequest, language: str) -> HttpResponse:
        by: Any = request.user
        try:
            imported = services.start_from_ready(request.POST.get("key", ""), language=language, by=by)
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(reverse("admin:conversations_flow_ready"))
        notice = gettext("“%(name)s” is a draft. Fill in what is yours, try it, then publish it.") % {
            "name": imported.name
        }
        self.message_user(request, notice, messages.SUCCESS)
        return redirect(change_url(Flow(pk=imported.pk)))

    def _taken_over(self, request: HttpRequest, imported: Sequence[Imported]) -> HttpResponse:
        count = sum(entry.verdict != "same" for entry in imported)
        notice = ngettext("%d entry was taken over.", "%d entries were taken over.", count) % count
        drafts = gettext("Flows are drafts until you publish them.")
        self.message_user(request, f"{notice} {drafts}" if count else gettext("The file changes nothing."))
        first = MODELS[imported[0].kind] if imported else Flow
        return redirect(reverse(f"admin:conversations_{first._meta.model_name}_changelist"))


def _kinds_of(request: HttpRequest) -> list[Kind]:
    """The kinds of entries that this person has the rights to write."""
    return [
        kind for kind in PARTS if request.user.has_perms([f"conversations.{verb}_{kind}" for verb in ("add", "change")])
    ]


def _entry(imported: Imported) -> dict[str, Any]:
    return {
        "imported": imported,
        "kind": KINDS[imported.kind],
        "differences": readable(imported),
        "missing": [_problem(problem) for problem in imported.problems if problem.is_error],
        "address": change_url(MODELS[imported.kind](pk=imported.pk)) if imported.verdict != "new" else "",
    }


def _problem(problem: Any) -> str:
    return f"{problem.state}: {problem.words}" if problem.state else str(problem.words)
