"""The admin's page of the channels of alerts: which are set up, and a test of each that says how it went."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.web.admin import change_url
from openuser.incidents import alerts
from openuser.incidents.channels import Outcome
from openuser.models import Alert, WebhookEndpoint
from openuser.webhooks import services as hooks

TEST_RIGHT, WEBHOOK_RIGHT = "openuser.change_incident", "openuser.change_webhookendpoint"
OF_INCIDENTS = frozenset({WebhookEndpoint.Event.INCIDENT_OPENED, WebhookEndpoint.Event.INCIDENT_RESOLVED})


@dataclass(frozen=True, kw_only=True)
class ChannelRow:
    """A channel; `where` is empty if it is not set up, and `how` says how to do that."""

    name: str
    label: str
    where: str
    how: str


def view(request: HttpRequest) -> HttpResponse:
    """GET lists the channels. POST tests the one in `channel`, or the webhook in `endpoint`."""
    if request.method == "POST":
        return _test(request)
    context = {
        **admin.site.each_context(request),
        "title": _("How alerts are sent"),
        "channels": [_group(), _mail()],
        "endpoints": [
            endpoint for endpoint in WebhookEndpoint.objects.order_by("name") if OF_INCIDENTS & set(endpoint.events)
        ],
        "may_test": request.user.has_perm(TEST_RIGHT),
        "may_test_webhooks": request.user.has_perm(WEBHOOK_RIGHT),
    }
    return TemplateResponse(request, "admin/incidents/channels.html", context)


def _test(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("endpoint", "")
    if not request.user.has_perm(WEBHOOK_RIGHT if number else TEST_RIGHT):
        raise PermissionDenied
    if number:
        endpoint = get_object_or_404(WebhookEndpoint, pk=int(number) if number.isdecimal() else 0)
        return HttpResponseRedirect(change_url(hooks.send_test(endpoint)))
    channel = request.POST.get("channel", "")
    if channel not in Alert.Channel.values:
        raise Http404
    _tell(request, Alert.Channel(channel), alerts.send_test(channel))
    return HttpResponseRedirect(reverse("admin:openuser_incident_channels"))


def _tell(request: HttpRequest, channel: Alert.Channel, outcome: Outcome) -> None:
    if not outcome.reason:
        messages.success(request, _("The test alert was sent: %s. Look whether it has arrived.") % channel.label)
    elif outcome.reason == Alert.Reason.UNCERTAIN:
        messages.warning(request, _("No answer came in time: %s. The test alert may have arrived.") % channel.label)
    else:
        why = str(Alert.Reason(outcome.reason).label)
        why = _("%(why)s (%(code)s)") % {"why": why, "code": outcome.code} if outcome.code else why
        told = {"channel": channel.label, "why": why, "remedy": _remedy(channel, outcome)}
        messages.error(request, _("%(channel)s: %(why)s. %(remedy)s") % told)


def _remedy(channel: Alert.Channel, outcome: Outcome) -> str:
    if outcome.reason == Alert.Reason.OFF:
        return (_group() if channel == Alert.Channel.GROUP else _mail()).how
    if outcome.again and outcome.reason == Alert.Reason.REFUSED:
        return _("It is busy; try again in a minute.")
    if channel == Alert.Channel.MAIL:
        return _("Check EMAIL_URL, DEFAULT_FROM_EMAIL and the addresses in OPENUSER_ALERT_MAIL_TO.")
    if outcome.reason == Alert.Reason.UNREACHABLE:
        return _("Check OPENUSER_ALERT_GROUP_URL, and whether this machine may reach that host.")
    return _("Copy the robot's address again into OPENUSER_ALERT_GROUP_URL; it may have been removed from the group.")


def _group() -> ChannelRow:
    return ChannelRow(
        name=Alert.Channel.GROUP,
        label=str(Alert.Channel.GROUP.label),
        where=urlsplit(settings.ALERTS["GROUP_URL"]).hostname or "",  # its query is the key of the group
        how=_("Add a robot (消息推送) to a group, and set OPENUSER_ALERT_GROUP_URL to the address that it shows."),
    )


def _mail() -> ChannelRow:
    return ChannelRow(
        name=Alert.Channel.MAIL,
        label=str(Alert.Channel.MAIL.label),
        where=", ".join(settings.ALERTS["MAIL_TO"]),
        how=_("Set OPENUSER_ALERT_MAIL_TO to addresses, and EMAIL_URL to your mail server."),
    )
