"""What a connected application needs, step by step: a new check is one class and one entry in `CHECKS`."""

import ipaddress
import socket
from abc import abstractmethod
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from openuser.lib.diagnosis import Check, Finding, bad, good, not_checked, warn
from wecom import agents, applications, auth, guard, messages, probing, refusals, shapes, verdicts
from wecom.exceptions import ApiError, ConfigurationError, NotReached, WeComError
from wecom.models import Application, Callback
from wecom.probing import Reply, Unreached

LATELY = timedelta(days=7)
UNTRUSTED, FOREIGN_AGENT, NO_AGENT, DISABLED = 60020, 301002, 40056, 301007
VARIABLES = {
    "corp_id": "WECHAT_CORP_ID",
    "agent_id": "WECHAT_AGENT_ID",
    "secret": "WECHAT_CORP_SECRET",
    "token": "WECHAT_TOKEN",
    "encoding_aes_key": "WECHAT_ENCODING_AES_KEY",
}


class KeyShapes(Check):
    """The WECHAT_* variables look as they should."""

    id = "keys"
    title = gettext_lazy("Keys in the environment")

    def look(self) -> Finding:
        values = environment()
        if not any(values.values()):
            return good(_("None is set; applications are connected in the admin."))
        flaws = shapes.flaws(values)
        if not flaws:
            return good(_("All five WECHAT_* values have the right shape."))
        names = ", ".join(VARIABLES[flaw.field] for flaw in flaws)
        first = flaws[0]
        words = _("%(names)s: wrong shape or missing. %(words)s") % {"names": names, "words": first.words}
        remedy = _("Copy the value once more into .env or the environment, then run “python3 manage.py migrate”.")
        return bad(f"shape_{first.field}", words, remedy=remedy, where=str(first.where))


class Connected(Check):
    """There is an application at all."""

    id = "application"
    title = gettext_lazy("Application")
    after = ("database", "migrations")

    def look(self) -> Finding:
        count = Application.objects.filter(enabled=True).count()
        if not count:
            remedy = _("Set the WECHAT_* variables and run “python3 manage.py migrate”, or add one in the admin.")
            where = _("Admin → WeChat Work → Applications → Add")
            return bad("none", _("No WeChat Work application is connected."), remedy=remedy, where=where)
        if not Application.objects.filter(enabled=True, is_default=True).exists():
            words = _("No application is the default one: programs that name none cannot send.")
            return warn("no_default", words, where=_("Admin → WeChat Work → Applications → Default"))
        return good(ngettext("%d application is connected.", "%d applications are connected.", count) % count)


class MaySend(Check):
    """No restored or copied database waits for a person before it sends."""

    id = "restore-hold"
    title = gettext_lazy("Restore guard")
    after = ("database", "migrations")

    def look(self) -> Finding:
        held = guard.held()
        if held is None:
            return good(_("Nothing waits for a person to confirm this database."))
        words = _("Nothing is sent: %s.") % held.get_held_because_display()
        remedy = _(
            "Say whether to send what waits or to discard it: there, or by “python3 manage.py release_restore_hold”."
        )
        return bad(held.held_because, words, remedy=remedy, where=_("Admin → WeChat Work → Restore guard"))


class ApplicationCheck(Check):
    """A check of one application; `None` stands for those that nobody can list yet."""

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

    def look(self) -> Finding:
        """See how it stands, where there is something to look at."""
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
        words = _("WeChat Work does not accept calls from this server's address (60020).")
        remedy = _("%s It takes about a minute to count.") % error.remedy
        where = _("%s → Developer interface (开发者接口) → Trusted IP (企业可信IP)") % self.page
        return bad("untrusted_ip", words, remedy=remedy, where=where)


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
        flaws = shapes.flaws(values)
        if not flaws:
            return good(_("All keys have the right shape."))
        first = flaws[0]
        remedy = _("Copy the value once more. The console shows it here: %s") % first.where
        return bad(f"shape_{first.field}", str(first.words), remedy=remedy, where=self.form)


