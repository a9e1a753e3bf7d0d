"""The admin's sidebar, grouped by task instead of by app."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

DEFAULT_ICON = "table_rows"


@dataclass(frozen=True, kw_only=True)
class CustomPage:
    """A page without a model; it requires a permission."""

    title: Any
    icon: str
    view: str
    permission: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with models and their icons, after its custom pages."""

    title: Any
    icons: dict[str, str]
    pages: tuple[CustomPage, ...] = ()


SECTIONS = (
    Section(
        title=_("Talk"),
        icons={
            "conversations.Conversation": "forum",
            "conversations.Answer": "quiz",
            "conversations.Document": "description",
            "conversations.UnansweredQuestion": "contact_support",
            "conversations.Flow": "account_tree",
            "conversations.Session": "route",
            "conversations.Desk": "desk",
            "conversations.Topic": "label",
            "conversations.OperatorGroup": "support_agent",
            "conversations.Operator": "headset_mic",
            "conversations.CannedAnswer": "quickreply",
            "conversations.CareSubject": "volunteer_activism",
            "conversations.CareCase": "health_and_safety",
        },
        pages=(
            CustomPage(title=_("Operators' desk"), icon="support", view="desk", permission="conversations.view_ticket"),
            CustomPage(
                title=_("Report of tickets"),
                icon="query_stats",
                view="desk-report",
                permission="conversations.view_ticket",
            ),
            CustomPage(
                title=_("Language model"),
                icon="neurology",
                view="language-model",
                permission="conversations.view_modelusage",
            ),
        ),
    ),
    Section(
        title=_("Digital humans"),
        icons={
            "avatars.DigitalHuman": "face",
            "avatars.Consent": "verified_user",
            "avatars.Statement": "fact_check",
            "avatars.Voice": "mic",
            "avatars.LexiconEntry": "spellcheck",
            "avatars.RenderTemplate": "dynamic_form",
            "avatars.Presentation": "slideshow",
            "avatars.Render": "movie",
            "avatars.Rendition": "compress",
            "avatars.Narration": "mic",
        },
        pages=(CustomPage(title=_("Engines"), icon="extension", view="engines", permission="avatars.view_voice"),),
    ),
    Section(
        title=_("Scheduling"),
        icons={
            "scheduling.Campaign": "campaign",
            "scheduling.Series": "linear_scale",
            "scheduling.Enrolment": "person_play",
            "scheduling.CampaignRun": "monitoring",
            "scheduling.Segment": "group_work",
            "scheduling.AudienceSheet": "contact_page",
            "scheduling.CalendarDay": "event_busy",
            "scheduling.SendingPolicy": "front_hand",
        },
        pages=(
            CustomPage(
                title=_("Calendar"),
                icon="calendar_month",
                view="calendar",
                permission="scheduling.view_campaign",
            ),
        ),
    ),
    Section(
        title=_("Deliveries"),
        icons={
            "conversations.Message": "chat",
            "wecom.Outbound": "send",
            "wecom.Upload": "upload_file",
            "wecom.Download": "download",
            "wecom.Callback": "call_received",
            "wecom.CardUpdate": "ad_units",
            "wecom.GroupMessage": "forum",
            "conversations.Errand": "travel_explore",
            "wecom.Guard": "shield_lock",
        },
        pages=(CustomPage(title=_("Quotas"), icon="speed", view="quotas", permission="wecom.view_outbound"),),
    ),
    Section(
        title=_("WeChat Work"),
        icons={
            "wecom.Application": "apps",
            "wecom.Corporation": "domain",
            "wecom.Member": "badge",
            "wecom.Department": "lan",
            "wecom.Tag": "sell",
            "wecom.FactDefinition": "contact_page",
            "wecom.DirectorySync": "sync",
            "wecom.GroupChat": "groups",
            "wecom.MenuButton": "menu",
            "wecom.MenuPublication": "publish",
        },
    ),
    Section(
        title=_("System"),
        icons={
            "openuser.Incident": "e911_emergency",
            "auth.User": "person",
            "auth.Group": "group",
            "wecom.PrivacyRequest": "policy",
            "core.AccessRecord": "visibility",
            "openuser.LogIn": "login",
            "openuser.RefusedLogIn": "no_accounts",
            "openuser.ApiClient": "key",
            "openuser.WebhookEndpoint": "webhook",
            "openuser.WebhookDelivery": "outbox",
            "django_celery_beat.PeriodicTask": "timer",
        },
        pages=(CustomPage(title=_("Doctor"), icon="stethoscope", view="doctor", permission="wecom.change_outbound"),),
    ),
)


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """The links of the account's menu, before *Log out*."""
    if not isinstance(request.user, AbstractBaseUser):
        return []
    password = {"title": gettext("Change password"), "link": reverse("admin:password_change")}
    factor = {"title": gettext("Two-factor authentication"), "link": reverse("second-factor")}
    return [password, factor] if request.user.has_usable_password() else [factor]


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation: pages that this person may view. Models without a section come last."""
    pages = {model._meta.label: page for model, page in admin.site._registry.items()}
    named = {label for section in SECTIONS for label in section.icons}
    rest = Section(title=_("More"), icons=dict.fromkeys(sorted(set(pages) - named), DEFAULT_ICON))
    home = {"title": gettext("Overview"), "icon": "home", "link": reverse("admin:index")}
    shown: list[dict[str, Any]] = [{"title": "", "items": [home]}]
    for section in (*SECTIONS, rest):
        items = list(_items(request, section, pages))
        if items:
            shown.append({"title": str(section.title), "separator": True, "items": items})
    return shown


def _items(request: HttpRequest, section: Section, pages: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in section.pages:
        if request.user.has_perm(entry.permission):
            yield {"title": str(entry.title), "icon": entry.icon, "link": reverse(entry.view)}
    for label, icon in section.icons.items():
        page = pages.get(label)
        if page is not None and page.get_model_perms(request).get("view"):
            options = page.opts
            title = str(options.verbose_name_plural)
            address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
            yield {"title": title[:1].upper() + title[1:], "icon": icon, "link": address}
