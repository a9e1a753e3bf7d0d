"""One dict per app, and what can be plugged in."""

from pathlib import Path
from typing import Any

from openuser.settings import engines
from openuser.settings.environment import VAR_DIR, env

AGENT_ID = env.str("WECHAT_AGENT_ID", default="").strip()
WECOM: dict[str, Any] = {
    "CORP_ID": env.str("WECHAT_CORP_ID", default="").strip(),
    "AGENT_ID": int(AGENT_ID) if AGENT_ID.isdecimal() else 0,
    "AGENT_ID_AS_GIVEN": AGENT_ID,  # a wrong one is for the doctor to name, not for a traceback
    "CORP_SECRET": env.str("WECHAT_CORP_SECRET", default="").strip(),
    "TOKEN": env.str("WECHAT_TOKEN", default="").strip(),
    "ENCODING_AES_KEY": env.str("WECHAT_ENCODING_AES_KEY", default="").strip(),
    "WEBHOOK_URL": env.str("WECHAT_WEBHOOK_URL", default="").strip(),
    "API_BASE_URL": env.str("WECHAT_API_BASE_URL", default="") or "https://qyapi.weixin.qq.com",
    "OAUTH_BASE_URL": env.str("WECHAT_OAUTH_BASE_URL", default="https://open.weixin.qq.com"),
    "LOGIN_BASE_URL": env.str("WECHAT_LOGIN_BASE_URL", default="https://login.work.weixin.qq.com"),
    # Bytes that WeChat Work takes at most; lower ones make videos smaller, or send them as files or links sooner.
    "MEDIA_LIMITS": {
        "video": int(env.float("WECHAT_VIDEO_LIMIT_MB", default=10.0) * 1024 * 1024),
        "file": int(env.float("WECHAT_FILE_LIMIT_MB", default=20.0) * 1024 * 1024),
    },
    "VIDEO_COMPRESS_MAX": env.int("WECHAT_VIDEO_COMPRESS_MAX_MB", default=200)
    * 1024
    * 1024,  # of one that is made smaller first
    "VIDEO_COMPRESS_TIMEOUT": env.float("WECHAT_VIDEO_COMPRESS_TIMEOUT", default=900.0),  # that code waits for that
    "MAX_BODY": 65_536,
    # What the platform's pages leave open, each in its safe reading (wecom/platform_quirks.py).
    "ASSUMED": {
        "text_card_unit": env.str("WECHAT_TEXT_CARD_UNIT", default="") or "bytes",
        "card_menu_entries": env.int("WECHAT_CARD_MENU_ENTRIES", default=3),
        "menu_name_bytes": env.int("WECHAT_MENU_NAME_BYTES", default=16),
        "sub_menu_name_bytes": env.int("WECHAT_SUB_MENU_NAME_BYTES", default=40),
        "aligned_quotas": env.bool("WECHAT_ALIGNED_QUOTAS", default=False),
        "platform_recognition": env.bool("WECHAT_PLATFORM_RECOGNITION", default=True),
        "json_callbacks": env.bool("WECHAT_JSON_CALLBACKS", default=False),
        "acknowledgement": env.str("WECHAT_ACKNOWLEDGEMENT", default=""),
        "chat_people_per_minute": env.int("WECHAT_CHAT_PEOPLE_PER_MINUTE", default=20_000),
        "chat_people_per_hour": env.int("WECHAT_CHAT_PEOPLE_PER_HOUR", default=150_000),
    },
    "TIMESTAMP_TOLERANCE": env.int("WECHAT_TIMESTAMP_TOLERANCE_SECONDS", default=600),
    "CALLBACK_MAX_AGE": env.float("WECHAT_CALLBACK_MAX_AGE_HOURS", default=6.0) * 3600,
    "KEEP_CALLBACKS_DAYS": env.int("WECHAT_KEEP_CALLBACKS_DAYS", default=30),
    # Messages a minute of one person that are acted on; 0: all.
    "MEMBER_MESSAGES_PER_MINUTE": env.int("WECHAT_MEMBER_MESSAGES_PER_MINUTE", default=20),
    "KEEP_MEDIA_DAYS": env.int("WECHAT_KEEP_MEDIA_DAYS", default=90),  # pictures, recordings and videos of members
    "MAX_DOWNLOAD": env.int("WECHAT_MAX_DOWNLOAD_MB", default=200) * 1024 * 1024,
    "DOWNLOAD_PIECE": 4 * 1024 * 1024,
    "CONNECT_TIMEOUT": env.float("WECHAT_CONNECT_TIMEOUT", default=3.0),
    "READ_TIMEOUT": env.float("WECHAT_READ_TIMEOUT", default=10.0),
    "RETRY_BASE_SECONDS": env.float("WECHAT_RETRY_BASE_SECONDS", default=1.0),
    "DIRECTORY_SYNC_HOURS": env.float(
        "WECHAT_DIRECTORY_SYNC_HOURS", default=24.0
    ),  # between two syncs; 0 is only on demand
    "DIRECTORY_PAGE_SIZE": env.int("WECHAT_DIRECTORY_PAGE_SIZE", default=10_000),  # user IDs at a time, 1 to 10,000
    # Where senders note, outside the database, how far they came (wecom/restore_guard.py).
    "RESTORE_GUARD": env.bool("OPENUSER_RESTORE_GUARD", default=True),
    "RESTORE_GUARD_FILE": env.str("OPENUSER_RESTORE_GUARD_FILE", default="") or str(VAR_DIR / "senders.json"),
    "MACHINE_ID_FILE": "/etc/machine-id",
    "HANDLER_TIME_LIMIT": env.float("WECHAT_HANDLER_TIME_LIMIT", default=600.0),
}
AVATARS: dict[str, Any] = {
    "AI_LABEL_PROVIDER": env.str("OPENUSER_AI_LABEL_PROVIDER", default="OpenUser"),
    "MAX_CHARACTERS": env.int("OPENUSER_MAX_CHARACTERS", default=600),
    "MAX_RECORDING_SECONDS": env.float("OPENUSER_MAX_RECORDING_SECONDS", default=180.0),
    # A video is made as small as WeChat Work takes it, by its length. One that would be too poor then may have more;
    # a smaller one, a file or a link is made of that.
    "RENDER_TARGET_BYTES": WECOM["MEDIA_LIMITS"]["video"] - 64 * 1024,
    "RENDER_MAX_BYTES": env.int("OPENUSER_RENDER_MAX_MB", default=100) * 1024 * 1024,
    "TIME_LIMIT": env.int("OPENUSER_RENDER_TIME_LIMIT", default=900),
    "MEMORY_LIMIT_MB": env.int("OPENUSER_RENDER_MEMORY_MB", default=2500),
    # New videos that one person or API client may have made; what is made already is free. 0: any number.
    "RENDERS_PER_HOUR": env.int("OPENUSER_RENDERS_PER_HOUR", default=30),
    "RENDERS_PER_DAY": env.int("OPENUSER_RENDERS_PER_DAY", default=150),
    # Days for which files are kept; their rows stay, and the same words are made anew when somebody asks. 0: for ever.
    "KEEP_VIDEOS_DAYS": env.int("OPENUSER_KEEP_VIDEOS_DAYS", default=365),
    "KEEP_NARRATIONS_DAYS": env.int("OPENUSER_KEEP_NARRATIONS_DAYS", default=30),
    "KEEP_WORK_FILES_DAYS": env.float("OPENUSER_KEEP_WORK_FILES_DAYS", default=1.0),  # of workers that died
    "NARRATION_TIMEOUT": env.float("OPENUSER_NARRATION_TIMEOUT", default=45.0),  # to speak in the place of a video
    "RESTORER_TIMEOUT": env.float("OPENUSER_RESTORER_TIMEOUT", default=120.0),  # to sharpen a portrait
    "RECOGNITION_TIMEOUT": env.float("OPENUSER_RECOGNITION_TIMEOUT", default=60.0),
    # After so many failures in a row an engine is left alone for so long.
    "ENGINE_FAILURES": env.int("OPENUSER_ENGINE_FAILURES", default=3),
    "ENGINE_REST_MINUTES": env.float("OPENUSER_ENGINE_REST_MINUTES", default=10.0),
    "WORK_DIR": VAR_DIR / "work",
    "CACHE_DIR": VAR_DIR / "cache",
}
# What can be plugged in, with the folder of the weights that people bring, one folder in it per engine. More entries,
# or others of the same name, come as JSON: {"mine": {"class": "my.module.Mine", "options": {}, "time_limit": 300}}.
FORMER_CLASS_PATHS = engines.FORMER_CLASS_PATHS
MODELS_DIR = Path(env.str("OPENUSER_MODELS_DIR", default=str(VAR_DIR / "models")))
SPEECH_ENGINES: dict[str, Any] = {
    **engines.speech(env, models=MODELS_DIR, cache=AVATARS["CACHE_DIR"], read_json=env.json_object),
    **env.json_object("OPENUSER_SPEECH_ENGINES"),
}
# The first one listens; it is an install of its own (requirements/recognition.txt).
RECOGNITION_ENGINES: dict[str, Any] = {
    **engines.recognition(env, cache=AVATARS["CACHE_DIR"]),
    **env.json_object("OPENUSER_RECOGNITION_ENGINES"),
}
RENDER_ENGINES: dict[str, Any] = {
    **engines.render(env, models=MODELS_DIR, cache=AVATARS["CACHE_DIR"]),
    **env.json_object("OPENUSER_RENDER_ENGINES"),
}
# The enhanced modes sharpen portraits with the one that is named; with none where it is empty.
RESTORERS: dict[str, Any] = {**engines.restorers(env, models=MODELS_DIR), **env.json_object("OPENUSER_RESTORERS")}
RESTORER = env.str("OPENUSER_RESTORER", default="")
# Who stands in for an engine that fails, so that nobody waits for it; nobody where it is empty.
SPEECH_FALLBACK = env.str("OPENUSER_SPEECH_FALLBACK", default="kokoro")
SPEECH_FALLBACK_VOICE = env.str("OPENUSER_SPEECH_FALLBACK_VOICE", default="zf_xiaobei")
RENDER_FALLBACK = env.str("OPENUSER_RENDER_FALLBACK", default="puppet")
CONVERSATIONS: dict[str, Any] = {
    "GREET_EVERY_HOURS": env.float("OPENUSER_GREET_EVERY_HOURS", default=4.0),
    "MAX_TEXT": 4_000,
    "REPLY_TIMEOUT": env.float("OPENUSER_REPLY_TIMEOUT", default=45.0),
    "VOICE_MESSAGE_TIMEOUT": env.float(
        "OPENUSER_VOICE_MESSAGE_TIMEOUT", default=120.0
    ),  # then people are asked to write
    "REPLY_NOTICE_SECONDS": env.float("OPENUSER_REPLY_NOTICE_SECONDS", default=5.0),  # then people are told to wait
    # Whoever waits for a video has something by then: its words are spoken the last seconds before, else written.
    "VIDEO_DEADLINE_SECONDS": env.float("OPENUSER_VIDEO_DEADLINE_SECONDS", default=600.0),
    "VOICE_FALLBACK": env.bool("OPENUSER_VOICE_FALLBACK", default=True),
    "VOICE_FALLBACK_SECONDS": env.float("OPENUSER_VOICE_FALLBACK_SECONDS", default=60.0),
    "QUEUED_VIDEOS_PER_MEMBER": env.int("OPENUSER_QUEUED_VIDEOS_PER_MEMBER", default=3),
}
SCHEDULING: dict[str, Any] = {
    "GRACE_MINUTES": env.int("OPENUSER_SCHEDULE_GRACE_MINUTES", default=10),
    "MAX_MEMBERS": env.int("OPENUSER_SCHEDULE_MAX_MEMBERS", default=200),
    "MAX_TEXT": 4_000,
    "PRERENDER_MINUTES": env.int("OPENUSER_SCHEDULE_PRERENDER_MINUTES", default=15),
    "PRERENDER_MAX_MINUTES": 12 * 60,
    "KEEP_RUNS_DAYS": env.int("OPENUSER_KEEP_RUNS_DAYS", default=400),
}
REPLY_PROVIDERS: dict[str, Any] = {
    "knowledge": {"class": "conversations.providers.knowledge.Knowledge", "options": {}},
}
CHAT: dict[str, Any] = {
    "base_url": env.str("OPENUSER_CHAT_BASE_URL", default="").strip(),
    "model": env.str("OPENUSER_CHAT_MODEL", default="").strip(),
    "api_key": env.str("OPENUSER_CHAT_API_KEY", default="").strip(),
    "prompt": env.str("OPENUSER_CHAT_PROMPT", default="", multiline=True).strip(),
    "history": env.int("OPENUSER_CHAT_HISTORY", default=10),
    "temperature": env.float("OPENUSER_CHAT_TEMPERATURE", default=0.3),
    "max_tokens": env.int("OPENUSER_CHAT_MAX_TOKENS", default=800),
    "timeout": env.float("OPENUSER_CHAT_TIMEOUT", default=40.0),
    "extra": env.json_object("OPENUSER_CHAT_EXTRA"),  # more of the request; null leaves one of the above out
}
if CHAT["base_url"]:
    REPLY_PROVIDERS["chat"] = {"class": "conversations.providers.chat.Chat", "options": CHAT}
