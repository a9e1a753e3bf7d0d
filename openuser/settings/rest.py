"""Settings of the REST API, its documentation, and webhooks (openuser/api/README.md)."""

from typing import Any

from openuser.settings.environment import env
from openuser.settings.storage import DATA_UPLOAD_MAX_MEMORY_SIZE

API: dict[str, Any] = {
    # Requests of a staff member in a minute; each API client has its own limit.
    "REQUESTS_PER_MINUTE": env.int("OPENUSER_API_REQUESTS_PER_MINUTE", default=600),
    "MAX_BODY": DATA_UPLOAD_MAX_MEMORY_SIZE,
    "MAX_VIDEO_UPLOAD": 501 * 1024 * 1024,  # portrait videos, which are streamed to the disk
    "MAX_UPLOAD": 22 * 1024 * 1024,  # WeChat Work takes files of 20 MB
}
WEBHOOKS: dict[str, Any] = {
    # Internal networks that webhooks may call, separated by commas: `10.0.0.0/8`. Others are refused.
    "NETWORKS": env.list("OPENUSER_WEBHOOK_NETWORKS", default=[]),
    # Retention of webhook deliveries, in days.
    "KEEP_DAYS": env.int("OPENUSER_WEBHOOK_KEEP_DAYS", default=30),
}
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "openuser.api.authentication.BearerAuthentication",
        "openuser.api.authentication.StaffSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["openuser.api.permissions.ScopeOrPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["openuser.api.throttling.ClientRateThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.web.json_parser.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "openuser.api.negotiation.JSONOnly",
    "DEFAULT_PAGINATION_CLASS": "openuser.api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["openuser.api.filters.StrictFilterBackend"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "openuser.api.openapi.operations.APISchema",
    "EXCEPTION_HANDLER": "openuser.api.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
API_MESSAGE_KINDS = (
    *("text", "image", "voice", "video", "file", "textcard", "digital_human_video", "markdown", "news", "mpnews"),
    *("miniprogram_notice", "text_notice", "news_notice", "button_interaction", "vote_interaction"),
    "multiple_interaction",
)
# The name of each set of choices in the OpenAPI description. A set without a name fails a test.
ENUM_NAMES = {
    "AttemptOutcome": "wecom.models.Attempt.Outcome",
    "CalendarKind": "scheduling.agenda.entries.Kind",
    "CalendarState": "scheduling.agenda.entries.State",
    "CampaignClicks": "scheduling.models.Campaign.Clicks",
    "CampaignContentType": "scheduling.models.Campaign.ContentType",
    "CampaignInterrupts": "scheduling.models.Campaign.Interrupts",
    "CampaignMessageClass": "scheduling.models.Campaign.MessageClass",
    "CampaignMissed": "scheduling.models.Campaign.Missed",
    "CampaignRepeats": "scheduling.models.Campaign.Repeats",
    "CampaignState": "scheduling.models.Campaign.State",
    "CampaignWindowDays": "scheduling.models.Campaign.WindowDays",
    "CaptionLanguages": "avatars.models.CaptionLanguages",
    "CaptionStyle": "avatars.models.CaptionStyle",
    "CheckLevel": "wecom.api.serializers.applications.LEVELS",
    "ConsentPurpose": "avatars.models.Consent.Purpose",
    "ConsentState": "avatars.models.Consent.State",
    "DeliveryOutcome": "scheduling.models.Delivery.Status",
    "DeliveryReason": "scheduling.models.Delivery.Reason",
    "DeliveryResult": "wecom.models.Outbound.Delivery",
    "DeliveryStatus": "conversations.api.serializers.messages.DeliveryStatus",
    "DigitalHumanOrigin": "avatars.models.DigitalHuman.Origin",
    "DirectorySyncKind": "wecom.models.DirectorySync.Kind",
    "DirectorySyncStage": "wecom.models.DirectorySync.Stage",
    "EngineKind": "avatars.services.EngineKind",
    "EngineState": "avatars.api.serializers.engines.STATES",
    "FactKind": "wecom.models.FactKind",
    "FlowLanguage": "conversations.models.Desk.Language",
    "ForecastReason": "wecom.quotas.forecast.BECAUSE",
    "GroupMessageReason": "wecom.models.GroupMessage.Reason",
    "LogoCorner": "avatars.models.LogoCorner",
    "MemberGender": "wecom.models.Member.Gender",
    "MemberStatus": "wecom.models.Member.Status",
    "MenuButtonKind": "wecom.models.MenuButton.Kind",
    "MessageDirection": "conversations.models.Message.Direction",
    "MessageKind": "conversations.models.Content.Kind",
    "MessageReason": "conversations.models.Message.Reason",
    "OutboundReason": "wecom.models.Outbound.Reason",
    "PortraitFlaw": "avatars.reasons.render.UNUSABLE",
    "PrivacyRequestKind": "wecom.models.PrivacyRequest.Kind",
    "ReadingLanguage": "avatars.api.lexicon.LANGUAGES",
    "ReadingSource": "avatars.api.lexicon.SOURCES",
    "RenderMode": "avatars.models.RenderMode",
    "RenderStage": "avatars.models.Stage",
    "RunOutcome": "scheduling.models.Run.Outcome",
    "ScheduleDays": "scheduling.models.Schedule.Days",
    "ScheduleMessageType": "scheduling.models.Schedule.MessageType",
    "ScheduleUnknownDays": "scheduling.models.Schedule.UnknownDays",
    "ScriptCommentCode": "avatars.api.lexicon.CODES",
    "SeriesAnchor": "scheduling.models.Series.Anchor",
    "SeriesDaysOff": "scheduling.models.Series.DaysOff",
    "SeriesLate": "scheduling.models.Series.Late",
    "SeriesMemberReason": "scheduling.models.Enrolment.Reason",
    "SeriesMemberSource": "scheduling.models.Enrolment.Source",
    "SeriesMemberStatus": "scheduling.models.Enrolment.Status",
    "SeriesReason": "scheduling.models.Series.Reason",
    "SeriesState": "scheduling.models.Series.State",
    "SessionStatus": "conversations.models.Session.Status",
    "SpokenMood": "avatars.models.SpokenMood",
    "StageOutcome": "avatars.models.Outcome",
    "StatementState": "avatars.models.Statement.State",
    "UploadForm": "wecom.models.Upload.Form",
    "UploadKind": "wecom.models.Upload.Kind",
    "VariableType": "avatars.models.Variable.Type",
    "VideoFormat": "avatars.models.VideoFormat",
    "VideoRetention": "avatars.services.VideoRetention",
    "PresentationFormat": "avatars.models.Presentation.Shape",
    "SceneLayout": "avatars.models.SceneLayout",
    "VoiceGender": "avatars.models.Voice.Gender",
    "VoiceLanguage": "avatars.models.Voice.Language",
    "VoiceOrigin": "avatars.models.Voice.Origin",
    "WebhookEvent": "openuser.models.WebhookEndpoint.Event",
    "WebhookOffReason": "openuser.models.WebhookEndpoint.Off",
    "WorkStatus": "core.work.base.Work.Status",
    **{f"{kind.title().replace('_', '')}Kind": [kind] for kind in API_MESSAGE_KINDS},
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "OpenUser",
    "DESCRIPTION": "Digital humans in WeChat Work. Errors are `application/problem+json`. Lists use cursors. "
    "Every POST takes an `Idempotency-Key`. Every response has an `X-Request-ID`: the correlation ID of its rows.",
    "DEFAULT_GENERATOR_CLASS": "openuser.api.openapi.generator.EnglishSchemaGenerator",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    "POSTPROCESSING_HOOKS": [
        "openuser.api.openapi.generator.name_enums",
        "openuser.api.openapi.generator.add_examples",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "displayRequestDuration": True,
        "filter": True,
        "persistAuthorization": False,
        "validatorUrl": None,
    },
}
