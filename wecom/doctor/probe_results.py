"""Diagnoses the answer of the callback address: the cause, and the remedy."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext as _

from core.diagnosis import Finding, bad, warn
from wecom.callbacks import rejections, verify_and_decrypt
from wecom.doctor.probe import Reply, Unreached
from wecom.models import Application

GET_LIMIT, POST_LIMIT = 1.0, 5.0  # seconds that the platform waits
GATEWAY = frozenset({502, 503, 504, 520, 521, 522, 523, 524})
CLOSED = frozenset({401, 403, 405, 406, 407, 418, 429, 451})


def unreached(error: Unreached, url: str) -> Finding:
    """Why no answer came."""
    host = urlsplit(url).netloc
    flaws = {
        "address": bad(
            "address",
            _("This is no web address: %s.") % url,
            remedy=_("Set SITE_URL, or WECHAT_WEBHOOK_URL, to an address that begins with https://."),
        ),
        "dns": bad(
            "dns",
            _("The name %s does not exist: DNS knows no address for it.") % error.message,
            remedy=_("Correct SITE_URL or WECHAT_WEBHOOK_URL, or add an A record for the name with your DNS provider."),
        ),
        "refused": bad(
            "refused",
            _("No server listens at %s.") % host,
            remedy=_("Start the web server or the proxy, and see that the port is the right one."),
        ),
        "unreachable": bad(
            "unreachable",
            _("No connection to %s comes about.") % host,
            remedy=_("Open the port in the firewall or the security group of the server."),
        ),
        "tls": bad(
            "tls",
            _("The certificate of %(host)s is not accepted: %(why)s.") % {"host": host, "why": error.message},
            remedy=_("Install a certificate of a public authority, with its intermediate certificates, on the proxy."),
        ),
        "timeout": bad(
            "timeout",
            _("%s takes the connection but does not answer in time.") % host,
            remedy=_("See what the proxy waits for: the web server is overloaded, or the proxy asks the wrong port."),
        ),
    }
    fault = _("The connection to %s broke before the answer.") % host
    remedy = _("See the proxy's log: it speaks another protocol at this port, or it closes the connection.")
    return flaws.get(error.code) or bad("broken", fault, remedy=remedy)


def of_answer(reply: Reply, url: str, application: Application) -> Finding | None:
    """The flaw of an answer; None if the platform would take it."""
    if 300 <= reply.status < 400:
        return _redirect(reply, url)
    if reply.status in GATEWAY:
        fault = _("The proxy answers, but the server behind it does not (status %d).") % reply.status
        return bad("gateway", fault, remedy=_("Start the web process, and let the proxy pass requests to its port."))
    if reply.status == 400 and not validate_host(urlsplit(url).hostname or "", settings.ALLOWED_HOSTS):
        fault = _("The web server refuses the name %s.") % urlsplit(url).hostname
        remedy = _("Add it to ALLOWED_HOSTS and restart.")
        return bad("allowed_hosts", fault, remedy=remedy)
    if reply.status == 403 and not reply.body:
        return _refused(reply, application)
    if reply.status == 404:
        fault = _("There is nothing at this path (status 404).")
        remedy = _("Correct the path in WECHAT_WEBHOOK_URL, or let the proxy pass it on unchanged.")
        return bad("not_found", fault, remedy=remedy)
    if reply.status in CLOSED:
        fault = _("Strangers are turned away (status %d).") % reply.status
        remedy = _("Exempt this path from the login, the firewall (WAF) or the bot filter in front.")
        return bad("closed", fault, remedy=remedy)
    if reply.is_html:
        fault = _("A web page answers instead of OpenUser (status %d).") % reply.status
        remedy = _("The proxy sends this path to something else, often to index.html: pass it on to OpenUser.")
        return bad("html", fault, remedy=remedy)
    if reply.status != 200:
        fault = _("The answer has the status %d.") % reply.status
        return bad("status", fault, remedy=_("See logs/app.log for what happened at this time."))
    return None


def of_echo(reply: Reply) -> Finding | None:
    """The flaw of the answer to the URL check."""
    if reply.body == reply.expected:
        return _slow(reply, GET_LIMIT, _("the URL check"))
    if reply.expected in reply.body:
        fault = _("The answer to the URL check was changed on its way.")
        return bad("altered", fault, remedy=_("Let the proxy pass the body on as it is: no quotes, no line break."))
    fault = _("Something answers that is not OpenUser.")
    return bad("stranger", fault, remedy=_("Let the proxy pass this path on to OpenUser."))


def of_receipt(reply: Reply, *, recorded: bool) -> Finding | None:
    """The flaw of the answer to a callback."""
    if not recorded:
        fault = _("Callbacks are accepted there, but they do not arrive in this database.")
        remedy = _("The address leads to another installation with the same keys. Correct SITE_URL or the proxy.")
        return bad("elsewhere", fault, remedy=remedy)
    return _slow(reply, POST_LIMIT, _("a callback"))


def _slow(reply: Reply, limit: float, what: str) -> Finding | None:
    if reply.seconds <= limit:
        return None
    text = _("The answer to %(what)s takes %(seconds).1f s; WeChat Work waits %(limit)d s.")
    sentence = text % {"what": what, "seconds": reply.seconds, "limit": limit}
    remedy = _("Start more web processes, or put the server nearer: see what the proxy and the database take.")
    return bad("slow", sentence, remedy=remedy)


def _redirect(reply: Reply, url: str) -> Finding:
    there, here = urlsplit(reply.location), urlsplit(url)
    fault = _("The address redirects to %s. WeChat Work does not follow.") % reply.location.split("?")[0]
    if there.scheme == "https" and here.scheme == "http":
        remedy = _("Begin SITE_URL, WECHAT_WEBHOOK_URL and the URL in the console with https://.")
        return bad("redirect_https", fault, remedy=remedy)
    if there.path.rstrip("/") == here.path.rstrip("/") and there.path != here.path:
        remedy = _("Do not let the proxy add or remove the slash at the end.")
        return bad("redirect_slash", fault, remedy=remedy)
    remedy = _("Enter the address that it leads to, or exempt this path from the redirect on the proxy.")
    return bad("redirect", fault, remedy=remedy)


def _refused(reply: Reply, application: Application) -> Finding:
    """Our webhook does not tell the caller why it refuses, but it remembers the reason."""
    rejected = rejections.find(reply.nonce)
    if rejected is None:
        fault = _("OpenUser answers there, but it is not this installation, or the application is switched off there.")
        remedy = _("Compare the address with the one on the application's page in the admin.")
        return bad("foreign", fault, remedy=remedy)
    meant, refusal = rejected
    if meant != application:
        fault = _("This is the address of another application: %s.") % meant
        remedy = _("Correct WECHAT_WEBHOOK_URL: the application's page in the admin shows its own address.")
        return bad("other_application", fault, remedy=remedy)
    return of_refusal(refusal.code)


def of_refusal(code: int) -> Finding:
    """The key that differs, by the reason of a refusal."""
    where = _("Console → Applications (应用管理) → your application → Receive messages (接收消息) → Set API reception")
    if code == rejections.SIGNATURE:
        fault = _("The signature does not fit: the Token there is another than the one stored here.")
        remedy = _("Copy the Token from the console once more, and save it here.")
        return bad("signature", fault, remedy=remedy, where=where)
    if code == verify_and_decrypt.CORP_ID:
        fault = _("The callback is for another company: the corp ID stored here is not the console's.")
        remedy = _("Copy the corp ID (企业ID) from the console once more.")
        return bad("corp_id", fault, remedy=remedy, where=_("Console → My company (我的企业) → Corp ID (企业ID)"))
    if code == verify_and_decrypt.AGENT_ID:
        fault = _("The callback is for another application: its AgentID is not the one stored here.")
        remedy = _("Give each application its own address in the console, and copy AgentId here once more.")
        return bad("agent_id", fault, remedy=remedy, where=_("Console → Applications (应用管理) → your application"))
    fault = _("It cannot be decrypted: the EncodingAESKey there is another than the one stored here.")
    remedy = _("Copy the EncodingAESKey from the console once more, and save it here.")
    return bad("aes_key", fault, remedy=remedy, where=where)


def warn_clock(seconds: float) -> Finding:
    """The clocks differ."""
    fault = _("Our clock and WeChat Work's differ by %d seconds.") % abs(seconds)
    return warn("clock", fault, remedy=_("Switch on time synchronisation (NTP) on this server."))
