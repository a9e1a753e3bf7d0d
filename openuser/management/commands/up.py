"""`manage.py up`: runs the whole installation on one machine, in one terminal."""

import logging
import os
import socket
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand, CommandError

from openuser.bootstrap import database_choice
from openuser.launcher import installation, left_socket, listener, ports, programs
from openuser.launcher.console import Console, ConsoleHandler
from openuser.launcher.disk_watch import DiskWatch
from openuser.launcher.instance_lock import InstanceLock
from openuser.launcher.reloader import SourceWatcher
from openuser.launcher.supervisor import NAME, NotStartingError, Supervisor
from openuser.servers.server_processes import Processes, ServiceError

RELOADED_PROGRAMS = ("web", "workers")
EMULATOR_FILES = ("wecom/emulator/",)


class Command(BaseCommand):
    help = "Run everything: web server, workers, beat, broker and, without a real application, the emulator."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host",
            default="127.0.0.1",
            help="address of the web server (default: this machine only; others need ALLOWED_HOSTS too)",
        )
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (default: 8000)")
        parser.add_argument("--emulator-port", type=int, default=9001, help="port of the emulator (default: 9001)")
        emulator = parser.add_mutually_exclusive_group()
        emulator.add_argument("--emulator", action="store_true", help="run the emulator besides a real application")
        emulator.add_argument("--no-emulator", action="store_true", help="run without the emulator")
        parser.add_argument(
            "--db",
            choices=database_choice.CHOICES,
            help="the database: SQLite, or a bundled PostgreSQL (default: that of the last `up`, at first sqlite)",
        )
        parser.add_argument("--reload", action="store_true", help="restart processes when the code changes")
        parser.add_argument("--admin-password", default="", help="set the password of the account `admin`")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        check_database(options["db"] or "")
        inherited = listener.inherited()
        plan = programs.Plan(
            host=options["host"],
            port=inherited.getsockname()[1] if inherited else options["port"],
            emulator_port=options["emulator_port"],
            with_emulator=options["emulator"] or (is_emulated() and not options["no_emulator"]),
            with_broker=not os.environ.get("BROKER_URL"),
            database=own_database(),
        )
        try:
            with InstanceLock(settings.VAR_DIR) as lock:
                inherited = inherited or left_socket.left(settings.VAR_DIR, plan.host, plan.port)
                check_ports(plan, listens=inherited is not None)
                lock.note(f"{os.getpid()} {plan.site}")
                with inherited or listener.opened(plan.host, plan.port) as listening:
                    password, reload = options["admin_password"], options["reload"]
                    run(plan, lock, listening, started, admin_password=password, reload=reload)
        except ServiceError as error:
            raise CommandError(str(error)) from error
        except NotStartingError as error:
            raise CommandError(f"{error} does not start; the lines of `{error} |` above say why.") from error


def is_emulated() -> bool:
    """Whether no real application is configured."""
    return bool(getattr(settings, "EMULATED", False))


def own_database() -> str:
    """The kind of the installation's own database; empty if DATABASE_URL names a server."""
    return str(getattr(settings, "OWN_DATABASE", ""))


def check_database(asked_for: str) -> None:
    """Reject `--db` if it would have no effect.

    Raises:
        CommandError: the settings name another database.
    """
    if not asked_for or asked_for == own_database():
        return
    if settings.DATABASE_URL and not own_database():
        raise CommandError(
            f"--db {asked_for} cannot be followed: DATABASE_URL names a database already.\n"
            "  Remove it from the environment or from .env, or leave --db away."
        )
    raise CommandError(f"--db is read by manage.py: python3 manage.py up --db {asked_for}")


def check_ports(plan: programs.Plan, *, listens: bool) -> None:
    """Check the ports before anything starts; the error names the program that uses one.

    Args:
        listens: the socket of the web process is open already.

    Raises:
        ServiceError: a port is taken.
    """
    wanted = [] if listens else [("--port", plan.host, plan.port)]
    if plan.with_emulator:
        wanted.append(("--emulator-port", "127.0.0.1", plan.emulator_port))
    for option, host, port in wanted:
        if not ports.is_free(host, port):
            who = ports.process_on(port) or "another program"
            raise ServiceError(
                f"port {port} is taken by {who}.\n  End it, or choose another: {option} {ports.next_free(host, port)}"
            )


