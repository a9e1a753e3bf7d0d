"""A member's preferences, on the member's page; and filters of the list of members.

The page is WeChat Work's, which cannot know of conversations, so this part is added to it from here.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from conversations import services
from conversations.models import Desk, MemberPreference, MutedTopic, PreferenceChange, Topic
from core.parties.acting_client import named
from core.web.admin import NOTHING, extend_page
from wecom.models import Member

LATEST = 5


class ChoicesForm(forms.ModelForm[MemberPreference]):
    """The boxes of the topics beside the column; the formset saves both through the service."""

    muted = forms.ModelMultipleChoiceField(
        Topic.objects.offered(),
        label=capfirst(_("muted topics")),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = MemberPreference
        fields = ("prefers_text",)


class ChoicesFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """One form, also for a member who has chosen nothing yet."""

    by: AbstractBaseUser | None = None

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "muted" in form.fields and self.instance.pk:
            form.fields["muted"].initial = sorted(services.choices_of(self.instance).muted)

    def save_new(self, form: Any, commit: bool = True) -> MemberPreference:
        return self._keep(form)

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> MemberPreference:
        return self._keep(form)

    def _keep(self, form: Any) -> MemberPreference:
        data = form.cleaned_data
        services.change_preferences(
            self.instance,
            prefers_text=data["prefers_text"],
            muted=[topic.pk for topic in data["muted"]],
            origin=PreferenceChange.Origin.STAFF,
            by=self.by,
        )
        return MemberPreference.objects.get(member=self.instance)


class ChoicesInline(StackedInline[MemberPreference, Member]):
    model = MemberPreference
    form = ChoicesForm
    formset = ChoicesFormSet
    extra = max_num = 1
    can_delete = False
    verbose_name = verbose_name_plural = _("What the member has chosen")
    readonly_fields = ("shown_topics", "changes")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        muted = "muted" if self.has_change_permission(request, obj) else "shown_topics"
        return ("prefers_text", muted, "changes")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.has_change_permission(request, obj))

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.by = request.user
        return formset

    @display(description=_("muted topics"))
    def shown_topics(self, row: MemberPreference) -> str:
        muted = services.choices_of(row.member).muted if row.pk else frozenset()
        names = [topic.shown for topic in services.offered_topics() if topic.pk in muted]
        return pgettext("between the items of a list", ", ").join(names) or NOTHING

    @display(description=_("changes"))
    def changes(self, row: MemberPreference) -> SafeString | str:
        """The latest changes: moment, author and choice."""
        if not row.pk:
            return NOTHING
        rows = PreferenceChange.objects.filter(member=row.member_id).select_related("by")[:LATEST]
        topics = {topic.pk: topic.shown for topic in Topic.objects.all()}
        lines = [
            (f"{timezone.localtime(change.at):%Y-%m-%d %H:%M}", _who(change), _what(change, topics)) for change in rows
        ]
        return format_html_join("", '<div>{} <span class="ou-quiet">{}</span> {}</div>', lines) or NOTHING


class TextFilter(admin.SimpleListFilter):
    """Members who want text instead of videos."""

    title, parameter_name = _("text instead of videos"), "prefers_text"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("text instead of videos"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        chosen = MemberPreference.objects.filter(prefers_text=True).values("member")
        return queryset.filter(pk__in=chosen) if self.value() == "1" else queryset


class MutedFilter(admin.SimpleListFilter):
    """Members who have muted a topic."""

    title, parameter_name = _("muted topic"), "muted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(topic.pk), topic.shown) for topic in services.offered_topics()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        value = self.value() or ""
        if not value.isdecimal():
            return queryset
        return queryset.filter(pk__in=MutedTopic.objects.filter(topic=int(value)).values("member"))


RECORDS: tuple[type[Model], ...] = (MemberPreference, MutedTopic, PreferenceChange)
extend_page(Member, inlines=(ChoicesInline,), list_filter=(TextFilter, MutedFilter), cascades_to=RECORDS)


def _who(change: PreferenceChange) -> str:
    how = str(change.get_origin_display())
    who = named(change.by, change.client)
    return f"{how}: {who}" if who else how


def _what(change: PreferenceChange, topics: dict[int, str]) -> str:
    before, after = (services.Choices.from_json(choices) for choices in (change.before, change.after))
    parts = []
    if before.prefers_text != after.prefers_text:
        parts.append(gettext("text instead of videos") if after.prefers_text else gettext("videos again"))
    if before.language != after.language:
        known = dict(Desk.Language.choices)
        parts.append(gettext("language: %s") % (known.get(after.language) or gettext("the one that the member writes")))
    for keys, change_text in (
        (after.muted - before.muted, gettext("muted: %s")),
        (before.muted - after.muted, gettext("gets again: %s")),
    ):
        if keys:
            parts.append(
                change_text
                % pgettext("between the items of a list", ", ").join(topics.get(key, f"#{key}") for key in sorted(keys))
            )
    return "; ".join(parts)
