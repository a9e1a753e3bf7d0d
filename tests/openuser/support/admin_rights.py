"""What each page and button of the admin asks for, where the table of roles does not say it by itself.

A button that does something is for operators and administrators, unless it is named here.
"""

from django.db.models import Model

from avatars.models import Consent, Render
from conversations.models import Answer, Conversation, Flow, GoldenConversation, UnansweredQuestion
from openuser import roles
from openuser.roles import Role
from scheduling.models import Campaign, Delivery
from wecom.models import FactImport, PrivacyRequest

# What a standard page asks for.
NEEDS = {"changelist": "view", "add": "add", "change": "view", "history": "view", "delete": "delete"}
NEEDS |= {"channels": "view"}  # of alerts; its button sends one
POSTING = {**NEEDS, "change": "change", "channels": "change"}
NAMED = {
    "auth_user_password_change": "change",
    **{f"auth_user_{act}{form}": "change" for act in ("end_sessions", "reset_second_factor") for form in ("", "_this")},
    **{f"conversations_answer_{page}": "view" for page in ("try_question", "try_this", "export_answers")},
    "conversations_answer_import_answers": "change",
    **{f"conversations_document_{act}": "change" for act in ("read_again", "read_again_this")},
    "conversations_unansweredquestion_answer_with": "change",
    **{
        f"conversations_unansweredquestion_{act}": "change"
        for act in (
            "dismiss",
            "dismiss_this",
            "reopen",
            "reopen_this",
            "write_answer",
            "write_answer_row",
            "answer_with",
        )
    },
    # Only of groups that the account is in.
    **{f"conversations_carecase_{act}{form}": "view" for act in ("take", "close") for form in ("", "_this")},
    "conversations_caresubject_confirm": "change",
    "conversations_flow_duplicate": "add",
    "conversations_flow_duplicate_this": "add",
    "conversations_flow_draw_it": "view",
    "conversations_flow_try_it": "view",
    **{f"scheduling_campaign_{act}": "change" for act in ("ask_this", "ask_start_this", "copy_this", "test")},
    **{f"scheduling_campaign_{page}": "view" for page in ("preview", "preview_this", "moments")},
    **{f"scheduling_campaign_{act}_this": "approve" for act in ("approve", "send_back")},
    **{f"scheduling_campaign_{act}_this": "send" for act in ("start", "pause", "resume", "cancel")},
    "scheduling_campaign_start": "send",
    "scheduling_card_preview": "add",
    **{
        f"scheduling_series_{act}": "change"
        for act in ("ask_this", "copy_this", "add_step", "copy_step", "remove_step")
    },
    **{f"scheduling_series_{act}_this": "approve" for act in ("approve", "send_back")},
    **{f"scheduling_series_{act}_this": "send" for act in ("start", "pause", "resume", "cancel")},
    "scheduling_series_add_member": "send",
    "scheduling_enrolment_stop_this": "change",
    "scheduling_sendingpolicy_quiet_hours": "change",
    **{f"scheduling_sendingpolicy_{act}_this": "stop" for act in ("stop", "allow")},
    **{f"scheduling_campaignrun_{page}": "view" for page in ("csv", "csv_this", "evidence")},
    **{f"scheduling_campaign_{page}": "add" for page in ("import", "ready", "import_file", "from_ready")},
    **{f"scheduling_{model}_export_chosen": "view" for model in ("campaign", "segment", "series")},
    **{f"scheduling_segment_{page}": "view" for page in ("preview", "find", "counts")},
    "scheduling_audience_preview": "view",
    **{
        f"scheduling_{model}_{page}": "view"
        for model in ("campaign", "series")
        for page in ("rehearsal", "rehearse_this")
    },
    **{f"scheduling_audiencesheet_{page}": "add" for page in ("upload", "upload_list", "preview")},
    "conversations_conversation_why": "view",
    **{f"conversations_flow_{page}": "add" for page in ("import", "ready", "import_file", "from_ready")},
    **{f"conversations_{model}_import_file": "add" for model in ("answer", "document")},
    **{f"conversations_{model}_export_chosen": "view" for model in ("flow", "answer", "document")},
    "avatars_voice_audition": "view",
    "avatars_voice_forget": "change",
    "avatars_voice_declare_synthetic": "change",
    **{f"avatars_lexiconentry_{page}": "view" for page in ("read", "read_a_script")},
    **{f"avatars_rendertemplate_{page}": "view" for page in ("fill", "fill_in")},
    **{f"avatars_presentation_{page}": "view" for page in ("scene", "fill", "fill_in")},
    "avatars_digitalhuman_portrait": "change",
    "avatars_digitalhuman_portrait_video": "view",
    **{f"avatars_render_{shown}": "view" for shown in ("state", "glance", "sheet", "playlist", "part")},
    **{f"avatars_render_{act}": "add" for act in ("compare", "compare_modes", "engines", "measures")},
    **{f"django_celery_beat_periodictask_{act}_tasks": "change" for act in ("enable", "disable", "toggle", "run")},
    **{f"openuser_apiclient_{act}": "change" for act in ("renew", "switch_off", "switch_off_this")},
    **{f"openuser_webhookendpoint_{act}": "change" for act in ("send_test", "renew_secret")},
    **{f"openuser_webhookdelivery_{act}": "change" for act in ("replay", "replay_this")},
}
# What asks for a right to another model.
ELSEWHOSE: dict[str, tuple[str, type[Model]]] = {
    **{f"avatars_presentation_{act}": ("add", Render) for act in ("make", "make_translation")},
    "avatars_statement_confirm": ("add", Consent),
    "avatars_statement_confirm_this": ("add", Consent),
    "conversations_message_why": ("read", Conversation),
    "conversations_document_try_question": ("view", Answer),
    "conversations_flowversion_restore_this": ("change", Flow),
    "conversations_flow_golden": ("view", GoldenConversation),
    "conversations_flow_record_golden": ("add", GoldenConversation),
    **{f"scheduling_{model}_import_file": ("add", Campaign) for model in ("segment", "series")},
    "scheduling_campaignrun_remind": ("add", Campaign),
    "scheduling_campaignrun_not_confirmed": ("view", Delivery),
    **{f"scheduling_campaignrun_{act}_this": ("send", Campaign) for act in ("retry", "recall")},
    **{f"avatars_{model}_record_consent": ("add", Consent) for model in ("digitalhuman", "voice")},
    "avatars_digitalhuman_declare_drawn": ("add", Consent),
    **{f"wecom_factdefinition_{page}": ("add", FactImport) for page in ("import", "template", "import_facts")},
    "wecom_member_import_facts": ("add", FactImport),
    **{f"wecom_member_{act}_data": ("add", PrivacyRequest) for act in ("export", "erase")},
    **{f"avatars_digitalhuman_{page}": ("add", Render) for page in ("preview", "recording", "say_recording")},
}
# Buttons and pages of our own that ask for something else than the right to act.
ALSO_FOR = {name: {Role.EDITOR} for name in ("sample", "make_idle_video", "try_out")}
# To see rows of these takes the right to read them as well.
CLOSED = (Conversation, UnansweredQuestion)
ACTING = {Role.OPERATOR, Role.ADMINISTRATOR}


def page_of(model: type[Model], name: str) -> str:
    return name.removeprefix(f"{model._meta.app_label}_{model._meta.model_name}_")


def may(role: Role, model: type[Model], name: str, needs: dict[str, str]) -> bool:
    """What the table of roles says of a page."""
    page = page_of(model, name)
    word, whose = ELSEWHOSE.get(name, (NAMED.get(name) or needs.get(page), model))
    if word:
        rights = roles.codenames(whose, role)
        reads = whose not in CLOSED or f"read_{whose._meta.model_name}" in rights
        return reads and f"{word}_{whose._meta.model_name}" in rights
    return role in ACTING | ALSO_FOR.get(page, set())
