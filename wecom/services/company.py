"""Applications and their keys, who signs in, and what is checked of them."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.diagnosis import Check
from core.work.base import Work
from wecom import doctor
from wecom.application import info, oauth
from wecom.application.info import ApplicationProfile
from wecom.callbacks import rejections
from wecom.client import access_tokens, applications
from wecom.doctor import credential_formats
from wecom.doctor.credential_formats import Flaw
from wecom.models import Application, Corporation, Outbound
from wecom.outbox.enqueue import current_application


@transaction.atomic
def configure_from_settings(*, name: str = "") -> Application | None:
    """Make the application of the WECHAT_* settings the default one, with their values; None where they are not set."""
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
        "api_base_url": wanted["API_BASE_URL"],
        "is_default": True,
    }
    if application._state.adding or any(getattr(application, field) != value for field, value in values.items()):
        for field, value in values.items():
            setattr(application, field, value)
        save_application(application)
    return application


@transaction.atomic
def save_application(application: Application) -> None:
    """Store what somebody changed, keep at most one default, and try again what was held."""
    if application.is_default:
        Application.objects.exclude(pk=application.pk).update(is_default=False)
    application.save()
    access_tokens.release_hold(application)
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


def access_token(corp_id: str = "", corp_secret: str = "") -> str:
    """The token that all processes share, of the application with these credentials or of the default one.

    Raises `NotConfigured` where there is no such application, `ConfigurationError` where the platform refuses it.
    """
    return access_tokens.access_token(corp_id, corp_secret)


def get_agent_info(application: Application | None = None) -> ApplicationProfile:
    """The application as the console knows it: its name, whether it is switched off, who may see it."""
    return info.fetch_profile(application or current_application())


def webhook_url(application: Application) -> str:
    """Where WeChat Work is to call this application; entered in the console under “Receive messages”."""
    return applications.webhook_url(application)


def credential_flaws(values: Mapping[str, str]) -> list[Flaw]:
    """Which of an application's keys have the wrong shape; see `wecom.doctor.credential_formats`."""
    return credential_formats.credential_flaws(values)


def record_rejection(application: Application, code: int, nonce: str) -> None:
    """Remember for the doctor why a callback was refused."""
    rejections.record_rejection(application, code, nonce)


def doctor_checks(application: Application | None = None, *, connection_only: bool = False) -> list[Check]:
    """What the doctor looks at: of the installation, or of one application in the order in which things build up.

    `connection_only` leaves out what calls our own address: what remains asks WeChat Work three questions at most.
    """
    if application is None:
        return [doctor.KeyShapes(), doctor.MaySend(), doctor.Connected()]
    kinds = doctor.CONNECTION if connection_only else doctor.CHECKS
    return [kind(application) for kind in kinds]


def doctor_checks_without_application() -> list[Check]:
    """Those of applications that cannot be listed, or that there are not: to be named, not to be looked at."""
    return [kind(None) for kind in doctor.CHECKS]


def authorize_url(application: Application, *, back: str, state: str, inside: bool, language: str = "zh") -> str:
    """Where to send somebody who shall say who they are; the platform sends them `back` with `code` and `state`.

    `inside` is for the browser within WeChat Work. The domain of `back` must be the application's trusted domain.
    """
    return oauth.authorize_url(application, back=back, state=state, inside=inside, language=language)


def member_of_code(application: Application, code: str) -> str:
    """The user ID of whoever came back with this code, which is good once. Raises `LoginFailed`."""
    return oauth.member_of_code(application, code)
