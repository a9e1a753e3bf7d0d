"""The six roles of the admin, which are groups of accounts with permissions.

Every role may view what a viewer may view. An editor also edits content, an operator also renders, sends and runs, an
approver also approves campaigns, a conversation reader also reads messages of members, an administrator may do
everything. An account may have several roles.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.auth.management import create_permissions
from django.db.models import Model, TextChoices
from django.utils.translation import gettext_lazy as _

OUR_APPS = ("openuser", "wecom", "avatars", "conversations", "scheduling")


class Role(TextChoices):
    """The names of the six groups."""

    VIEWER = "viewer", _("Viewer")
    EDITOR = "editor", _("Editor")
    OPERATOR = "operator", _("Operator")
    APPROVER = "approver", _("Approver")
    READER = "reader", _("Conversation reader")
    ADMINISTRATOR = "administrator", _("Administrator")


DESCRIPTIONS = {
    Role.VIEWER: _("Views videos and deliveries, without what members have said. Changes nothing."),
    Role.EDITOR: _(
        "Also edits digital humans, answers and other content, tries them out, and drafts campaigns. Sends no messages."
    ),
    Role.OPERATOR: _(
        "Views what a viewer views, and sends, runs, publishes, cancels and repeats. Writes campaigns, and starts some "
        "without approval. Answers members, and reads the conversations of the tickets that they serve."
    ),
    Role.APPROVER: _("Views what a viewer views, and approves campaigns of others or sends them back."),
    Role.READER: _(
        "Views what a viewer views, and reads what members tell the digital human: conversations, answers in flows, "
        "questions without an answer. Each reading is recorded."
    ),
    Role.ADMINISTRATOR: _("Does everything, including applications with their keys, and accounts."),
}


@dataclass(frozen=True, kw_only=True)
class Rights:
    """The actions of the roles on a model, such as `add`, `change` or `publish`; an administrator has all."""

    everybody: str = "view"
    editor: str = ""
    operator: str = ""
    approver: str = ""
    reader: str = ""

    def of(self, role: Role) -> set[str]:
        """The actions of one role."""
        own = {
            Role.EDITOR: self.editor,
            Role.OPERATOR: self.operator,
            Role.APPROVER: self.approver,
            Role.READER: self.reader,
        }
        extra = own.get(role, "")
        return {*self.everybody.split(), *extra.split()}


ADMINISTRATORS_ONLY = Rights(everybody="")
BEAT = Rights(everybody="", operator="view")
EDITABLE = Rights(editor="add change delete")
# What belongs to a campaign is also written by those who start one without approval.
OF_CAMPAIGNS = Rights(editor="add change delete", operator="add change delete")
# Records are not editable: `change` allows actions on them, such as sending again or cancelling.
RECORDS = Rights(operator="change")
# Nothing without what members said. Who is not a reader needs a ticket of the member.
SAID = Rights(everybody="", reader="view")

ROLE_PERMISSIONS: dict[str, Rights] = {
    # Never edited or deleted; `change` allows recording a withdrawal.
    "avatars.Consent": Rights(editor="add read", operator="change read"),
    "avatars.DigitalHuman": EDITABLE,
    "avatars.EngineFailure": Rights(),
    "avatars.LexiconEntry": EDITABLE,
    "avatars.Likeness": Rights(),
    # Brought by those who may change the digital human.
    "avatars.PortraitVideo": Rights(),
    "avatars.Presentation": EDITABLE,
    "avatars.PresentationScene": EDITABLE,
    "avatars.PresentationVariable": EDITABLE,
    "avatars.Render": Rights(editor="add", operator="add change"),
    "avatars.RenderTemplate": EDITABLE,
    # Those who may record consents may state that none is needed.
    "avatars.Statement": Rights(),
    "avatars.TemplateVariable": EDITABLE,
    "avatars.Rendition": RECORDS,
    "avatars.Narration": RECORDS,
    "avatars.Voice": EDITABLE,
    "conversations.Answer": EDITABLE,
    "conversations.CannedAnswer": EDITABLE,
    # Operators see cases of the groups that they are in; those of all groups only administrators.
    "conversations.CareCase": Rights(everybody="", operator="view"),
    "conversations.CareSubject": Rights(editor="change"),
    "conversations.Content": SAID,
    "conversations.Conversation": Rights(everybody="", reader="view read"),
    "conversations.Desk": EDITABLE,
    "conversations.Document": EDITABLE,
    # Written by every change of a draft, and read by undo.
    "conversations.DraftSnapshot": Rights(),
    # Computed in the background.
    "conversations.Embedding": Rights(),
    "conversations.Errand": RECORDS,
    "conversations.Flow": Rights(editor="add change delete", operator="publish"),
    # Noted by the system; the pages of flows count them.
    "conversations.FlowStart": Rights(),
    "conversations.SessionCaller": Rights(),
    "conversations.FlowVersion": Rights(),
    "conversations.GoldenConversation": Rights(editor="add change delete", operator="override"),
    # Editors may change a choice for a member who asks them to; the change names them.
    "conversations.MemberPreference": Rights(editor="change"),
    "conversations.KnowledgeRevision": Rights(),
    "conversations.MemberModelUsage": Rights(),
    "conversations.Message": Rights(operator="add change"),
    "conversations.ModelUsage": Rights(),
    # Made with a publication.
    "conversations.MoveBatch": Rights(),
    "conversations.MutedTopic": Rights(),
    "conversations.Passage": Rights(),
    "conversations.PreferenceChange": Rights(),
    # Who answers, and about what, is set up by those who look after the content.
    "conversations.Operator": EDITABLE,
    "conversations.OperatorGroup": EDITABLE,
    "conversations.ProgressCard": Rights(),
    "conversations.QuestionOccurrence": SAID,
    "conversations.Session": Rights(operator="add change"),
    "conversations.SessionMove": Rights(),
    "conversations.SessionPlan": Rights(),
    "conversations.State": EDITABLE,
    "conversations.StateEntry": Rights(),
    "conversations.Ticket": Rights(operator="answer"),
    "conversations.TicketCard": Rights(),
    "conversations.TicketChange": Rights(),
    "conversations.TicketLine": SAID,
    "conversations.Topic": EDITABLE,
    "conversations.Transition": EDITABLE,
    # Those who write answers settle it. They read it with a right of its own, which an administrator gives.
    "conversations.UnansweredQuestion": Rights(everybody="", editor="change", reader="view read"),
    "conversations.WatchLink": Rights(),
    "scheduling.AudienceSheet": OF_CAMPAIGNS,
    # The lines come and go with their list.
    "scheduling.AudienceSheetMember": Rights(),
    "scheduling.AwaitedVideo": Rights(),
    "scheduling.Batch": Rights(),
    "scheduling.CalendarDay": Rights(operator="add change delete"),
    "scheduling.CalendarImport": Rights(),
    "scheduling.Campaign": Rights(
        editor="add change delete", operator="add change delete send start_alone", approver="approve"
    ),
    "scheduling.CampaignChange": Rights(),
    "scheduling.CampaignContent": OF_CAMPAIGNS,
    "scheduling.CampaignLink": Rights(),
    "scheduling.CampaignResponse": Rights(),
    "scheduling.CampaignRun": Rights(),
    "scheduling.Delivery": Rights(),
    # Members come into a series by its rule, and by those who send.
    "scheduling.Enrolment": Rights(operator="add change"),
    "scheduling.EnrolmentStep": Rights(),
    "scheduling.LinkClicks": Rights(),
    # Asked for on the page of what is rehearsed; each person and client reads their own.
    "scheduling.RehearsalRun": Rights(),
    "scheduling.Run": Rights(),
    "scheduling.RunMessage": Rights(),
    "scheduling.Schedule": Rights(),
    "scheduling.Segment": EDITABLE,
    "scheduling.Series": Rights(editor="add change delete", operator="send", approver="approve"),
    "scheduling.SeriesChange": Rights(),
    "scheduling.SendingPolicy": Rights(operator="add change stop"),
    "wecom.Application": Rights(),
    "wecom.ArticlePicture": Rights(),
    "wecom.Attempt": Rights(),
    "wecom.BroadcastReservation": Rights(),
    "wecom.CallQuota": Rights(),
    "wecom.Callback": Rights(operator="change", reader="read"),
    "wecom.CardUpdate": Rights(),
    "wecom.Circuit": Rights(),
    "wecom.Corporation": Rights(),
    "wecom.Download": RECORDS,
    "wecom.DailyQuota": Rights(),
    "wecom.Department": Rights(),
    "wecom.DirectorySync": Rights(operator="add change"),
    "wecom.FactDefinition": EDITABLE,
    # Only who began an import sees its preview.
    "wecom.FactImport": Rights(everybody="", editor="add"),
    "wecom.ForgottenCall": Rights(),
    "wecom.Guard": RECORDS,
    "wecom.GroupChat": Rights(),
    "wecom.GroupMessage": Rights(),
    "wecom.Member": Rights(editor="change"),
    # Who edits facts reads personal ones in full, for everybody else they are masked.
    "wecom.MemberFact": Rights(editor="add change delete read"),
    "wecom.Membership": Rights(),
    "wecom.MenuButton": EDITABLE,
    "wecom.MenuPublication": Rights(operator="add"),
    "wecom.Outbound": RECORDS,
    "wecom.PrivacyRequest": ADMINISTRATORS_ONLY,
    "wecom.Recall": Rights(),
    "wecom.SendReservation": Rights(),
    "wecom.ApplicationMember": Rights(),
    "wecom.Tag": Rights(),
    "wecom.Upload": RECORDS,
    "openuser.Alert": Rights(everybody=""),
    "openuser.ApiAnswer": Rights(everybody=""),
    "openuser.Incident": Rights(),
    "openuser.ApiClient": ADMINISTRATORS_ONLY,
    "openuser.WebhookEndpoint": ADMINISTRATORS_ONLY,
    "openuser.WebhookDelivery": ADMINISTRATORS_ONLY,
    "core.AccessRecord": ADMINISTRATORS_ONLY,
    "openuser.LogIn": ADMINISTRATORS_ONLY,
    "openuser.RefusedLogIn": ADMINISTRATORS_ONLY,
    "auth.Group": ADMINISTRATORS_ONLY,
    "auth.User": ADMINISTRATORS_ONLY,
    "django_celery_beat.ClockedSchedule": BEAT,
    "django_celery_beat.CrontabSchedule": BEAT,
    "django_celery_beat.IntervalSchedule": BEAT,
    "django_celery_beat.PeriodicTask": BEAT,
    "django_celery_beat.SolarSchedule": BEAT,
}


def codenames(model: type[Model], role: Role) -> set[str]:
    """The permissions of a role on a model; none on a model that is not listed."""
    options = model._meta
    rights = ROLE_PERMISSIONS.get(options.label)
    if rights is None:
        return set()
    if role == Role.ADMINISTRATOR:
        standard = {f"{action}_{options.model_name}" for action in options.default_permissions}
        return standard | {name for name, _label in options.permissions}
    return {f"{word}_{options.model_name}" for word in rights.of(role)}


def models_without_roles() -> list[str]:
    """Our models, and models in the admin, that are missing from `ROLE_PERMISSIONS`."""
    ours = {model for app in OUR_APPS for model in apps.get_app_config(app).get_models()}
    return sorted({model._meta.label for model in ours | set(admin.site._registry)} - set(ROLE_PERMISSIONS))


def sync_groups(app_config: AppConfig, *, using: str = "default", apps: Any = apps, **options: Any) -> None:
    """Give the six groups their permissions on one app's models, after its migrations.

    Other groups and the members of groups do not change.
    """
    models = [model for model in app_config.get_models() if model._meta.label in ROLE_PERMISSIONS]
    if not models:
        return
    try:
        group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:
        return  # the accounts are not migrated yet
    # The receiver that makes permissions may come after this one.
    create_permissions(app_config, verbosity=0, using=using, apps=apps)
    known = {
        permission.codename: permission
        for permission in permission_model.objects.using(using).filter(content_type__app_label=app_config.label)
    }
    for role in Role:
        group, _made = group_model.objects.using(using).get_or_create(name=role.value)
        wanted = {name for model in models for name in codenames(model, role)}
        has = set(group.permissions.filter(content_type__app_label=app_config.label).values_list("codename", flat=True))
        group.permissions.remove(*_permissions_named(known, has - wanted))
        group.permissions.add(*_permissions_named(known, wanted - has))


def _permissions_named(known: dict[str, Any], names: Iterable[str]) -> list[Any]:
    return [known[name] for name in sorted(names) if name in known]
