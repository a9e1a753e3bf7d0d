"""Checks that the platform reaches us, and that its callbacks fit our keys."""

import ipaddress
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.diagnosis import Check, Finding, bad, good, warn
from wecom import messages
from wecom.callbacks import application_file, key_ring, rejections
from wecom.callbacks.spool import folder as spool
from wecom.client import default_application
from wecom.doctor import probe, probe_results
from wecom.doctor.base import ApplicationCheck
from wecom.doctor.probe import Reply, Unreached
from wecom.models import Application, Callback

LATELY = timedelta(days=7)


class PublicUrl(ApplicationCheck):
    """WeChat Work reaches us: the URL check and a callback, played against the address."""

    id = "public-url"
    title = gettext_lazy("Callback address")
    after = ("stored-keys",)

    def examine(self) -> Finding:
        url = default_application.webhook_url(self.application)
        if _is_real(self.application) and _is_private(url):
            fault = _("%s is an address of this machine or network only: WeChat Work cannot reach it.") % url
            remedy = _("Set SITE_URL to the public address of this server, like https://your-domain.com, and restart.")
            return bad("private", fault, remedy=remedy)
        try:
            return self._judge(url)
        except Unreached as error:
            return probe_results.unreached(error, url)

    def _judge(self, url: str) -> Finding:
        application = self.application
        echo = probe.check_url(url, application.keys)
        trouble = probe_results.of_answer(echo, url, application) or probe_results.of_echo(echo)
        if trouble is not None:
            return trouble
        receipt = probe.call_back(url, application.keys, agent_id=application.agent_id)
        trouble = probe_results.of_answer(receipt, url, application)
        trouble = trouble or probe_results.of_receipt(receipt, recorded=self._take_back(receipt))
        if trouble is not None:
            return trouble
        text = _("%(url)s answers the URL check in %(echo).2f s and a callback in %(receipt).2f s.")
        return good(text % {"url": url, "echo": echo.seconds, "receipt": receipt.seconds})

    def _take_back(self, receipt: Reply) -> bool:
        """Whether the probe was recorded here. Its row has served its purpose."""
        identity = messages.identity(messages.inbound(receipt.expected))
        rows = Callback.objects.filter(application=self.application, identity=identity, reason=Callback.Reason.PROBE)
        return bool(rows.delete()[0])


class CallbackDoor(Check):
    """Which of both answers callbacks: the view, or the lane in the event loop of the ASGI server."""

    id = "callback-door"
    title = gettext_lazy("Who answers callbacks")

    def run(self) -> Finding:
        if settings.WECOM["CALLBACK_LANE"]:
            return good(_("The event loop of the ASGI server (OPENUSER_CALLBACK_LANE); under WSGI the view."))
        return good(_("The view. With hundreds of callbacks a second set OPENUSER_CALLBACK_LANE=true."))


class Acceptor(Check):
    """A process without Django takes callbacks while the web process is away."""

    id = "acceptor"
    title = gettext_lazy("Acceptor of callbacks")

    def run(self) -> Finding:
        serves = spool.acceptor_serves()
        if serves is None:
            return good(_("None has run on this machine. One answers callbacks while the web process is away."))
        if serves:
            return good(_("It takes callbacks while the web process is away."))
        fault = _("It does not run: callbacks stay without an answer while the web process is away.")
        remedy = _(
            "Start “python3 manage.py up” again, or the service of the acceptor: openuser-acceptor.service under "
            "systemd, acceptor in compose. If you use none any more, delete the file %s."
        )
        return warn("away", fault, remedy=remedy % spool.acceptor_file())


class CallbackKeys(Check):
    """The acceptor, and a process that starts without the database, verify callbacks with the keys of today."""

    id = "callback-keys"
    title = gettext_lazy("Keys of callbacks on the disk")
    after = ("database",)

    def run(self) -> Finding:
        if not application_file.is_in_use():
            return good(_("No process of this machine takes callbacks."))
        outdated = application_file.outdated()
        if not outdated:
            return good(_("They are those of today, for callbacks while the database or the web process is away."))
        names = ", ".join(sorted({str(application) for application in outdated}))
        fault = _("The files of %(applications)s are missing or out of date: without the database, callbacks fail.")
        remedy = _("Let the user of the web process write in %(folder)s, and save the application once more.")
        remedy %= {"folder": settings.WECOM["SPOOL_DIR"]}
        return warn("outdated", fault % {"applications": names}, remedy=remedy)


class CallbacksCome(ApplicationCheck):
    """WeChat Work calls, and its callbacks fit our keys."""

    id = "callbacks"
    title = gettext_lazy("Callbacks")
    after = ("stored-keys",)

    def examine(self) -> Finding:
        rows = Callback.objects.filter(application=self.application).exclude(reason=Callback.Reason.PROBE)
        last = rows.order_by("-created_at").first()
        for refusal in rejections.latest(self.application):
            if last is None or refusal.at > last.created_at:
                flaw = probe_results.of_refusal(refusal.code)
                at = timezone.localtime(refusal.at).strftime("%m-%d %H:%M")
                fault = _("A callback was refused at %(at)s. %(words)s") % {"at": at, "words": flaw.words}
                return bad(f"refused_{flaw.code}", fault, remedy=flaw.remedy, where=flaw.where)
        where = _("%s → Receive messages (接收消息) → Set API reception") % self.page
        if last is None:
            fault = _("No callback has come yet.")
            remedy = _("Save the callback settings in the console, then write something to the application.")
            return warn("never", fault, remedy=remedy, where=where)
        if last.suspect:
            return probe_results.warn_clock((last.created_at - last.sent_at).total_seconds())
        at = timezone.localtime(last.created_at).strftime("%Y-%m-%d %H:%M")
        if last.created_at < timezone.now() - LATELY:
            fault = _("The last callback came at %s.") % at
            remedy = _("If people have written since, save the callback settings in the console once more.")
            return warn("long_ago", fault, remedy=remedy, where=where)
        return good(_("The last callback came at %s.") % at)


class KeysProven(ApplicationCheck):
    """WeChat Work has signed with our Token and EncodingAESKey, and when it last did."""

    id = "keys-proven"
    title = gettext_lazy("Token and EncodingAESKey")
    after = ("stored-keys",)

    def examine(self) -> Finding:
        called_at, checked_at = key_ring.last_callback(self.application), self.application.keys_proven_at
        proven_at = max(filter(None, (called_at, checked_at)), default=None)
        if proven_at is None:
            fault = _("They have not been proven yet: WeChat Work has sent nothing that they open.")
            remedy = _("Save the callback settings in the console: it checks them at once.")
            where = _("%s → Receive messages (接收消息) → Set API reception") % self.page
            return warn("never", fault, remedy=remedy, where=where)
        at = timezone.localtime(proven_at).strftime("%Y-%m-%d %H:%M")
        if proven_at == called_at:
            return good(_("They were last proven at %s, by a callback.") % at)
        return good(_("They were last proven at %s.") % at)


def _is_real(application: Application) -> bool:
    """Whether the application is one of WeChat Work's own, not one of an emulator nearby."""
    return not _is_private(application.api_base_url)


def _is_private(url: str) -> bool:
    """Whether all addresses of a URL's name are of this machine or network; False if it has none."""
    try:
        resolved: Any = socket.getaddrinfo(urlsplit(url).hostname or "", None, proto=socket.IPPROTO_TCP)
        addresses = {ipaddress.ip_address(info[4][0].split("%")[0]) for info in resolved}
    except (OSError, ValueError):
        return False
    return bool(addresses) and not any(address.is_global for address in addresses)
