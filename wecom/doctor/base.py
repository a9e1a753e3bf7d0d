"""Parts that the checks of one application have in common."""

from abc import abstractmethod
from typing import ClassVar

from django.utils.translation import gettext as _

from core.diagnosis import Check, Finding, bad, not_checked
from wecom.doctor.installation_checks import Connected
from wecom.exceptions import ApiError, NotReached, WeComError
from wecom.models import Application


class ApplicationCheck(Check):
    """A check of one application; `None` stands for applications that cannot be listed yet."""

    after: ClassVar[tuple[str, ...]] = ("application",)

    def __init__(self, application: Application | None) -> None:
        self._application = application

    @property
    def key(self) -> str:
        return self.id if self._application is None else f"{self.id}:{self._application.pk}"

    @property
    def subject(self) -> str:
        return str(self._application or "")

    @property
    def application(self) -> Application:
        if self._application is None:
            raise LookupError("There is no application to look at.")
        return self._application

    def run(self) -> Finding:
        """Run the check, if there is anything to check."""
        return not_checked(str(Connected.title)) if self._application is None else self.examine()

    @abstractmethod
    def examine(self) -> Finding:
        """See how the application stands."""

    @property
    def page(self) -> str:
        """The application's page in the console, in words."""
        return _("Console → Applications (应用管理) → %s") % self.application

    @property
    def form(self) -> str:
        """The application's page in the admin, in words."""
        return _("Admin → WeChat Work → Applications → %s") % self.application

    def untrusted(self, error: ApiError) -> Finding:
        """Calls from here are not accepted; the error's remedy has the address that the platform saw."""
        fault = _("WeChat Work does not accept calls from this server's address (60020).")
        remedy = _("%s It takes about a minute to count.") % error.remedy
        where = _("%s → Developer interface (开发者接口) → Trusted IP (企业可信IP)") % self.page
        return bad("untrusted_ip", fault, remedy=remedy, where=where)


def silent(error: WeComError, application: Application) -> Finding:
    """The platform's API gives no usable answer."""
    address = application.api_base_url
    if isinstance(error, NotReached):
        fault = _("The API at %s cannot be reached.") % address
        remedy = _("Let this server reach it: check DNS, the firewall, and the API address of the application.")
        return bad("api_unreachable", fault, remedy=remedy)
    fault = _("The API at %(address)s gives no usable answer (%(code)s).") % {"address": address, "code": error.code}
    remedy = _("Try again. If it stays so, a proxy in between answers instead of WeChat Work.")
    return bad("api_silent", fault, remedy=remedy)
