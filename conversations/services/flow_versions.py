"""Publishing a flow: its golden conversations are asked first."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from conversations.flows import publication
from conversations.models import Flow, FlowVersion
from conversations.services import golden


@transaction.atomic
def publish(flow: Flow, *, by: AbstractBaseUser | None = None, note: str = "", despite: str = "") -> FlowVersion:
    """Freeze the draft as a new version and make it live. Running sessions keep the version they began with.

    Raises `FlowError` if the draft has errors, and if golden conversations differ and `despite` gives no reason for
    publishing all the same. The version keeps that reason.
    """
    flow = Flow.objects.select_for_update().get(pk=flow.pk)
    machine = publication.draft(flow)  # read once: an edit between replay and freeze has no effect
    found = golden.differing(flow, machine)
    if not despite.strip():
        golden.refuse_differences(found)
    return publication.publish(flow, machine, by=by, note=note, despite=despite.strip() if found else "")
