"""Whether this container does its work: exit status 0 or 1, with words. Asked by Docker's HEALTHCHECK.

web, ws: the page /healthz/ready answers. worker, bulk, render, beat: `manage.py healthcheck` finds what they noted
in the database lately.
"""

import http.client
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from docker import entrypoint

PORTS = {"web": "8000", "ws": "8001"}
WORKING = ("worker", "bulk", "render", "beat")


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


def works(role: str, environment: dict[str, str]) -> bool:
    """Whether the worker or beat of this container has said so lately, in the database."""
    line = [sys.executable, "manage.py", "healthcheck", role]
    return subprocess.run(line, env=environment, cwd=entrypoint.ROOT, capture_output=True, check=False).returncode == 0


def main() -> None:
    role = entrypoint.ROLE.read_text(encoding="utf-8").strip()
    if role in PORTS and not answers(role):
        raise SystemExit(f"{role} does not answer.")
    if role in WORKING and not works(role, entrypoint.secrets(os.environ)):
        raise SystemExit(f"{role} does not work.")


if __name__ == "__main__":
    main()