class PublicUrl(ApplicationCheck):
    """WeChat Work reaches us: the URL check and a callback, played against the address."""

    id = "public-url"
    title = gettext_lazy("Callback address")
    after = ("stored-keys",)

    def examine(self) -> Finding:
        url = applications.webhook_url(self.application)
        if _is_real(self.application) and _is_private(url):
            words = _("%s is an address of this machine or network only: WeChat Work cannot reach it.") % url
            remedy = _("Set SITE_URL to the public address of this server, like https://your-domain.com, and restart.")
            return bad("private", words, remedy=remedy)
        try:
            return self._judge(url)
        except Unreached as error:
            return verdicts.unreached(error, url)

    def _judge(self, url: str) -> Finding:
        application = self.application
        echo = probing.check_url(url, application.keys)
        trouble = verdicts.of_answer(echo, url, application) or verdicts.of_echo(echo)
        if trouble is not None:
            return trouble
        receipt = probing.call_back(url, application.keys, agent_id=application.agent_id)
        trouble = verdicts.of_answer(receipt, url, application)
        trouble = trouble or verdicts.of_receipt(receipt, recorded=self._take_back(receipt))
        if trouble is not None:
            return trouble
        words = _("%(url)s answers the URL check in %(echo).2f s and a callback in %(receipt).2f s.")
        return good(words % {"url": url, "echo": echo.seconds, "receipt": receipt.seconds})

    def _take_back(self, receipt: Reply) -> bool:
        """Whether the probe was recorded here. Its row has served its purpose."""
        identity = messages.identity(messages.inbound(receipt.expected))
        rows = Callback.objects.filter(application=self.application, identity=identity, reason=Callback.Reason.PROBE)
        return bool(rows.delete()[0])


class Token(ApplicationCheck):
    """The platform takes corp ID and secret. A wrong secret is asked about once, since it bans who repeats it."""

    id = "token"
    title = gettext_lazy("Access token")
    after = ("stored-keys",)

    def examine(self) -> Finding:
        try:
            auth.access_token(self.application, though_held=True)
        except ConfigurationError as error:
            return self._refused(error)
        except WeComError as error:
            return _silent(error, self.application)
        return good(_("WeChat Work accepts the corp ID and the secret."))

    def _refused(self, error: ConfigurationError) -> Finding:
        where = f"{self.page} → Secret"
        if error.errcode == UNTRUSTED:
            return self.untrusted(error)
        if error.code == auth.HELD:
            words = _("Not asked again, since the application is held: %s") % error.remedy
            remedy = _("Mend that and save the application, or press “Try again now” on its page.")
            return bad("held", words, remedy=remedy, where=self.form)
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
            agents.ask(self.application)
        except ApiError as error:
            if error.errcode == UNTRUSTED:
                return self.untrusted(error)
        except WeComError as error:
            return _silent(error, self.application)
        return good(_("Calls from this server are accepted."))


class VisibleRange(ApplicationCheck):
    """The agent ID is right, the application is switched on, and somebody can see it."""

    id = "visible-range"
    title = gettext_lazy("Visible range")
    after = ("trusted-ip",)

    def examine(self) -> Finding:
        if self.application.is_assistant:
            return good(_("The contacts assistant sees the whole company, and can be seen by nobody."))
        try:
            agent = agents.ask(self.application)
        except ApiError as error:
            return self._refused(error)
        except WeComError as error:
            return _silent(error, self.application)
        if agent.closed:
            return self._closed()
        if not (agent.users or agent.departments or agent.tags):
            words = _("Nobody can see the application: its visible range is empty.")
            remedy = _("Add people, departments or tags.")
            return bad("nobody", words, remedy=remedy, where=_("%s → Visible range (可见范围)") % self.page)
        words = _("“%(name)s” can be seen by %(users)d members, %(departments)d departments and %(tags)d tags.")
        counts = {"users": len(agent.users), "departments": len(agent.departments), "tags": len(agent.tags)}
        return good(words % {"name": agent.name, **counts})

    def _refused(self, error: ApiError) -> Finding:
        if error.errcode == DISABLED:
            return self._closed()
        if error.errcode in {FOREIGN_AGENT, NO_AGENT}:
            words = _("The agent ID %(agent)d does not belong to this secret (%(code)d).")
            found = words % {"agent": self.application.agent_id, "code": error.errcode}
            remedy = _("Copy AgentId and Secret from the same application's page.")
            return bad("agent_id", found, remedy=remedy, where=f"{self.page} → AgentId")
        return bad(f"refused_{error.errcode}", error.message, remedy=str(error.remedy), where=self.page)

    def _closed(self) -> Finding:
        return bad(
            "closed", _("The application is switched off in the console."), remedy=_("Switch it on."), where=self.page
        )


