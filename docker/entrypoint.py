"""What a container runs: `entrypoint.py web|ws|acceptor|worker|bulk|render|beat|migrate`, or any other command line.

Secrets come by file: `NAME_FILE=/run/secrets/name` gives `NAME`. Passwords of the database and of the broker are put
into their URLs, so that compose.yaml holds none. Standard library only; the process becomes the program.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from openuser.bootstrap import secret_files

ROOT = Path(__file__).resolve().parents[1]

PASSWORDS = {"DATABASE_PASSWORD": ("DATABASE_URL", "DATABASE_DIRECT_URL"), "BROKER_PASSWORD": ("BROKER_URL",)}
BY_FILE = (*secret_files.SECRETS, *PASSWORDS)
CELERY = ("celery", "-q", "-A", "openuser")  # without its banner, which is no line of a log
ROLE = Path(os.environ.get("OPENUSER_ROLE_FILE", "/tmp/openuser-role"))  # noqa: S108 - a tmpfs of the container's own
# What workers and beat touch while they work; healthcheck.py looks at its age.
PULSE = Path(os.environ.get("OPENUSER_PULSE_FILE", "/tmp/openuser-pulse"))  # noqa: S108


def secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with what its `NAME_FILE`s hold.

    Raises:
        SystemExit: a file cannot be read; with its name.
    """
    found = dict(environment)
    for name in BY_FILE:
        path = found.get(f"{name}_FILE", "")
        try:
            secret_files.read(found, (name,))
        except OSError as error:
            raise SystemExit(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error
    for password, urls in PASSWORDS.items():
        word = found.pop(password, "")
        for url in urls:
            if word and found.get(url):
                found[url] = with_password(found[url], word)
    return found


def with_password(url: str, password: str) -> str:
    """A URL with a password, percent-encoded, in place of the one that it has."""
    parts = urlsplit(url)
    user, host = parts.username or "", parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def command(words: list[str], environment: Mapping[str, str]) -> list[str]:
    """The command line of a role, or the words themselves."""
    number = environment.get
    roles = {
        "web": [
            *("gunicorn", "openuser.wsgi", "--worker-class", "gthread", "--workers", number("WEB_PROCESSES", "4")),
            *("--threads", number("WEB_THREADS", "8"), "--bind", number("WEB_BIND", "0.0.0.0:8000")),
            *("--max-requests", "10000", "--max-requests-jitter", "1000", "--worker-tmp-dir", "/dev/shm"),  # noqa: S108
            *("--log-level", "warning"),
        ],
        "ws": [
            *("uvicorn", "openuser.asgi:application", "--host", number("WS_HOST", "0.0.0.0")),  # noqa: S104
            *("--port", number("WS_PORT", "8001"), "--workers", number("WS_PROCESSES", "2")),
            *("--lifespan", "on", "--log-level", "warning", "--no-server-header"),
        ],
        "acceptor": [
            *("python", "-m", "wecom.callbacks.acceptor"),
            *("--bind", number("ACCEPTOR_BIND", "0.0.0.0:8002")),
        ],
        "worker": worker("worker", "default", number("WORKER_THREADS", "8")),
        "bulk": worker("bulk", "bulk", number("BULK_THREADS", "2")),
        "render": worker("render", "render", "1"),
        "beat": [*CELERY, "beat", "-l", "WARNING", "--pidfile="],
        "migrate": ["python", "manage.py", "migrate", "--noinput"],
    }
    return roles.get(words[0], words) if len(words) == 1 else words


def worker(name: str, lane: str, threads: str) -> list[str]:
    """A Celery worker of one lane; that of what somebody waits for has a parent that starts it again at once."""
    command = ["python", "-m", "openuser.launcher.worker_process"] if lane == "default" else [*CELERY, "worker"]
    line = [*command, "-Q", lane, "-P", "threads", "-c", threads, "-n", f"{name}@%h", "-l", "WARNING"]
    return [*line, "--without-gossip", "--without-mingle"]


def main() -> None:
    words = sys.argv[1:]
    if not words:
        raise SystemExit(__doc__)
    environment = secrets(os.environ)
    ROLE.write_text(words[0], encoding="utf-8")  # for healthcheck.py, which is another process
    PULSE.unlink(missing_ok=True)  # of the container before, where /tmp outlives it
    environment.setdefault("OPENUSER_PULSE_FILE", str(PULSE))
    line = command(words, environment)
    os.chdir(ROOT)
    os.execvpe(line[0], line, environment)  # noqa: S606


if __name__ == "__main__":
    main()
