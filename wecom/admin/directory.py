"""The directory in the admin: departments as a tree, members and tags."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core import text_search
from core.web.admin import NOTHING, ProtectedDeleteAdmin, ReadOnlyAdmin, badge, row_link
from core.web.admin_search import OF_NEWEST, IndexedSearch
from core.web.keyset_pages import KeysetAdmin
from wecom import services
from wecom.admin.fact_imports import ImportButton
from wecom.admin.member_facts import PREFIX, FactsOfMember
from wecom.admin.privacy import PersonalDataActions
from wecom.admin.syncs import SyncButton, applications_of
from wecom.models import ApplicationMember, Department, Member, Membership, Tag
from wecom.signals import Author

TONES = {
    Member.Status.ACTIVE: "good",
    Member.Status.DISABLED: "warn",
    Member.Status.NOT_ACTIVATED: "info",
    Member.Status.LEFT: "bad",
}


class RangeFilter(admin.SimpleListFilter):
    """Whether any application can reach a member."""

    title = _("visible range")
    parameter_name = "range"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("in", _("in range")), ("out", _("out of range")), ("unknown", _("not known yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        theirs = ApplicationMember.objects.filter(member=OuterRef("pk"))
        inside, outside = Exists(theirs.filter(in_range=True)), Exists(theirs.filter(in_range=False))
        if self.value() == "unknown":
            return self._unknown(request, queryset)
        wanted = {"in": Q(inside), "out": Q(outside) & ~Q(inside)}
        return queryset.filter(wanted.get(self.value() or "", Q()))

    def _unknown(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        """Among the newest members, who are nearly all of these: no index has the rows that the other table lacks."""
        first = text_search.first_of_newest(Member)
        known = ApplicationMember.objects.filter(in_range__isnull=False)
        if first is not None:
            setattr(request, OF_NEWEST, True)
            queryset, known = queryset.filter(pk__gte=first), known.filter(member__gte=first)
        return queryset.filter(~Exists(known.filter(member=OuterRef("pk"))))


class ApplicationFilter(admin.SimpleListFilter):
    """Members in the visible range of one application."""

    title = _("in the range of")
    parameter_name = "application"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(row.pk), row.name) for row in applications_of(request) if not row.is_assistant]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        value = self.value() or ""
        if not value.isdecimal():
            return queryset
        return queryset.filter(
            pk__in=ApplicationMember.objects.filter(application=int(value), in_range=True).values("member")
        )


class DepartmentFilter(admin.SimpleListFilter):
    """Members of one department: here the first by name are offered, on the departments' page all."""

    title = _("department")
    parameter_name = "department"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        rows = Department.objects.existing().exclude(name="").order_by("name")[:200]
        return [(str(row.pk), row.name) for row in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        value = self.value() or ""
        return queryset.filter(memberships__department=int(value)) if value.isdecimal() else queryset


class TagFilter(admin.RelatedFieldListFilter):
    """Members with a tag, or without any: by the table between, which a join would make as long as all members."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        theirs = Tag.members.through._default_manager.filter(member=OuterRef("pk"))
        if self.lookup_val_isnull:
            return queryset.filter(~Exists(theirs))
        chosen = [int(value) for value in self.lookup_val or () if value.isdecimal()]
        return queryset.filter(Exists(theirs.filter(tag__in=chosen))) if chosen else queryset


@admin.register(Member)
class MemberAdmin(
    FactsOfMember, ImportButton, PersonalDataActions, SyncButton, IndexedSearch, KeysetAdmin, ProtectedDeleteAdmin
):
    protected_by = {"conversations": _("Messages with this member are kept.")}
    list_display = ("user_id", "name", "works_in", "position", "standing", "reachable")
    list_filter = ("status", RangeFilter, DepartmentFilter, ApplicationFilter, ("tags", TagFilter))
    list_select_related = ("corporation", "main_department")
    search_fields = ("user_id", "name", "alias", "position")
    search_help_text = _("Search for a user ID, a name, an alias or a position.")
    exact_first = ("user_id", "name", "alias")
    actions_list = ("sync_now", "import_facts")
    sortable_by = ("user_id", "name")
    fieldsets = (
        (None, {"fields": ("user_id", "name", "pinyin", "language", "alias", "position", "standing", "reachable")}),
        (_("In the company"), {"fields": ("places", "carries", "leaders", "extras", "corporation", "created_at")}),
    )
    readonly_fields = (
        *("corporation", "user_id", "alias", "position", "standing", "reachable", "places", "carries", "leaders"),
        *("extras", "created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        rows: QuerySet[Member] = super().get_queryset(request)
        return rows.prefetch_related(
            Prefetch("application_members", ApplicationMember.objects.select_related("application")),
            Prefetch("memberships", Membership.objects.select_related("department")),
        )

    def save_model(self, request: HttpRequest, obj: Member, form: Any, change: bool) -> None:
        columns = [name for name in form.changed_data if not name.startswith(PREFIX)]
        author = Author(by=request.user)  # type: ignore[arg-type]
        services.change_member(obj, **{name: form.cleaned_data[name] for name in columns}, author=author)
        self.save_facts(obj, form, author)

    @display(description=_("department"), ordering="main_department__name")
    def works_in(self, member: Member) -> str:
        places = [row.department for row in member.memberships.all()]
        main = member.main_department or (places[0] if places else None)
        if main is None:
            return NOTHING
        more = len({place.pk for place in places} - {main.pk})
        return f"{main} +{more}" if more else str(main)

    @display(description=_("status"), ordering="status")
    def standing(self, member: Member) -> str:
        return badge(member.get_status_display(), TONES[Member.Status(member.status)]) if member.status else NOTHING

    @display(description=_("visible range"))
    def reachable(self, member: Member) -> str:
        """In words, by application if there are several."""
        known = [
            row
            for row in member.application_members.all()
            if row.in_range is not None and not row.application.is_assistant
        ]
        if not known:
            return NOTHING
        if len({row.in_range for row in known}) == 1:
            return _range(inside=bool(known[0].in_range))
        outside = ", ".join(str(row.application) for row in known if not row.in_range)
        return badge(now("not in that of %s") % outside, "warn")

    @display(description=_("departments"))
    def places(self, member: Member) -> SafeString | str:
        leads = now(" (leads it)")
        rows = [(row_link(row.department), leads if row.is_leader else "") for row in member.memberships.all()]
        return format_html_join(", ", "{}{}", rows) or NOTHING

    @display(description=_("tags"))
    def carries(self, member: Member) -> SafeString | str:
        return format_html_join(", ", "{}", [(row_link(tag),) for tag in member.tags.all()]) or NOTHING

    @display(description=_("direct leaders"))
    def leaders(self, member: Member) -> str:
        return ", ".join(member.direct_leaders) or NOTHING

    @display(description=_("attributes"))
    def extras(self, member: Member) -> SafeString | str:
        rows = sorted(member.attributes.items())
        return format_html_join("", "<div>{}: {}</div>", rows) or NOTHING

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Department)
class DepartmentAdmin(SyncButton, ReadOnlyAdmin):
    list_display = ("place", "number", "people", "led_by", "seen_by")
    list_display_links = ("place",)
    search_fields = ("name", "name_en", "=number")
    search_help_text = _("Search for a name or a number.")
    list_per_page = 500
    sortable_by = ()
    fieldsets = ((None, {"fields": ("name", "name_en", "number", "above", "people", "led_by", "seen_by", "gone_at")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        rows: QuerySet[Department] = super().get_queryset(request).prefetch_related("applications")
        return rows.annotate(count=Count("memberships"))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The rows of the page as the company stands: each department, then those below it."""
        changes = super().get_changelist_instance(request)
        rows = list(changes.result_list)
        changes.result_list = _as_tree([row for row in rows if row.gone_at is None or len(rows) == 1])
        return changes

    @display(description=_("department"))
    def place(self, row: Department) -> str:
        depth = getattr(row, "depth", 0)
        english = format_html(' <span class="ou-quiet">{}</span>', row.name_en) if row.name_en else ""
        return format_html('<span class="ou-branch" style="--depth: {}">{}{}</span>', depth, row, english)

    @display(description=_("members"))
    def people(self, row: Department) -> str:
        count = getattr(row, "count", 0)
        if not count:
            return NOTHING
        address = reverse("admin:wecom_member_changelist")
        return format_html('<a class="ou-link" href="{}?department={}">{}</a>', address, row.pk, count)

    @display(description=_("led by"))
    def led_by(self, row: Department) -> str:
        return ", ".join(row.leaders) or NOTHING

    @display(description=_("visible to"))
    def seen_by(self, row: Department) -> str:
        return ", ".join(str(application) for application in row.applications.all()) or NOTHING

    @display(description=_("department above"))
    def above(self, row: Department) -> str:
        parent = Department.objects.filter(corporation=row.corporation_id, number=row.parent_number).first()
        return row_link(parent)


@admin.register(Tag)
class TagAdmin(SyncButton, ReadOnlyAdmin):
    list_display = ("name", "number", "people", "parties", "standing")
    search_fields = ("name", "=number")
    search_help_text = _("Search for a name or a number.")
    ordering = ("name",)
    fieldsets = ((None, {"fields": ("name", "number", "people", "parties", "standing")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        rows: QuerySet[Tag] = super().get_queryset(request).prefetch_related("departments")
        return rows.annotate(count=Count("members"))

    @display(description=_("members"))
    def people(self, tag: Tag) -> str:
        count = getattr(tag, "count", 0)
        if not count:
            return NOTHING
        address = reverse("admin:wecom_member_changelist")
        return format_html('<a class="ou-link" href="{}?tags__id__exact={}">{}</a>', address, tag.pk, count)

    @display(description=_("departments"))
    def parties(self, tag: Tag) -> str:
        return ", ".join(str(place) for place in tag.departments.all()) or NOTHING

    @display(description=_("status"))
    def standing(self, tag: Tag) -> str:
        return badge(_("deleted"), "bad") if tag.gone_at else badge(_("in use"), "good")


def _range(*, inside: bool) -> str:
    return badge(_("in range"), "good") if inside else badge(_("out of range"), "bad")


def _as_tree(rows: list[Department]) -> list[Department]:
    """The rows in the order of the tree, each with its `depth`; a branch whose root is elsewhere begins at the top."""
    known = {(row.corporation_id, row.number) for row in rows}
    below: dict[tuple[int, int], list[Department]] = {}
    tops: list[Department] = []
    for row in sorted(rows, key=lambda row: (-row.order, row.number)):
        above = (row.corporation_id, row.parent_number)
        (below.setdefault(above, []) if above in known and row.parent_number != row.number else tops).append(row)
    shown: list[Department] = []
    waiting = [(row, 0) for row in reversed(tops)]
    while waiting:
        row, depth = waiting.pop()
        row.depth = depth  # type: ignore[attr-defined]
        shown.append(row)
        inside = below.pop((row.corporation_id, row.number), [])
        waiting.extend((child, depth + 1) for child in reversed(inside))
    return shown
