"""Conditions of webhooks: events that another system no longer gets."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from openuser.incidents.conditions import Condition, Found
from openuser.models import Incident, WebhookEndpoint

OFF = WebhookEndpoint.Off
WORDS = {
    OFF.FAILING: gettext_noop("“%(name)s” gets no webhooks: they failed for five days, so it was switched off."),
    OFF.GONE: gettext_noop("“%(name)s” gets no webhooks: its server answered 410 (gone), so it was switched off."),
}


class EndpointOff(Condition):
    """An endpoint was switched off by its failures, not by a person. It is over once it is on again, or deleted."""

    kind = Incident.Kind.WEBHOOK_OFF

    def find(self, now: datetime) -> Iterator[Found]:
        for endpoint in WebhookEndpoint.objects.filter(enabled=False, off_because__in=WORDS):
            yield Found(subject=str(endpoint.pk), details={"name": endpoint.name, "why": endpoint.off_because})

    def words(self, incident: Incident) -> str:
        return str(_(WORDS[OFF(incident.details["why"])]) % incident.details)

    def remedy(self, incident: Incident) -> str:
        return _(
            "Mend the other system, then enable the endpoint on its page. What happens meanwhile is not sent later."
        )

    def path(self, incident: Incident) -> str:
        return reverse("admin:openuser_webhookendpoint_change", args=[incident.subject])

    @property
    def permission(self) -> str:
        return "openuser.view_webhookendpoint"
