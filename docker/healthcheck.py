"""Whether this container does its work: exit status 0 or 1, with words. Asked by Docker's HEALTHCHECK.

web, ws: the page /healthz/ready answers. worker, render: the worker answers a ping. beat: an entry of the schedule was
due lately (it notes that in the database every three minutes).
"""

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from docker import entrypoint

PORTS = {"web": "8000", "ws": "8001"}
RANG = "SELECT COALESCE(MAX(last_run_at) > NOW() - INTERVAL '10 minutes', FALSE) FROM django_celery_beat_periodictask"


def answers(role: str) -> bool:
    """Whether the web process can work, asked under a name that it answers to."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
    port = int(os.environ.get("HEALTH_PORT", PORTS[role]))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/healthz/ready", headers={"Host": host})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def pongs(role: str, environment: dict[str, str]) -> bool:
    """Whether the worker answers."""
    line = [*entrypoint.CELERY, "inspect", "ping", "-d", f"{role}@{socket.gethostname()}", "-t", "5"]
    return subprocess.run(line, env=environment, cwd=entrypoint.ROOT, capture_output=True, check=False).returncode == 0


def rang(environment: dict[str, str]) -> bool:
    """Whether beat has run something lately."""
    import psycopg

    with psycopg.connect(environment["DATABASE_URL"].replace("postgis", "postgres"), connect_timeout=5) as connection:
        row = connection.execute(RANG).fetchone()
    return bool(row and row[0])


def main() -> None:
    role = entrypoint.ROLE.read_text(encoding="utf-8").strip()
    environment = entrypoint.secrets(os.environ)
    if role in PORTS:
        healthy = answers(role)
    elif role in {"worker", "render"}:
        healthy = pongs(role, environment)
    else:
        healthy = role != "beat" or rang(environment)
    if not healthy:
        raise SystemExit(f"{role} does not answer.")


if __name__ == "__main__":
    main()
