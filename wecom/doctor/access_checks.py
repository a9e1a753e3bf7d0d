"""Checks that the platform accepts our keys, our address and our application."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.diagnosis import Finding, bad, good
from wecom.application import info
from wecom.client import access_tokens, application_hold, outages
from wecom.doctor import credential_formats
from wecom.doctor.base import ApplicationCheck, silent
from wecom.exceptions import ApiError, ConfigurationError, WeComError
from wecom.models import Outbound

UNTRUSTED, FOREIGN_AGENT, NO_AGENT = 60020, 301002, 40056
DISABLED = {50003, 301007}
OUTAGE_REMEDY = gettext_lazy(
    "It is tried every few seconds, and what waits goes out by itself. If it lasts, check the network of this server."
)


class StoredKeys(ApplicationCheck):
    """The keys in the database can be read and look as they should."""

    id = "stored-keys"
    title = gettext_lazy("Stored keys")

    def examine(self) -> Finding:
        application = self.application
        values = {
            "corp_id": application.corporation.corp_id,
            "agent_id": str(application.agent_id),
            "secret": application.secret,
            "token": application.token,
            "encoding_aes_key": application.encoding_aes_key,
        }
        if application.is_assistant:
            del values["agent_id"]  # it has none there
        flaws = credential_formats.credential_flaws(values)
        if not flaws:
            return good(_("All keys have the right shape."))
        first = flaws[0]
        remedy = _("Copy the value once more. The console shows it here: %s") % first.where
        return bad(f"shape_{first.field}", str(first.words), remedy=remedy, where=self.form)


class Token(ApplicationCheck):
    """The platform takes corp ID and secret. A wrong secret is tried once: repeating it gets our address banned."""

    id = "token"
    title = gettext_lazy("Access token")
    after = ("stored-keys",)

    def examine(self) -> Finding:
        try:
            access_tokens.valid_token(self.application, though_held=True)
        except ConfigurationError as error:
            return self._refused(error)
        except WeComError as error:
            return silent(error, self.application)
        return good(_("WeChat Work accepts the corp ID and the secret."))

    def _refused(self, error: ConfigurationError) -> Finding:
        where = f"{self.page} → Secret"
        if error.errcode == UNTRUSTED:
            return self.untrusted(error)
        if error.code == application_hold.HELD:
            fault = _("Not asked again, since the application is held: %s") % error.remedy
            remedy = _("Mend that and save the application, or press “Try again now” on its page.")
            return bad("held", fault, remedy=remedy, where=self.form)
        code = {40001: "secret", 40013: "corp_id"}.get(error.errcode, f"refused_{error.errcode}")
        if code == "corp_id":
            where = _("Console → My company (我的企业) → Corp ID (企业ID)")
        return bad(code, error.message, remedy=str(error.remedy), where=where)


class TrustedIp(ApplicationCheck):
    """The platform takes calls from our address."""

    id = "trusted-ip"
    title = gettext_lazy("Trusted IP")
    after = ("token",)

    def examine(self) -> Finding:
        try:
            info.fetch_profile(self.application)
        except ApiError as error:
            if error.errcode == UNTRUSTED:
                return self.untrusted(error)
        except WeComError as error:
            return silent(error, self.application)
        return good(_("Calls from this server are accepted."))


class Outage(ApplicationCheck):
    """The platform takes messages: no outage keeps them waiting."""

    id = "outage"
    title = gettext_lazy("Outage")

    def examine(self) -> Finding:
        self.application.refresh_from_db(fields=["probe_at", "failing_since"])
        since = self.application.failing_since
        if self.application.probe_at is None or since is None:
            return good(_("No outage keeps messages waiting."))
        count = outages.waiting(Outbound, self.application).count()
        fault = ngettext(
            "WeChat Work has not answered since %(since)s. %(count)d message waits.",
            "WeChat Work has not answered since %(since)s. %(count)d messages wait.",
            count,
        ) % {"since": date_format(timezone.localtime(since), "DATETIME_FORMAT"), "count": count}
        return bad("outage", fault, remedy=str(OUTAGE_REMEDY))


class VisibleRange(ApplicationCheck):
    """The agent ID is right, the application is switched on, and its visible range is not empty."""

    id = "visible-range"
    title = gettext_lazy("Visible range")
    after = ("trusted-ip",)

    def examine(self) -> Finding:
        if self.application.is_assistant:
            return good(_("The contacts assistant sees the whole company, and no member sees it."))
        try:
            agent = info.fetch_profile(self.application)
        except ApiError as error:
            return self._refused(error)
        except WeComError as error:
            return silent(error, self.application)
        if agent.closed:
            return self._closed()
        if not (agent.users or agent.departments or agent.tags):
            fault = _("No member can see the application: its visible range is empty.")
            remedy = _("Add people, departments or tags.")
            return bad("nobody", fault, remedy=remedy, where=_("%s → Visible range (可见范围)") % self.page)
        fault = _("“%(name)s” can be seen by: members %(users)d, departments %(departments)d, tags %(tags)d.")
        counts = {"users": len(agent.users), "departments": len(agent.departments), "tags": len(agent.tags)}
        return good(fault % {"name": agent.name, **counts})

    def _refused(self, error: ApiError) -> Finding:
        if error.errcode in DISABLED:
            return self._closed()
        if error.errcode in {FOREIGN_AGENT, NO_AGENT}:
            text = _("The agent ID %(agent)d does not belong to this secret (%(code)d).")
            sentence = text % {"agent": self.application.agent_id, "code": error.errcode}
            remedy = _("Copy AgentId and Secret from the same application's page.")
            return bad("agent_id", sentence, remedy=remedy, where=f"{self.page} → AgentId")
        return bad(f"refused_{error.errcode}", error.message, remedy=str(error.remedy), where=self.page)

    def _closed(self) -> Finding:
        return bad(
            "closed", _("The application is switched off in the console."), remedy=_("Switch it on."), where=self.page
        )
