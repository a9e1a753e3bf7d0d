"""nginx with the configuration of docker/nginx, as the image fills it in."""

import os
import re
from pathlib import Path

from openuser.servers import debian
from openuser.servers.server_processes import Processes
from tests.support.paths import ROOT

MISSING = "nginx is missing.\n  Install it (Debian: sudo apt-get install nginx-light) and run again."
TEMPLATE = ROOT / "docker/nginx/default.conf.template"
MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    include {folder}/default.conf;
}}
"""


def start(
    folder: Path,
    owner: Processes,
    *,
    port: int,
    web: int | str,
    ws: int | str,
    media: Path,
    acceptor: int | str = 9,
    resolver: str = "127.0.0.1",
) -> None:
    """Run nginx in a folder, on a port of this machine and without TLS, which it says that it has ended.

    `web`, `ws` and `acceptor` are ports of this machine, or names with ports that the resolver knows.

    Raises:
        ServiceError: nginx is missing and could not be installed.
    """
    program = debian.ensure(("nginx", "/usr/sbin/nginx"), packages=("nginx-light",), missing=MISSING)
    folder.mkdir()
    names = {
        "OPENUSER_RESOLVER": resolver,
        "OPENUSER_WEB": web if isinstance(web, str) else f"127.0.0.1:{web}",
        "OPENUSER_WS": ws if isinstance(ws, str) else f"127.0.0.1:{ws}",
        "OPENUSER_ACCEPTOR": acceptor if isinstance(acceptor, str) else f"127.0.0.1:{acceptor}",
        "OPENUSER_LISTEN": f"127.0.0.1:{port}",
        "OPENUSER_TLS": "/dev/null",
        "OPENUSER_SCHEME": "https",
        "OPENUSER_MEDIA": str(media),
    }
    filled = re.sub(r"\$\{(\w+)\}", lambda found: names[found[1]], TEMPLATE.read_text(encoding="utf-8"))
    (folder / "default.conf").write_text(filled, encoding="utf-8")
    # Started by root, its workers would be another user, who may not read the folder of a test.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), encoding="utf-8")
    line = [str(program), "-p", str(folder), "-e", str(folder / "nginx.log"), "-c", str(folder / "nginx.conf")]
    with (folder / "nginx.log").open("ab") as log:
        owner.start(line, output=log)
