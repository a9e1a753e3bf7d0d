"""Log-ins in the admin: who has logged in, and who was refused, as long as they are kept."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.web.admin import NOTHING, ReadOnlyAdmin, short_time
from openuser.models import LogIn, RefusedLogIn


class LogInsAdmin(ReadOnlyAdmin):
    """A list of log-ins: moment, user name as entered, address and browser."""

    sortable_by = ("when",)
    ordering = ("-pk",)
    search_fields = ("=username",)
    search_help_text = _("Search for the user name.")

    @display(description=_("at"), ordering="pk")
    def when(self, row: LogIn | RefusedLogIn) -> str:
        return short_time(row.attempt_time)

    @display(description=_("account"))
    def account(self, row: LogIn | RefusedLogIn) -> str:
        return row.username or NOTHING

    @display(description=_("IP Address"))
    def address(self, row: LogIn | RefusedLogIn) -> str:
        return row.ip_address or NOTHING

    @display(description=_("browser"))
    def browser(self, row: LogIn | RefusedLogIn) -> str:
        return row.user_agent or NOTHING


@admin.register(LogIn)
class LogInAdmin(LogInsAdmin):
    """Log-ins that succeeded."""

    list_display = ("when", "account", "address", "browser", "until")
    list_filter = (("attempt_time", admin.DateFieldListFilter),)
    fields = ("when", "account", "address", "browser", "until")
    empty_words = _("Nobody has logged in.")

    @display(description=_("logged out at"))
    def until(self, row: LogIn) -> str:
        return short_time(row.logout_time) if row.logout_time else NOTHING


@admin.register(RefusedLogIn)
class RefusedLogInAdmin(LogInsAdmin):
    """Wrong passwords and codes, and log-ins that were refused after them."""

    list_display = ("when", "account", "address", "outcome", "browser")
    list_filter = ("locked_out", ("attempt_time", admin.DateFieldListFilter))
    fields = ("when", "account", "address", "outcome", "browser")
    empty_words = _("No wrong password was entered.")

    @display(description=_("outcome"))
    def outcome(self, row: RefusedLogIn) -> str:
        return gettext("refused: log-ins paused") if row.locked_out else gettext("wrong password or code")
