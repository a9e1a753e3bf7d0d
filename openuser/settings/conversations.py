"""Settings of conversations: waiting times, fallbacks, the language model."""

from typing import Any

from openuser.settings.environment import env

CONVERSATIONS: dict[str, Any] = {
    # Hours until a member who opens the application is greeted again.
    "GREET_EVERY_HOURS": env.float("OPENUSER_GREET_EVERY_HOURS", default=4.0),
    "MAX_TEXT": 4_000,
    # Seconds until a member gets an apology because a reply provider did not answer.
    "REPLY_TIMEOUT": env.float("OPENUSER_REPLY_TIMEOUT", default=45.0),
    # Seconds until a flow goes on without the service that a step calls: all attempts together. A step that gives a
    # single attempt longer has that and ten seconds.
    "CALL_TIMEOUT": env.float("OPENUSER_CALL_TIMEOUT", default=60.0),
    # Seconds until a member is asked to write because a voice message was not transcribed.
    "VOICE_MESSAGE_TIMEOUT": env.float("OPENUSER_VOICE_MESSAGE_TIMEOUT", default=120.0),
    # Seconds until a member is told that the reply takes a while.
    "REPLY_NOTICE_SECONDS": env.float("OPENUSER_REPLY_NOTICE_SECONDS", default=5.0),
    # Seconds until a member who waits for a video gets a voice message or text instead.
    "VIDEO_DEADLINE_SECONDS": env.float("OPENUSER_VIDEO_DEADLINE_SECONDS", default=600.0),
    # Replace a late video by a voice message. False: by text.
    "VOICE_FALLBACK": env.bool("OPENUSER_VOICE_FALLBACK", default=True),
    # Seconds before the deadline at which speaking that voice message begins.
    "VOICE_FALLBACK_SECONDS": env.float("OPENUSER_VOICE_FALLBACK_SECONDS", default=60.0),
    # Hours without a line after which a member who talks with a person is with the digital human again.
    "HANDOFF_SILENCE_HOURS": env.float("OPENUSER_HANDOFF_SILENCE_HOURS", default=24.0),
    # Hour of the day from which on members are told that their question has an answer by now.
    "TELL_FROM_HOUR": env.int("OPENUSER_TELL_FROM_HOUR", default=8),
    # Hour of the day until which they are told.
    "TELL_UNTIL_HOUR": env.int("OPENUSER_TELL_UNTIL_HOUR", default=20),
    # Minutes without an answer after which a dialogue rests: campaigns and flows no longer wait for it.
    "DIALOGUE_RESTS_MINUTES": env.int("OPENUSER_DIALOGUE_RESTS_MINUTES", default=30),
    # Internal networks that steps of flows may call, separated by commas: `10.0.0.0/8`. Others are refused.
    "CALL_NETWORKS": env.list("OPENUSER_FLOW_NETWORKS", default=[]),
    # Secrets for calls of flows as JSON, each for one host: `{"OA_TOKEN": {"host": "oa.example.com", "value": "…"}}`.
    "CALL_SECRETS": env.json("OPENUSER_FLOW_SECRETS", default={}),
    # Videos that one member may wait for at a time.
    "QUEUED_VIDEOS_PER_MEMBER": env.int("OPENUSER_QUEUED_VIDEOS_PER_MEMBER", default=3),
}

