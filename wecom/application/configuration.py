"""Applications: configured by the settings, and saved."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.work.base import Work
from wecom.client import application_hold
from wecom.directory.sync import request_first_sync
from wecom.models import Application, Corporation, Outbound


@transaction.atomic
def configure_from_settings(*, name: str = "") -> Application | None:
    """Make the application of the WECHAT_* settings the default one, with their values; None if they are not set.

    The address of an emulator changes only under `up`, which starts it and so knows its port.
    """
    wanted = settings.WECOM
    if not (wanted["CORP_ID"] and wanted["AGENT_ID"]):
        return None
    corporation, _ = Corporation.objects.get_or_create(corp_id=wanted["CORP_ID"])
    application = Application.objects.filter(corporation=corporation, agent_id=wanted["AGENT_ID"]).first()
    if application is None:
        application = Application(corporation=corporation, agent_id=wanted["AGENT_ID"], name=name or "OpenUser")
    values = {
        "secret": wanted["CORP_SECRET"],
        "token": wanted["TOKEN"],
        "encoding_aes_key": wanted["ENCODING_AES_KEY"],
        "is_default": True,
    }
    if application._state.adding or wanted["ADDRESS_IS_KNOWN"]:
        values["api_base_url"] = wanted["API_BASE_URL"]
    if application._state.adding or any(getattr(application, field) != value for field, value in values.items()):
        for field, value in values.items():
            setattr(application, field, value)
        save_application(application)
    else:
        request_first_sync(application)
    return application


@transaction.atomic
def save_application(application: Application) -> None:
    """Save an application, keep at most one default, retry held messages, and read the directory of a new one."""
    if application.is_default:
        Application.objects.exclude(pk=application.pk).update(is_default=False)
    application.save()
    application_hold.release_hold(application)
    for rows in (
        application.uploads,
        application.downloads,
        application.directory_syncs,
        application.outbounds,
        application.card_updates,
        application.recalls,
        application.group_messages,
        application.menu_publications,
    ):
        held = rows.filter(status=Work.Status.QUEUED, reason=Outbound.Reason.HELD)
        held.update(due_at=timezone.now(), woken_at=None)
        for row in held:
            row.wake()
    request_first_sync(application)
