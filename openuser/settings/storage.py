"""Settings of the database and of files."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from openuser.settings.environment import VAR_DIR, env

# Database server, such as `postgres://user:password@host:5432/name`. Empty: SQLite, or `OPENUSER_DB`.
DATABASE_URL = env.str("DATABASE_URL", default="")
# PostgreSQL itself, where `DATABASE_URL` is a pooler that lends connections for a transaction (PgBouncer with
# `pool_mode=transaction`). Migrations, backups and locks of living workers go there. Empty: there is no such pooler.
DATABASE_DIRECT_URL = env.str("DATABASE_DIRECT_URL", default="")
# Database connections per process that its threads share. Each process has one more for callbacks or to show that it
# lives. Keep the sum below PostgreSQL's `max_connections`.
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=8)
# Whether PostgreSQL keeps statements of senders parsed and planned. `false` behind a pooler that cannot do so, such as
# PgBouncer with `max_prepared_statements=0`.
DATABASE_PREPARED_STATEMENTS = env.bool("DATABASE_PREPARED_STATEMENTS", default=True)
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA mmap_size=134217728;"
    "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=2000;"
)
# A database that went silent is noticed in ten seconds; the other way round see core/postgresql.
KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}


def database(url: str, *, pooled: bool = False) -> dict[str, Any]:
    """Django's settings for a database URL; an empty one is SQLite in the var folder.

    Args:
        pooled: whether a pooler is there, which lends connections for a transaction.
    """
    if not url:
        name = VAR_DIR / "openuser.sqlite3"
        return {"ENGINE": "core.sqlite", "NAME": str(name), "OPTIONS": sqlite_options()}
    config: dict[str, Any] = dict(env.db_url_config(url))
    config["CONN_MAX_AGE"] = 0  # persistent connections leak under ASGI; both engines have a pool instead
    if config["ENGINE"].endswith("sqlite3"):
        config["ENGINE"] = "core.sqlite"
        config["OPTIONS"] = sqlite_options()
    else:
        config["ENGINE"] = "core.postgresql"
        pool = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 20}
        config["OPTIONS"] = {**KEEPALIVES, **config.get("OPTIONS", {}), "pool": pool}
        config["DISABLE_SERVER_SIDE_CURSORS"] = pooled  # a cursor would end with the statement that opened it
        config["CONN_HEALTH_CHECKS"] = True  # else each connection that a restart broke fails a request
    return config


def sqlite_options() -> dict[str, Any]:
    return {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS}


DATABASES = {"default": database(DATABASE_URL, pooled=bool(DATABASE_DIRECT_URL))}
DATABASE_DIRECT = database(DATABASE_DIRECT_URL) if DATABASE_DIRECT_URL else None
if DATABASE_DIRECT and not DATABASE_DIRECT["ENGINE"] == DATABASES["default"]["ENGINE"] == "core.postgresql":
    raise ImproperlyConfigured(
        "DATABASE_DIRECT_URL must name the PostgreSQL behind the pooler that DATABASE_URL names, such as "
        "postgres://user:password@host:5432/name. Remove it if there is no pooler."
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
# Folder to which `collectstatic` copies static files.
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
MEDIA_URL = "/media/"
# Folder of the media files; with a bucket, of their local copies.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
# Prefix of the `internal` location with which nginx sends media files, such as `/protected/`. Empty: Django does.
MEDIA_ACCEL = env.str("MEDIA_ACCEL", default="")
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "core.storage.disk.WholeFileStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# S3-compatible bucket for media files (requirements/production.txt). Empty: none.
BUCKET = env.str("OPENUSER_S3_BUCKET", default="")
# Days until an unused local copy of a file in the bucket is deleted.
BUCKET_COPIES_DAYS = env.float("OPENUSER_S3_COPIES_DAYS", default=7.0)
UPKEEP = True  # whether processes keep the disk of their machine in order (core/storage/upkeep.py)
if BUCKET:
    STORAGES["default"] = {
        "BACKEND": "core.storage.s3.BucketStorage",
        "OPTIONS": {
            "bucket_name": BUCKET,
            # Folder in the bucket. Empty: its root.
            "prefix": env.str("OPENUSER_S3_PREFIX", default=""),
            # Address of the S3 service. Empty: AWS.
            "endpoint_url": env.str("OPENUSER_S3_ENDPOINT", default="") or None,
            # Region of the bucket.
            "region_name": env.str("OPENUSER_S3_REGION", default="") or None,
            # Access key of the bucket. Empty: the credentials of the machine.
            "access_key": env.str("OPENUSER_S3_ACCESS_KEY", default="") or None,
            # Secret key of the bucket.
            "secret_key": env.str("OPENUSER_S3_SECRET_KEY", default="") or None,
        },
    }
BACKUP: dict[str, Any] = {
    # Place of backups: a folder, better of another machine, or `s3://bucket/folder`. Empty: none is made by itself.
    "TO": env.str("OPENUSER_BACKUP_TO", default=""),
    # Pass phrase of new backups, 12 characters or more. Keep a copy of it elsewhere.
    "PASSPHRASE": env.str("OPENUSER_BACKUP_PASSPHRASE", default=""),
    # File whose first line is the pass phrase of new backups.
    "PASSPHRASE_FILE": env.str("OPENUSER_BACKUP_PASSPHRASE_FILE", default=""),
    # Hours between two backups that `beat` makes; 0: none, where cron does.
    "EVERY_HOURS": env.float("OPENUSER_BACKUP_HOURS", default=24.0),
    # Backups that are kept; older ones are deleted after a new one. 0: all.
    "KEEP": env.int("OPENUSER_BACKUP_KEEP", default=14),
    "S3": {
        # Address of the S3 service of backups. Empty: that of media files.
        "endpoint_url": env.str("OPENUSER_BACKUP_S3_ENDPOINT", default="")
        or env.str("OPENUSER_S3_ENDPOINT", default="")
        or None,
        # Region of the bucket of backups. Empty: that of media files.
        "region_name": env.str("OPENUSER_BACKUP_S3_REGION", default="")
        or env.str("OPENUSER_S3_REGION", default="")
        or None,
        # Access key of the bucket of backups. Empty: that of media files.
        "aws_access_key_id": env.str("OPENUSER_BACKUP_S3_ACCESS_KEY", default="")
        or env.str("OPENUSER_S3_ACCESS_KEY", default="")
        or None,
        # Secret key of the bucket of backups. Empty: that of media files.
        "aws_secret_access_key": env.str("OPENUSER_BACKUP_S3_SECRET_KEY", default="")
        or env.str("OPENUSER_S3_SECRET_KEY", default="")
        or None,
    },
}
# Free MB below which a disk counts as full: `up`, the doctor and /healthz/ready say so. 0: never.
DISK_MIN_MB = env.int("OPENUSER_DISK_MIN_MB", default=200)
# Days for which a signed link to a video works without a login.
LINK_DAYS = env.float("OPENUSER_LINK_DAYS", default=7.0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