def run(
    plan: programs.Plan,
    lock: InstanceLock,
    listening: socket.socket,
    started: float,
    *,
    admin_password: str,
    reload: bool,
) -> None:
    """Start everything, print its addresses, keep it alive, stop it."""
    console = Console(settings.LOG_DIR / "app.log", wechat_file=settings.LOG_DIR / "wechat_integration.log")
    logging.getLogger().handlers = [ConsoleHandler(console, NAME)]
    processes = Processes(keep_open=[lock.descriptor])
    supervisor = Supervisor(console, processes)
    supervisor.catch_signals()
    apply_plan(plan)
    before = database_choice.noted(settings.VAR_DIR)
    watch = DiskWatch(lambda line: console.say(NAME, line))
    watch.check()
    try:
        supervisor.start(programs.acceptor(plan, listening))
        if plan.database == database_choice.POSTGRES:
            supervisor.start(programs.database())
            if not supervisor.wait_until_ready():
                return
        web = programs.web(plan, listening)
        runs_early = bool(plan.database) and before == plan.database
        if runs_early:  # its tables are there, and callbacks wait for nothing else
            supervisor.start(web)
        if plan.with_broker:
            supervisor.start(programs.broker(plan))
        if plan.with_emulator:
            supervisor.start(programs.emulator(plan))
        login = installation.prepare(admin_password=admin_password)
        installation.close_database()
        if plan.database:
            database_choice.note(plan.database, settings.VAR_DIR)
        if not supervisor.stopping:
            supervisor.start(*([] if runs_early else [web]), programs.workers(plan))
        if supervisor.wait_until_ready():
            console.say(NAME, f"ready after {time.monotonic() - started:.1f} s")
            console.show(welcome(plan, login, time.monotonic() - started, before=before))
            supervisor.run(each_second=together(watch.check, reloader(supervisor) if reload else nothing))
        console.say(NAME, "stopping …")
    finally:
        began = time.monotonic()
        supervisor.stop()
        console.say(NAME, f"stopped after {time.monotonic() - began:.1f} s")


def apply_plan(plan: programs.Plan) -> None:
    """Give this process, which prepares the database, the settings of its children."""
    environment = plan.environment()
    settings.SITE_URL = environment["SITE_URL"]
    if is_emulated():
        settings.WECOM |= {"API_BASE_URL": environment["OPENUSER_EMULATOR_URL"], "ADDRESS_IS_KNOWN": True}


def nothing() -> None:
    """Without `--reload`."""


def together(*functions: Callable[[], None]) -> Callable[[], None]:
    """One function that calls all of them."""

    def call() -> None:
        for function in functions:
            function()

    return call


def reloader(supervisor: Supervisor) -> Callable[[], None]:
    """The function that `--reload` calls every second."""
    sources = SourceWatcher()

    def restart_changed() -> None:
        changed = sources.changed()
        ours = [name for name in changed if not name.startswith(EMULATOR_FILES)]
        theirs = [name for name in changed if name.startswith(EMULATOR_FILES)]
        for names, concerned in ((ours, RELOADED_PROGRAMS), (theirs, ("emulator",))):
            if names:
                more = f" and {len(names) - 1} more" if len(names) > 1 else ""
                supervisor.restart(concerned, why=f"{names[0]}{more} changed")

    return restart_changed


def welcome(plan: programs.Plan, login: installation.Login, seconds: float, *, before: str = "") -> str:
    """The lines that `up` prints when it is ready."""
    if login.password:
        account = f"{login.name} / {login.password}"
    elif login.name:
        account = (
            f"{login.name}, with the password you set (to reset it: python3 manage.py changepassword {login.name})"
        )
    else:
        account = "with an account of yours"
    lines = [f"READY after {seconds:.1f} s", f"  Admin   {plan.site}/admin/   {account}"]
    lines.append(
        f"  API     {plan.site}/api/v1/docs/   {'' if settings.API['PUBLIC_DOCS'] else 'after you log in'}".rstrip()
    )
    if plan.with_emulator:
        lines.append(f"  Phone   {plan.phone}")
    lines.append(f"  Data    {installation.describe_database()}")
    if plan.database and before not in {"", plan.database}:
        lines.append(f"  Note    {installation.database_switch_note(before, plan.database)}")
    lines += [f"  Note    {warning.msg} {warning.hint}" for warning in checks.run_checks(tags=["openuser"])]
    return "\n" + "\n".join([*lines, f"  Logs    {settings.LOG_DIR / 'app.log'}", "  Ctrl-C ends everything."]) + "\n"
