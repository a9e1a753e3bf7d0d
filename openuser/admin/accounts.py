"""Models of other packages with Unfold's style: accounts with their roles, and beat's periodic tasks."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, npgettext
from django_celery_beat.admin import PeriodicTaskAdmin as BeatPeriodicTaskAdmin
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from core.text.member_names import full_name
from core.web.admin import NOTHING, FormAdmin, ProtectedDeleteAdmin, badge, change_url, row_action, short_time
from openuser.admin.account_forms import (
    AccountForm,
    NewAccountForm,
    PermissionsField,
    UnfoldPeriodicTaskForm,
    grantable_permissions,
)
from openuser.pages import staff_sessions
from openuser.roles import DESCRIPTIONS, Role
from openuser.second_factor import devices

# The last two would show keys and recovery codes; everyone has a page of their own for them.
for model in (
    User,
    Group,
    TOTPDevice,
    StaticDevice,
    PeriodicTask,
    IntervalSchedule,
    CrontabSchedule,
    SolarSchedule,
    ClockedSchedule,
):
    admin.site.unregister(model)

admin.site.empty_value_display = NOTHING
ROLE_LABELS = {role.value: role.label for role in Role}


def signed_in_as(request: HttpRequest) -> dict[str, Any]:
    """For templates: the name of the account, looked up where a page of the admin shows it."""
    return {"account_name": SimpleLazyObject(lambda: _name_of(request.user))}


def _name_of(user: Any) -> str:
    return full_name(user.last_name, user.first_name) or str(user.get_username())


class RoleFilter(admin.SimpleListFilter):
    """Accounts of one role."""

    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ROLE_LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class PermissionsAdmin(FormAdmin):
    """Offers single permissions with translated names."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.remote_field.model is Permission:
            kwargs |= {
                "form_class": PermissionsField,
                "queryset": grantable_permissions(),
                "widget": UnfoldAdminCheckboxSelectMultipleWidget,
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(User)
class UserAdmin(PermissionsAdmin, DjangoUserAdmin[User], ProtectedDeleteAdmin):
    form = AccountForm
    add_form = NewAccountForm
    add_form_template = None
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "email", "may", "state", "has_second_factor", "seen")
    list_filter = (RoleFilter, "is_active")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "roles", "is_active")}),
        (_("Personal info"), {"fields": ("last_name", "first_name", "email")}),
        (_("Beyond the roles"), {"classes": ["collapse"], "fields": ("is_superuser", "groups", "user_permissions")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2", "roles")}),)
    readonly_fields = ("last_login", "date_joined")
    actions = ("end_sessions", "reset_second_factor")
    actions_detail = ("end_sessions_this", "reset_second_factor_this")

    class Media:
        js = ("core/confirm_action.js",)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.is_own = obj == request.user
        return form

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        queryset: QuerySet[User] = super().get_queryset(request)
        enrolled = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return queryset.annotate(second_factor=Exists(enrolled)).prefetch_related("groups")

    @display(description=_("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return full_name(user.last_name, user.first_name) or NOTHING

    @display(description=_("roles"))
    def may(self, user: User) -> str:
        names = [str(ROLE_LABELS.get(group.name, group.name)) for group in user.groups.all()]
        if user.is_superuser:
            names.insert(0, str(_("everything")))
        return ", ".join(names) or NOTHING

    @display(description=_("status"), ordering="is_active")
    def state(self, user: User) -> str:
        if not user.is_active:
            return badge(_("switched off"))
        return badge(_("may sign in"), "good") if user.is_staff else badge(_("has no role"), "warn")

    @display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: Any) -> bool:
        return bool(user.second_factor)

    @admin.action(description=_("Reset the second factor"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        reset = [user for user in queryset if devices.remove(user)]
        for user in reset:
            self.log_change(request, user, "The second factor was reset.")
        notice = ngettext("%d second factor was reset.", "%d second factors were reset.", len(reset))
        self.message_user(request, notice % len(reset))

    reset_second_factor_this = row_action(
        reset_second_factor,
        icon="phonelink_erase",
        title=_("Reset the second factor of this account?"),
        words=_("Its authenticator app and recovery codes stop working. The password alone then opens the account."),
    )

    @admin.action(description=_("End all sessions"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = 0
        for user in queryset:
            count += (ended := staff_sessions.end_all(user, but=request.session.session_key))
            if ended:
                self.log_change(request, user, "Its sessions were ended.")
        notice = npgettext("of an account", "%d session was ended.", "%d sessions were ended.", count)
        self.message_user(request, notice % count)

    end_sessions_this = row_action(
        end_sessions,
        icon="logout",
        title=_("End all sessions of this account?"),
        words=_("Every browser in which it is logged in asks for the password again, except for the one you use now."),
    )

    @display(description=_("last seen"), ordering="last_login")
    def seen(self, user: User) -> str:
        return short_time(user.last_login)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        obj.is_staff = form.allows_login()
        super().save_model(request, obj, form, change)
        if not obj.is_staff:
            self.message_user(request, _("Without a role, this account cannot sign in here."), messages.WARNING)

    def protected_because(self, obj: Any) -> Any:
        if LogEntry.objects.filter(user=obj).exists():
            return _("Its name is part of the edit history. Disable it instead.")
        return ""


@admin.register(Group)
class GroupAdmin(PermissionsAdmin, DjangoGroupAdmin, ModelAdmin[Group]):  # type: ignore[misc]
    list_display = ("shown", "words", "accounts")
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        queryset: QuerySet[Group] = super().get_queryset(request)
        return queryset.annotate(user_count=Count("user"))

    @display(description=_("name"), ordering="name")
    def shown(self, group: Group) -> str:
        return str(ROLE_LABELS.get(group.name, group.name))

    def get_fields(self, request: HttpRequest, obj: Group | None = None) -> Any:
        return ("shown", "words", "who") if obj and obj.name in ROLE_LABELS else ("name", "permissions")

    @display(description=_("accounts"))
    def who(self, group: Group) -> str:
        accounts = [(change_url(user), user.get_username()) for user in group.user_set.order_by("username")]
        return format_html_join(", ", '<a class="ou-link" href="{}">{}</a>', accounts) or NOTHING

    @display(description=_("what it may do"))
    def words(self, group: Group) -> str:
        return str(DESCRIPTIONS[Role(group.name)]) if group.name in ROLE_LABELS else NOTHING

    @display(description=_("accounts"), ordering="user_count")
    def accounts(self, group: Any) -> int:
        return int(group.user_count)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """The groups of the five roles are read-only, because migrations keep them current."""
        return bool(super().has_change_permission(request, obj)) and (obj is None or obj.name not in ROLE_LABELS)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and (obj is None or obj.name not in ROLE_LABELS)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(BeatPeriodicTaskAdmin, FormAdmin):
    form = UnfoldPeriodicTaskForm
    change_form_template = None
    list_display = ("name", "enabled", "rhythm", "ran")
    list_filter = ("enabled",)
    date_hierarchy = None
    # Without fields that our broker and scheduler ignore.
    fieldsets = (
        (None, {"fields": ("name", "regtask", "task", "enabled", "description")}),
        (_("Schedule"), {"fields": ("interval", "crontab", "clocked", "start_time", "last_run_at", "one_off")}),
        (_("Arguments"), {"classes": ["collapse"], "fields": ("args", "kwargs", "queue")}),
    )
    readonly_fields = ("last_run_at",)

    @display(description=_("when"))
    def rhythm(self, task: PeriodicTask) -> str:
        return str(task.scheduler)

    @display(description=_("last run"), ordering="last_run_at")
    def ran(self, task: PeriodicTask) -> str:
        return short_time(task.last_run_at)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Beat's actions check no permission themselves."""
        return super().get_actions(request) if self.has_change_permission(request) else {}


@admin.register(IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule)
class ScheduleAdmin(FormAdmin):
    def get_model_perms(self, request: Any) -> dict[str, bool]:
        return {}
