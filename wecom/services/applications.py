"""Applications: configured, saved, described, checked by the doctor."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.diagnosis import Check
from core.work.base import Work
from wecom import doctor
from wecom.application import info, menus
from wecom.application.info import ApplicationProfile
from wecom.client import applications
from wecom.models import Application, Corporation, Outbound
from wecom.outbox.handler_context import current_application
from wecom.services.directory import request_first_sync


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
    applications.release_hold(application)
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


def get_agent_info(application: Application | None = None) -> ApplicationProfile:
    """The application as the console knows it: its name, whether it is switched off, its visible range."""
    return info.fetch_profile(application or current_application())


def doctor_checks(application: Application | None = None, *, connection_only: bool = False) -> list[Check]:
    """The doctor's checks of the installation, or of one application, each after those that it depends on.

    `connection_only` leaves out the checks that call our own address; the others make three calls at most.
    """
    if application is None:
        return [
            doctor.KeyShapes(),
            doctor.CallbackDoor(),
            doctor.Acceptor(),
            doctor.CallbackKeys(),
            doctor.Spooled(),
            doctor.MaySend(),
            doctor.Connected(),
        ]
    kinds = doctor.CONNECTION if connection_only else doctor.CHECKS
    return [kind(application) for kind in kinds]


def doctor_checks_without_application() -> list[Check]:
    """The checks of an application, to be named where no application can be listed."""
    return [kind(None) for kind in doctor.CHECKS]


def fetch_published_menu(application: Application | None = None) -> list[dict[str, Any]]:
    """The menu that members see now, asked of WeChat Work; [] if there is none."""
    return menus.fetch_menu(application or current_application())
