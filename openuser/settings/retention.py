"""Settings of how long data is kept, for kinds without a setting of their own app. 0 keeps it for ever."""

from typing import Any

from openuser.settings.environment import env

# Days for which China's Cybersecurity Law (Article 21: six months) asks to keep logs of the network and its security.
LEAST_LOG_DAYS = 180
RETENTION: dict[str, Any] = {
    # Retention of what members and digital humans wrote, in days. The rows stay, for statistics. 0: forever.
    "MESSAGES_DAYS": env.int("OPENUSER_KEEP_MESSAGES_DAYS", default=365),
    # Retention of the answers that flows collected, in days. The rows stay. 0: forever.
    "SESSIONS_DAYS": env.int("OPENUSER_KEEP_SESSIONS_DAYS", default=365),
    # Retention of questions to reply providers, in days. The rows stay. 0: forever.
    "QUESTIONS_DAYS": env.int("OPENUSER_KEEP_QUESTIONS_DAYS", default=30),
    # Retention of the scripts of videos and narrations, in days. The rows stay. 0: forever.
    "SCRIPTS_DAYS": env.int("OPENUSER_KEEP_SCRIPTS_DAYS", default=400),
    # Retention of files that were given to be sent, in days since they were last sent. 0: forever.
    "UPLOADS_DAYS": env.int("OPENUSER_KEEP_UPLOADS_DAYS", default=90),
    # Retention of the admin's log of changes, in days, at least 180. 0: forever.
    "ADMIN_LOG_DAYS": env.int("OPENUSER_KEEP_ADMIN_LOG_DAYS", default=365),
    # Retention of the records of who has read what members told the digital human, in days, at least 180. 0: forever.
    "ACCESS_RECORDS_DAYS": env.int("OPENUSER_KEEP_ACCESS_RECORDS_DAYS", default=365),
    # Retention of incidents that are over, in days, at least 180. 0: forever.
    "INCIDENTS_DAYS": env.int("OPENUSER_KEEP_INCIDENTS_DAYS", default=365),
    # Days after which members who left are erased, like by `manage.py person erase`. 0: never.
    "LEAVERS_DAYS": env.float("OPENUSER_ERASE_LEAVERS_DAYS", default=0),
    # Retention of log-ins and wrong passwords with their addresses, in days, at least 180. 0: forever.
    "LOGINS_DAYS": env.int("OPENUSER_KEEP_LOGINS_DAYS", default=180),
}
