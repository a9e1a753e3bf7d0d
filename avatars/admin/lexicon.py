"""The lexicon in the admin, and a page that shows how a script will be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from avatars import services
from avatars.exceptions import AvatarError
from avatars.models import LexiconEntry
from avatars.speech.text.pronunciations import Form
from core.web.admin import FormAdmin, action

FORMS = {Form.PINYIN: _("pinyin"), Form.IPA: _("IPA"), Form.WORDS: _("other words")}


def remark_words(remark: services.ScriptRemark) -> str:
    """A remark with its passage of the script, in one line."""
    values = {"written": remark.written, "words": f"{remark.words} {remark.remedy}"}
    return gettext("“%(written)s”: %(words)s") % values


class ReadingForm(forms.Form):
    """A script to look at."""

    text = forms.CharField(label=capfirst(_("script")), widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}))

    def clean(self) -> dict[str, Any]:
        """Also reads the script, so that its errors stand beside it; `preview` is the result."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.preview: services.ScriptPreview | None = None
        if "text" in cleaned:
            try:
                self.preview = services.preview_script(cleaned["text"])
            except AvatarError as error:
                self.add_error("text", forms.ValidationError(str(error), code=error.code))
        return cleaned


@admin.register(LexiconEntry)
class LexiconAdmin(FormAdmin):
    list_display = ("token", "reading", "kind", "match_case", "notes")
    search_fields = ("token", "reading", "notes")
    fieldsets = ((None, {"fields": ("token", "reading", "match_case", "notes")}),)
    actions_list = ("read_a_script",)

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()
        return [path("read/", self.admin_site.admin_view(self.read), name="avatars_lexiconentry_read"), *urls]

    @display(description=_("written as"))
    def kind(self, entry: LexiconEntry) -> str:
        return str(FORMS[entry.pronunciation.form])

    @action(
        description=_("See how a script will be read"),
        icon="spellcheck",
        url_path="read-a-script",
        permissions=["view"],
    )
    def read_a_script(self, request: HttpRequest) -> HttpResponse:
        return redirect(reverse("admin:avatars_lexiconentry_read"))

    def read(self, request: HttpRequest) -> HttpResponse:
        """GET asks for a script, POST shows every word of it with its reading, and remarks."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ReadingForm(request.POST if request.method == "POST" else None)
        preview = form.preview if form.is_bound and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("How it will be read"),
            "opts": LexiconEntry._meta,
            "form": form,
            "preview": preview,
            "lines": as_written(preview),
            "may_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/lexicon/page.html", context)


def as_written(preview: services.ScriptPreview | None) -> list[list[tuple[str, Any]]]:
    """For each sentence, its words as they are written, each with how it is read."""
    if preview is None:
        return []
    return [[(preview.text[word.offset :][: word.length], word) for word in line.words] for line in preview.lines]
