"""Every page of the admin says that sending is stopped, while it is."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from scheduling.models import SendingPolicy


def stopped_policies(request: HttpRequest) -> dict[str, Any]:
    """For templates: the sending policies that stop everything, looked up where a page of the admin asks."""
    return {"stopped_policies": SimpleLazyObject(lambda: list(SendingPolicy.objects.stopped()))}