REPLY_PROVIDERS: dict[str, Any] = {
    "small_talk": {"class": "conversations.providers.small_talk.SmallTalk", "options": {}},
    "knowledge": {"class": "conversations.providers.knowledge.Knowledge", "options": {}},
    "documents": {"class": "conversations.providers.documents.Documents", "options": {}},
}
# Internal networks in which the language model and the embedding service may be, separated by commas: `10.0.0.0/8`.
# Elsewhere their address must be public and encrypted. This machine is always allowed.
MODEL_NETWORKS = [*env.list("OPENUSER_MODEL_NETWORKS", default=[]), "127.0.0.0/8", "::1/128"]
# Name of the entry of EMBEDDERS that finds answers by meaning: `bundled` or `service`. Empty: by words only.
EMBEDDER = env.str("OPENUSER_EMBEDDER", default="bundled").strip()
EMBEDDING_SERVICE: dict[str, Any] = {
    # Embedding service with OpenAI's API, such as `https://llm.example.com/v1`; it gets questions, answers, documents.
    "base_url": env.str("OPENUSER_EMBEDDING_BASE_URL", default="").strip(),
    # Name of its model.
    "model": env.str("OPENUSER_EMBEDDING_MODEL", default="").strip(),
    # Length of the vectors of that model. Another model or length recomputes all vectors in the background.
    "dimensions": env.int("OPENUSER_EMBEDDING_DIMENSIONS", default=0),
    # API key of the embedding service.
    "api_key": env.str("OPENUSER_EMBEDDING_API_KEY", default="").strip(),
    # Texts in one request to it.
    "batch": env.int("OPENUSER_EMBEDDING_BATCH", default=32),
    # Seconds until a request with passages times out.
    "timeout": env.float("OPENUSER_EMBEDDING_TIMEOUT", default=30.0),
    # Seconds until a request with a question times out; it is then answered by its words.
    "question_timeout": env.float("OPENUSER_EMBEDDING_QUESTION_TIMEOUT", default=3.0),
    # What the model wants before a question, such as `query: `.
    "question_prefix": env.str("OPENUSER_EMBEDDING_QUESTION_PREFIX", default=""),
    # What it wants before a text that is searched, such as `passage: `.
    "passage_prefix": env.str("OPENUSER_EMBEDDING_PASSAGE_PREFIX", default=""),
    "networks": MODEL_NETWORKS,
}
EMBEDDERS: dict[str, Any] = {
    "bundled": {"class": "conversations.knowledge.embedders.bundled.Bundled", "options": {}},
    "service": {
        "class": "conversations.knowledge.embedders.embedding_service.EmbeddingService",
        "options": EMBEDDING_SERVICE,
    },
}
DOCUMENTS: dict[str, Any] = {
    # Largest file of a document that members ask, in MB.
    "MAX_MB": env.int("OPENUSER_DOCUMENT_MAX_MB", default=20),
    # Most pages of such a document.
    "MAX_PAGES": env.int("OPENUSER_DOCUMENT_MAX_PAGES", default=2_000),
}
CHAT: dict[str, Any] = {
    # Language model with OpenAI's API, such as `https://llm.example.com/v1`; it gets members' questions. Empty: none.
    "base_url": env.str("OPENUSER_CHAT_BASE_URL", default="").strip(),
    # Name of the language model.
    "model": env.str("OPENUSER_CHAT_MODEL", default="").strip(),
    # API key of the language model.
    "api_key": env.str("OPENUSER_CHAT_API_KEY", default="").strip(),
    # System prompt; `{name}` is the name of the digital human. Empty: a built-in one.
    "prompt": env.str("OPENUSER_CHAT_PROMPT", default="", multiline=True).strip(),
    # Earlier messages of the conversation that the language model gets.
    "history": env.int("OPENUSER_CHAT_HISTORY", default=10),
    # Sampling temperature of the language model.
    "temperature": env.float("OPENUSER_CHAT_TEMPERATURE", default=0.3),
    # Maximum length of the language model's answer, in tokens.
    "max_tokens": env.int("OPENUSER_CHAT_MAX_TOKENS", default=800),
    # Seconds until a request to the language model times out; keep it below `OPENUSER_REPLY_TIMEOUT`.
    "timeout": env.float("OPENUSER_CHAT_TIMEOUT", default=40.0),
    # More fields of the request to the language model, as JSON: `{"top_p": 0.8}`. A null removes a field.
    "extra": env.json_object("OPENUSER_CHAT_EXTRA"),
}
# Whether the language model says only what answers and documents say. False: it answers what these do not know.
CHAT_GROUNDED = env.bool("OPENUSER_CHAT_GROUNDED", default=True)
CHAT_LIMITS: dict[str, Any] = {
    # Questions to the language model that one member may ask in a day; 0: no limit. Beyond, the plain answer is sent.
    "MEMBER_QUESTIONS": env.int("OPENUSER_CHAT_MEMBER_QUESTIONS", default=50),
    # Tokens that the questions of one member may take in a day, sent and answered; 0: no limit.
    "MEMBER_TOKENS": env.int("OPENUSER_CHAT_MEMBER_TOKENS", default=200_000),
    # Money that the questions of one member may cost in a day; 0: no limit.
    "MEMBER_COST": env.float("OPENUSER_CHAT_MEMBER_COST", default=0),
    # Questions to the language model that the whole company may ask in a day; 0: no limit.
    "COMPANY_QUESTIONS": env.int("OPENUSER_CHAT_COMPANY_QUESTIONS", default=5_000),
    # Tokens that all questions may take in a day; 0: no limit.
    "COMPANY_TOKENS": env.int("OPENUSER_CHAT_COMPANY_TOKENS", default=0),
    # Money that all questions may cost in a day; 0: no limit.
    "COMPANY_COST": env.float("OPENUSER_CHAT_COMPANY_COST", default=0),
    # Price of a million tokens that the language model is sent, in `OPENUSER_CHAT_CURRENCY`.
    "PRICE_SENT": env.float("OPENUSER_CHAT_PRICE_SENT", default=0),
    # Price of a million tokens that it answers.
    "PRICE_ANSWERED": env.float("OPENUSER_CHAT_PRICE_ANSWERED", default=0),
    # Sign of the currency of these prices and limits.
    "CURRENCY": env.str("OPENUSER_CHAT_CURRENCY", default="¥").strip(),
}
CHAT["networks"] = MODEL_NETWORKS
if CHAT["base_url"]:
    _provider = "grounded_chat.GroundedChat" if CHAT_GROUNDED else "chat.Chat"
    REPLY_PROVIDERS["chat"] = {"class": f"conversations.providers.{_provider}", "options": CHAT}