class CallbacksCome(ApplicationCheck):
    """WeChat Work calls, and what it sends fits our keys."""

    id = "callbacks"
    title = gettext_lazy("Callbacks")
    after = ("stored-keys",)

    def examine(self) -> Finding:
        rows = Callback.objects.filter(application=self.application).exclude(reason=Callback.Reason.PROBE)
        last = rows.order_by("-created_at").first()
        for refusal in refusals.of(self.application):
            if last is None or refusal.at > last.created_at:
                found = verdicts.of_refusal(refusal.code)
                at = timezone.localtime(refusal.at).strftime("%m-%d %H:%M")
                words = _("A callback was refused at %(at)s. %(words)s") % {"at": at, "words": found.words}
                return bad(f"refused_{found.code}", words, remedy=found.remedy, where=found.where)
        where = _("%s → Receive messages (接收消息) → Set API reception") % self.page
        if last is None:
            words = _("No callback has come yet.")
            remedy = _("Save the callback settings in the console, then write something to the application.")
            return warn("never", words, remedy=remedy, where=where)
        if last.suspect:
            return verdicts.warn_clock((last.created_at - last.sent_at).total_seconds())
        at = timezone.localtime(last.created_at).strftime("%Y-%m-%d %H:%M")
        if last.created_at < timezone.now() - LATELY:
            words = _("The last callback came at %s.") % at
            remedy = _("If people have written since, save the callback settings in the console once more.")
            return warn("long_ago", words, remedy=remedy, where=where)
        return good(_("The last callback came at %s.") % at)


# In the order in which they build upon one another.
INSTALLATION: tuple[type[Check], ...] = (KeyShapes,)
CHECKS: tuple[type[ApplicationCheck], ...] = (StoredKeys, PublicUrl, Token, TrustedIp, VisibleRange, CallbacksCome)
CONNECTION: tuple[type[ApplicationCheck], ...] = (StoredKeys, Token, TrustedIp, VisibleRange)


def environment() -> dict[str, str]:
    """The WECHAT_* values by the names of the fields, as they were given."""
    given = settings.WECOM
    return {
        "corp_id": given["CORP_ID"],
        "agent_id": str(given["AGENT_ID"] or given["AGENT_ID_AS_GIVEN"]),
        "secret": given["CORP_SECRET"],
        "token": given["TOKEN"],
        "encoding_aes_key": given["ENCODING_AES_KEY"],
    }


def _silent(error: WeComError, application: Application) -> Finding:
    """The platform's API gives no usable answer."""
    address = application.api_base_url
    if isinstance(error, NotReached):
        words = _("The API at %s cannot be reached.") % address
        remedy = _("Let this server reach it: check DNS, the firewall, and the API address of the application.")
        return bad("api_unreachable", words, remedy=remedy)
    words = _("The API at %(address)s gives no usable answer (%(code)s).") % {"address": address, "code": error.code}
    remedy = _("Try again. If it stays so, a proxy in between answers instead of WeChat Work.")
    return bad("api_silent", words, remedy=remedy)


def _is_real(application: Application) -> bool:
    """Whether the application is one of WeChat Work's own, not one of an emulator nearby."""
    return not _is_private(application.api_base_url)


def _is_private(url: str) -> bool:
    """Whether all addresses of a URL's name are of this machine or network; False where it has none."""
    try:
        found: Any = socket.getaddrinfo(urlsplit(url).hostname or "", None, proto=socket.IPPROTO_TCP)
        addresses = {ipaddress.ip_address(one[4][0].split("%")[0]) for one in found}
    except (OSError, ValueError):
        return False
    return bool(addresses) and not any(address.is_global for address in addresses)
