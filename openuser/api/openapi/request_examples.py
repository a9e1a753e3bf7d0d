"""An example of each request body, by the name of its component in the OpenAPI description."""

from typing import Any

from conversations.machine.commands import HELP

# Files stand in forms by their names.
PICTURE, EVIDENCE, RECORDING = "picture.png", "evidence.pdf", "recording.mp3"
TEMPLATE = {
    "name": "Birthday",
    "digital_human": 1,
    "script": "Happy birthday, {{name}}!",
    "variables": [{"name": "name", "label": "Name", "type": "text", "required": True, "example": "Zhang San"}],
}
TEMPLATE_FORM = {**TEMPLATE, "variables": '[{"name": "name", "label": "Name", "type": "text"}]', "logo": PICTURE}
FEEDBACK = [{"id": "good", "text": "Good"}, {"id": "bad", "text": "Not so good"}]
RULE = {"op": "all", "rules": [{"subject": "fact:start_date", "test": "within_days", "value": [-30, 0]}]}
SUBMIT = {"text": "Submit", "key": "submit"}

# By the `kind` of the message; a message to a member and one to a group differ in the recipient.
CONTENTS: dict[str, dict[str, Any]] = {
    "text": {"text": "The canteen opens at 11:30."},
    "markdown": {"text": "**Canteen**: opens at 11:30."},
    "image": {"upload": 1},
    "voice": {"upload": 2},
    "video": {"upload": 3, "title": "Fire drill"},
    "file": {"upload": 4},
    "textcard": {"title": "Payslip", "description": "Your payslip of March", "url": "https://example.com/payslips/3"},
    "news": {"articles": [{"title": "Spring outing", "url": "https://example.com/outing"}]},
    "mpnews": {
        "pages": [{"title": "Spring outing", "thumb_media_id": "MEDIA_ID", "content": "<p>We meet at 8:00.</p>"}]
    },
    "miniprogram_notice": {
        "app_id": "wx1234567890abcdef",
        "title": "会议室预订成功",
        "page": "pages/index",
        "items": [{"name": "会议室", "value": "402"}],
    },
    "text_notice": {
        "title": "Visitor",
        "text": "Your visitor is here.",
        "link": {"url": "https://example.com/visits/1"},
    },
    "news_notice": {
        "title": "Spring outing",
        "picture": {"url": "https://example.com/outing.png"},
        "link": {"url": "https://example.com/outing"},
    },
    "button_interaction": {
        "title": "Leave request",
        "description": "Zhang San, three days",
        "task_id": "leave-1",
        "buttons": [{"text": "Approve", "key": "approve"}, {"text": "Reject", "key": "reject"}],
    },
    "vote_interaction": {
        "title": "How was lunch?",
        "task_id": "lunch-1",
        "checkbox": {"key": "lunch", "choices": FEEDBACK},
        "submit": SUBMIT,
    },
    "multiple_interaction": {
        "title": "How was the training?",
        "task_id": "training-1",
        "selectors": [{"key": "training", "title": "Training", "choices": FEEDBACK}],
        "submit": SUBMIT,
    },
    "digital_human_video": {"text": "Welcome to the company!", "digital_human": 1},
}
ANSWER = {"question": "怎么请假？", "other_wordings": "请假流程\n请病假", "answer": "在“审批”里请假。", "topic": "假期"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "AnswerRequest": ANSWER,
    "AnswerFormRequest": {"question": "报销单在哪里？", "kind": "file", "file": "form.xlsx"},
    "AnswerImportRequest": {"file": "answers.xlsx", "dry_run": True},
    "PatchedAnswerRequest": {"valid_until": "2026-12-31", "departments": [2]},
    "PatchedAnswerFormRequest": {"file": "form.xlsx"},
    "ConfirmationRequest": {
        "confirmation": "I saw the designer's file.",
        "evidence_link": "https://example.com/licences/7",
    },
    "ConsentRequest": {"person": "Zhang San", "digital_humans": [1], "purposes": ["chat"], "evidence": EVIDENCE},
    "DigitalHumanRequest": {"name": "Xiao Li", "voice": 1, "portrait": PICTURE},
    "DirectorySyncRequest": {"application": 1},
    "FactDefinitionRequest": {"key": "size", "name": "衣服尺码", "kind": "choice", "choices": ["S", "M", "L"]},
    "FactImportRequest": {"rows": [{"user_id": "zhangsan", "facts": {"city": "上海"}}], "dry_run": True},
    "FillingRequest": {"variables": {"name": "Zhang San"}},
    "GroupChatAdoptRequest": {"chat_id": "canteen"},
    "GroupChatCreateRequest": {"name": "Canteen", "user_ids": ["zhangsan", "lisi"], "owner": "zhangsan"},
    "LexiconEntryRequest": {"token": "单雄信", "reading": "shàn xióng xìn"},
    "MemberFactsRequest": {"facts": {"city": "上海", "start_date": "2026-09-01"}},
    "MemberRequest": {"user_id": "zengli", "name": "曾丽", "pinyin": "zēng lì", "language": "zh-hans"},
    "MenuRequest": {
        "buttons": [
            {"name": "Help", "kind": "click", "key": HELP.name},
            {
                "name": "More",
                "kind": "menu",
                "buttons": [{"name": "Site", "kind": "view", "url": "https://example.com"}],
            },
        ]
    },
    "CampaignRequest": {
        "name": "All-hands meeting",
        "content_type": "text",
        "audience": {"departments": [{"number": 2}], "exclude": {"tags": [5]}},
        "contents": [
            {"language": "zh-hans", "text": "{{name|同事}}，周五下午三点全员会议。"},
            {"language": "en", "text": "{{name|All}}: we meet on Friday at three."},
        ],
    },
    "AudienceListUploadRequest": {"file": "travellers.csv", "name": "Business trip", "dry_run": True},
    "CampaignImportRequest": {"file": "campaigns.yaml", "dry_run": True},
    "FlowImportRequest": {"file": "flows.yaml", "dry_run": True},
    "CampaignNoteRequest": {"why": "The room has changed."},
    "DayListRequest": {"text": "2027-01-01 休 元旦", "title": "https://www.gov.cn/", "dry_run": True},
    "CampaignStartRequest": {"dry_run": True},
    "CampaignTestRequest": {"user_id": "zhangsan", "variant": "A"},
    "ConversionRequest": {"ends_schedule": True, "dry_run": True},
    "PatchedCampaignRequest": {"starts_at": "2026-12-01T09:00:00+08:00"},
    "EnrolmentRequest": {"user_id": "zhangsan", "on": "2026-12-01", "dry_run": True},
    "PatchedSeriesRequest": {"late": "skip"},
    "SeriesRequest": {
        "name": "First week",
        "audience": {"everyone": True},
        "anchor": "fact",
        "fact": "start_date",
        "steps": [{"day": 0, "at": "09:00", "contents": [{"language": "zh-hans", "text": "欢迎{{name|同事}}！"}]}],
    },
    "StartRequest": {"dry_run": True},
    "StopRequest": {"note": "Moved to another team."},
    "PatchedDigitalHumanRequest": {"name": "Xiao Li", "captions": "plain"},
    "PatchedFactDefinitionChangeRequest": {"name": "衣服尺码", "personal": False},
    "PatchedGroupChatChangeRequest": {"name": "Canteen news", "add": ["wangwu"]},
    "PatchedLexiconEntryRequest": {"reading": "shàn xióng xìn"},
    "PatchedMemberFactsRequest": {"facts": {"city": "上海", "manager": "lisi"}},
    "PatchedMemberChangeRequest": {"name": "Zhang San", "pinyin": "", "language": "en"},
    "PatchedScheduleRequest": {"cron": "30 9 * * 1-5", "days": "working"},
    "PatchedTemplateFormRequest": {"logo": PICTURE},
    "PatchedTemplateRequest": {"name": "Birthday", "captions": "plain"},
    "PatchedWebhookEndpointRequest": {"enabled": False},
    "PagesRequest": {"pdf": EVIDENCE},
    "PatchedPreferencesRequest": {"prefers_text": True, "muted": []},
    "QuestionAnswerRequest": {"answer": 1},
    "DocumentFormRequest": {"title": "员工手册", "file": "handbook.pdf", "topic": "人事"},
    "PatchedDocumentRequest": {"valid_until": "2026-12-31", "departments": [2]},
    "PatchedDocumentFormRequest": {"file": "handbook.pdf"},
    "PatchedTopicRequest": {"can_be_muted": False},
    "TopicRequest": {"name": "志愿活动", "name_en": "Volunteering", "order": 60},
    "PatchedPresentationFormRequest": {"logo": PICTURE},
    "PatchedPresentationRequest": {"captions": "karaoke", "accent_color": "#1f6feb"},
    "PatchedSceneRequest": {"script": "We start at nine. [point 1]Lunch is at noon.", "points": [[30, 62]]},
    "PersonRequest": {"user_id": "zhangsan"},
    "PictureRequest": {"portrait": PICTURE},
    "PresentationFormRequest": {"name": "Training for new colleagues", "digital_human": 1, "logo": PICTURE},
    "PresentationRenderRequest": {"purpose": "chat", "variables": {"name": "Zhang San"}, "dry_run": True},
    "PresentationRequest": {"name": "Training for new colleagues", "digital_human": 1, "format": "16:9"},
    "ReadingRequest": {"text": "The meeting begins at 9:30."},
    "RecordingRequest": {"digital_human": 1, "recording": RECORDING, "text": "Welcome to the company!"},
    "RenderRequest": {"digital_human": 1, "text": "Welcome to the company!", "format": "9:16", "captions": "plain"},
    "RuleRequest": {"rule": RULE},
    "SegmentRequest": {"name": "New colleagues", "rule": RULE},
    "PatchedSegmentRequest": {"description": "Joined within the last 30 days"},
    "AudienceRequest": {"audience": {"departments": [{"number": 7}], "exclude": {"members": ["lisi"]}}},
    "ScheduleRequest": {
        "name": "Morning greeting",
        "user_ids": ["zhangsan"],
        "message_type": "video",
        "text": "Good morning!",
        "cron": "0 9 * * *",
        "days": "working",
    },
    "SceneRequest": {
        "layout": "human_right",
        "slide": PICTURE,
        "script": "[point 1]We start at nine.",
        "points": [[30, 40]],
        "lower_third_name": "Wang Fang",
        "lower_third_role": "Human resources",
    },
    "SendBackRequest": {"note": "Send it after the holidays."},
    "TicketRequest": {"to": "zhangsan", "topic": 1},
    "TicketAnswerRequest": {"operator": 1, "text": "I am on my way."},
    "TicketNoteRequest": {"text": "The cartridge was replaced last week."},
    "TicketAssignmentRequest": {"operator": 1},
    "TicketTransferRequest": {"group": 1},
    "GoldenConversationRequest": {
        "flow": 1,
        "name": "A video in high quality",
        "inputs": [{"act": "start"}, {"act": "say", "text": "Welcome!"}, {"act": "choose", "text": "high"}],
    },
    "DraftRequest": {
        "seen": "0f3c2a9d51b84e67",
        "steps": [
            {
                "key": "ask_days",
                "name": "Days",
                "kind": "ask",
                "text": "How many days?",
                "slot": "days",
                "slot_type": "number",
                "transitions": [{"to": "done", "when": "next"}],
            },
            {"key": "done", "name": "Done", "kind": "end", "text": "Noted: {{days}} days."},
        ],
        "dry_run": True,
    },
    "DraftSeenRequest": {"seen": "0f3c2a9d51b84e67"},
    "NewFlowRequest": {
        "name": "Leave request",
        "language": "en",
        "triggers": ["leave", "I need * leave"],
        "steps": [{"key": "done", "name": "Done", "kind": "end", "text": "Write to HR, please."}],
    },
    "PatchedFlowRequest": {"command": "/leave", "expire_after": 1440},
    "StepRequest": {
        "after": "ask_days",
        "step": {"kind": "ask", "text": "Why?", "slot": "reason", "transitions": [{"to": "done"}]},
    },
    "PatchedStepChangeRequest": {"step": {"text": "How many working days?", "minimum": 1}},
    "StepMoveRequest": {"seen": "0f3c2a9d51b84e67", "after": "ask_days"},
    "TransitionRequest": {"transition": {"to": "done", "test": "more", "value": "3"}, "number": 1},
    "PatchedTransitionChangeRequest": {"transition": {"value": "5"}},
    "PatchedGoldenConversationRequest": {"name": "A video in the best quality"},
    "PublicationRequest": {
        "note": "Asks for the department first",
        "plan": [
            {"state": "ask_quality", "choice": "move", "target": "ask_form"},
            {"state": "ask_text", "choice": "finish", "finish_by": "2026-12-18T18:00:00+08:00", "tell_hours": 24},
        ],
        "dry_run": True,
    },
    "RehearsalQueryRequest": {"since": "2026-12-07", "days": 30, "members": "zhangsan,lisi"},
    "SessionRequest": {"to": "zhangsan", "flow": 1, "data": {"department": "Sales"}},
    "TemplateFormRequest": TEMPLATE_FORM,
    "TemplateRenderRequest": {"variables": {"name": "Zhang San"}, "purpose": "chat"},
    "TemplateRequest": TEMPLATE,
    "UploadRequest": {"kind": "file", "file": EVIDENCE},
    "VideoUploadRequest": {"video": "video.mp4"},
    "WebhookEndpointRequest": {
        "name": "Intranet",
        "url": "https://example.com/events",
        "events": ["render.completed", "render.failed"],
    },
    "WithdrawalRequest": {"reason": "Left the company", "videos": "delete"},
}
RECIPIENTS: dict[str, dict[str, Any]] = {"MessageRequest": {"to": "zhangsan"}, "GroupMessageRequest": {"chat": 1}}


def examples_of(name: str, kinds: list[str]) -> dict[str, Any]:
    """The examples of a component: one for each kind of message, else one. Raises `KeyError` if it has none."""
    if name in RECIPIENTS:
        return {kind: {"value": {**RECIPIENTS[name], "kind": kind, **CONTENTS[kind]}} for kind in kinds}
    return {"example": {"value": EXAMPLES[name]}}
