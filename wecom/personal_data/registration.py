"""The models of WeChat Work in the registry of personal data."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.personal_data.holding_registry import register, without_personal_data
from core.personal_data.holdings import Holding, Kind, Person
from core.personal_data.work_rows import WorkHolding
from wecom.models import (
    ApplicationMember,
    Callback,
    CardUpdate,
    Department,
    Download,
    FactImport,
    GroupChat,
    GroupMessage,
    Member,
    MemberFact,
    Membership,
    Outbound,
    SendReservation,
    Upload,
)
from wecom.personal_data.callback_holdings import CallbackHolding, DownloadHolding, sent_by
from wecom.personal_data.member_holdings import (
    DepartmentHolding,
    FactImportHolding,
    GroupChatHolding,
    MemberFactHolding,
    MemberHolding,
    chats_with,
    leads,
)
from wecom.personal_data.outbound_holdings import (
    NO_WORDS,
    OutboundHolding,
    SendReservationHolding,
    UploadHolding,
    sent_to,
)

NOBODY: dict[str, Any] = {
    "name": "",
    "alias": "",
    "position": "",
    "gender": "",
    "language": "",
    "pinyin": "",
    "direct_leaders": [],
    "attributes": {},
    "main_department": None,
    "status": Member.Status.LEFT,
    "left_at": None,
}
LEASE = ("lease_owner", "lease_until", "woken_at", "order_key", "gave_way")

DIRECTORY = Kind(key="directory", label=_("directory"))
CALLBACKS = Kind(key="callbacks", label=_("callbacks"), days=lambda: settings.WECOM["KEEP_CALLBACKS_DAYS"])
MEDIA = Kind(key="media", label=_("media that members sent"), days=lambda: settings.WECOM["KEEP_MEDIA_DAYS"])
MESSAGES = Kind(key="messages", label=_("messages"), days=lambda: settings.RETENTION["MESSAGES_DAYS"])
UPLOADS = Kind(key="uploads", label=_("files that were sent"), days=lambda: settings.RETENTION["UPLOADS_DAYS"])
FACT_IMPORTS = Kind(key="fact_imports", label=_("imports of facts"), days=lambda: 1 / 24)
QUOTAS = Kind(key="quotas", label=_("quotas"), days=lambda: 1 / 12)


def register_models() -> None:
    """Called once, when the app is ready."""
    _register_directory()
    _register_callbacks()
    _register_deliveries()
    without_personal_data(
        {
            "wecom.Application": "an application of the company, with its secrets",
            "wecom.ArticlePicture": "pictures in articles that the company wrote",
            "wecom.Attempt": "times and error codes of an outbound message",
            "wecom.BroadcastReservation": "a time without names",
            "wecom.CallQuota": "a count without names",
            "wecom.Circuit": "an interface and an error code",
            "wecom.Corporation": "the company",
            "wecom.DailyQuota": "a count without names",
            "wecom.DirectorySync": "counts, and numbers of departments that could not be read",
            "wecom.FactDefinition": "names of facts; their values are of members",
            "wecom.ForgottenCall": "keyed digests of messages and members, without words and names",
            "wecom.Guard": "the identity of an installation",
            "wecom.MenuButton": "what administrators wrote for everyone",
            "wecom.MenuPublication": "what administrators wrote for everyone",
            "wecom.PrivacyRequest": "counts and a digest; the account that asked",
            "wecom.Recall": "times and error codes of an outbound message",
            "wecom.Tag": "names of groups; who is in them goes with the member",
        }
    )


def _register_directory() -> None:
    register(
        MemberHolding(
            Member,
            DIRECTORY,
            of=lambda person: Q(pk=person.pk),
            blank=NOBODY,
            renamed=lambda person: {"user_id": person.alias},
        ),
        MemberFactHolding(MemberFact, DIRECTORY, of=_of_member),
        FactImportHolding(FactImport, FACT_IMPORTS, age="created_at", hidden=("content",)),
        Holding(Membership, DIRECTORY, of=_of_member),
        Holding(ApplicationMember, DIRECTORY, of=_of_member),
        DepartmentHolding(Department, DIRECTORY, of=leads),
        GroupChatHolding(GroupChat, DIRECTORY, of=chats_with),
        WorkHolding(GroupMessage, MESSAGES, age="created_at", blank={"content": {}, "options": {}}, hidden=LEASE),
    )


def _register_callbacks() -> None:
    register(
        CallbackHolding(
            Callback,
            CALLBACKS,
            of=sent_by,
            age="created_at",
            hidden=LEASE,
        ),
        WorkHolding(
            CardUpdate,
            CALLBACKS,
            of=lambda person: Q(user_id__iexact=person.user_id, application__corporation=person.corporation),
            age="created_at",
            hidden=LEASE,
        ),
        DownloadHolding(Download, MEDIA, files=("path",), hidden=LEASE),
    )


def _register_deliveries() -> None:
    register(
        UploadHolding(Upload, UPLOADS, of=_carried_to, age="created_at", hidden=(*LEASE, "media_id")),
        SendReservationHolding(
            SendReservation,
            QUOTAS,
            of=lambda person: Q(user_id__iexact=person.user_id, application__corporation=person.corporation),
        ),
        OutboundHolding(
            Outbound,
            MESSAGES,
            of=sent_to,
            age="created_at",
            blank=NO_WORDS,
            renamed=_renamed_recipient,
            hidden=(*LEASE, "fingerprint", "response_code"),
        ),
    )


def _of_member(person: Person) -> Q:
    return Q(member=person.pk)


def _carried_to(person: Person) -> Q:
    """Files of the messages to one person."""
    messages = Outbound.objects.filter(sent_to(person), reach=1)
    return Q(outbounds__in=messages) | Q(attached_to__in=messages)


def _renamed_recipient(person: Person) -> dict[str, Any]:
    gone: dict[str, Any] = {"invalid": [], "unlicensed": [], "sent_before": [], "upload": None, "order_key": ""}
    return {"recipients": [person.alias], **gone}
