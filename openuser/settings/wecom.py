"""Settings of WeChat Work: the default application, the platform's limits, retention."""

from typing import Any

from openuser.settings.environment import VAR_DIR, env

MB = 1024 * 1024
# Agent ID (AgentId) of the default application.
AGENT_ID = env.str("WECHAT_AGENT_ID", default="").strip()

WECOM: dict[str, Any] = {
    # Corp ID (企业ID) of the default application's company. Empty: `up` runs the emulator.
    "CORP_ID": env.str("WECHAT_CORP_ID", default="").strip(),
    "AGENT_ID": int(AGENT_ID) if AGENT_ID.isdecimal() else 0,
    "AGENT_ID_AS_GIVEN": AGENT_ID,  # the doctor reports a wrong one; a traceback would end every command
    # Secret of the default application.
    "CORP_SECRET": env.str("WECHAT_CORP_SECRET", default="").strip(),
    # Token of the default application's callback URL (接收消息).
    "TOKEN": env.str("WECHAT_TOKEN", default="").strip(),
    # EncodingAESKey of the default application's callback URL.
    "ENCODING_AES_KEY": env.str("WECHAT_ENCODING_AES_KEY", default="").strip(),
    # Public callback URL of the default application, if it is not `SITE_URL` plus the standard path.
    "WEBHOOK_URL": env.str("WECHAT_WEBHOOK_URL", default="").strip(),
    # Address of WeChat Work's API: a proxy, or an emulator.
    "API_BASE_URL": env.str("WECHAT_API_BASE_URL", default="") or "https://qyapi.weixin.qq.com",
    "ADDRESS_IS_KNOWN": True,  # false where only `up` knows it
    # Address of the page where members sign in inside WeChat Work.
    "OAUTH_BASE_URL": env.str("WECHAT_OAUTH_BASE_URL", default="https://open.weixin.qq.com"),
    # Address of the page where members sign in with a browser.
    "LOGIN_BASE_URL": env.str("WECHAT_LOGIN_BASE_URL", default="https://login.work.weixin.qq.com"),
    "MEDIA_LIMITS": {
        # Largest video message. A larger video is compressed, or sent as a file or link.
        "video": int(env.float("WECHAT_VIDEO_LIMIT_MB", default=10.0) * MB),
        # Largest file message. A larger video is sent as a link.
        "file": int(env.float("WECHAT_FILE_LIMIT_MB", default=20.0) * MB),
    },
    # Largest video of your own code that is compressed to fit into a message.
    "VIDEO_COMPRESS_MAX": env.int("WECHAT_VIDEO_COMPRESS_MAX_MB", default=200) * MB,
    # Seconds that your own code waits for that compression.
    "VIDEO_COMPRESS_TIMEOUT": env.float("WECHAT_VIDEO_COMPRESS_TIMEOUT", default=900.0),
    "MAX_BODY": 65_536,
    # Answer callbacks in the event loop of the ASGI server instead of the view: a fifth of the processor's time, for
    # hundreds of callbacks a second. The promises are the same.
    "CALLBACK_LANE": env.bool("OPENUSER_CALLBACK_LANE", default=False),
    # The platform's documentation leaves these open; each default is the safe reading (wecom/platform_quirks.py).
    "ASSUMED": {
        # Unit of a text card's length limits: `bytes` or `characters`.
        "text_card_unit": env.str("WECHAT_TEXT_CARD_UNIT", default="") or "bytes",
        # Most entries in the menu of a template card.
        "card_menu_entries": env.int("WECHAT_CARD_MENU_ENTRIES", default=3),
        # Longest name of a button in an application's menu, in bytes.
        "menu_name_bytes": env.int("WECHAT_MENU_NAME_BYTES", default=16),
        # Longest name of a button in a submenu, in bytes.
        "sub_menu_name_bytes": env.int("WECHAT_SUB_MENU_NAME_BYTES", default=40),
        # Whether a member's message quotas reset with the clock's minute and hour, instead of sliding.
        "aligned_quotas": env.bool("WECHAT_ALIGNED_QUOTAS", default=False),
        # Use the platform's own transcript of a voice message if the callback has one.
        "platform_recognition": env.bool("WECHAT_PLATFORM_RECOGNITION", default=True),
        # Accept callbacks in JSON as well as XML.
        "json_callbacks": env.bool("WECHAT_JSON_CALLBACKS", default=False),
        # Body of the response to a callback; some products of the platform expect `success`.
        "acknowledgement": env.str("WECHAT_ACKNOWLEDGEMENT", default=""),
        # Members that a company's group chat messages may reach in a minute; each message counts once per member.
        "chat_people_per_minute": env.int("WECHAT_CHAT_PEOPLE_PER_MINUTE", default=20_000),
        # Members that a company's group chat messages may reach in an hour.
        "chat_people_per_hour": env.int("WECHAT_CHAT_PEOPLE_PER_HOUR", default=150_000),
    },
    # Difference between a callback's timestamp and our clock, in seconds, above which it is marked as suspect.
    "TIMESTAMP_TOLERANCE": env.int("WECHAT_TIMESTAMP_TOLERANCE_SECONDS", default=600),
    # Age of a callback, in hours, above which it is stored but not handled.
    "CALLBACK_MAX_AGE": env.float("WECHAT_CALLBACK_MAX_AGE_HOURS", default=6.0) * 3600,
    # Folder in which callbacks wait while the database is away. On a disk of this machine; processes may share it.
    "SPOOL_DIR": env.str("OPENUSER_SPOOL_DIR", default="") or str(VAR_DIR / "spool"),
    # Most MB of callbacks in that folder; callbacks above it are not acknowledged, so that WeChat Work repeats them.
    "SPOOL_MAX": env.int("OPENUSER_SPOOL_MAX_MB", default=500) * MB,
    # Retention of the content of callbacks, in days.
    "KEEP_CALLBACKS_DAYS": env.int("WECHAT_KEEP_CALLBACKS_DAYS", default=30),
    # Messages of one member that are answered in a minute; 0: no limit.
    "MEMBER_MESSAGES_PER_MINUTE": env.int("WECHAT_MEMBER_MESSAGES_PER_MINUTE", default=20),
    # Retention of pictures, voice messages and videos that members send, in days.
    "KEEP_MEDIA_DAYS": env.int("WECHAT_KEEP_MEDIA_DAYS", default=90),
    # Largest file that is downloaded from a member's message.
    "MAX_DOWNLOAD": env.int("WECHAT_MAX_DOWNLOAD_MB", default=200) * MB,
    "DOWNLOAD_PIECE": 4 * MB,
    # Seconds until a connection to WeChat Work times out.
    "CONNECT_TIMEOUT": env.float("WECHAT_CONNECT_TIMEOUT", default=3.0),
    # Seconds until a response of WeChat Work times out.
    "READ_TIMEOUT": env.float("WECHAT_READ_TIMEOUT", default=10.0),
    # Scale of the pauses between retries, in seconds. The tests shorten it.
    "RETRY_BASE_SECONDS": env.float("WECHAT_RETRY_BASE_SECONDS", default=1.0),
    # Seconds between two tries while WeChat Work cannot be reached. All messages and files wait for the first success.
    "PROBE_SECONDS": env.float("WECHAT_PROBE_SECONDS", default=10.0),
    # Hours between two syncs of the directory (通讯录); 0: only on demand.
    "DIRECTORY_SYNC_HOURS": env.float("WECHAT_DIRECTORY_SYNC_HOURS", default=24.0),
    # User IDs per request of a directory sync, 1 to 10,000.
    "DIRECTORY_PAGE_SIZE": env.int("WECHAT_DIRECTORY_PAGE_SIZE", default=10_000),
    # Hold all messages after the database was restored from a backup, until an operator confirms it.
    "RESTORE_GUARD": env.bool("OPENUSER_RESTORE_GUARD", default=True),
    # File outside of the database that tells a restored database from the current one. Not part of a backup.
    "RESTORE_GUARD_FILE": env.str("OPENUSER_RESTORE_GUARD_FILE", default="") or str(VAR_DIR / "senders.json"),
    # Days for which sent messages are noted in the folder `sent` beside that file. Longer than your oldest backup.
    "SENT_JOURNAL_DAYS": env.int("OPENUSER_SENT_JOURNAL_DAYS", default=14),
    "MACHINE_ID_FILE": "/etc/machine-id",
    # Seconds until your own handler is cancelled and the member gets an apology.
    "HANDLER_TIME_LIMIT": env.float("WECHAT_HANDLER_TIME_LIMIT", default=600.0),
}
