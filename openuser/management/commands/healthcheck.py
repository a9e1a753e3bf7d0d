"""`manage.py healthcheck`: whether a process of this machine does its work, for systemd, Docker and Kubernetes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from core.diagnosis import Level
from core.work import processes
from openuser.doctor.process_checks import Beat, BulkWorker, RenderWorker, Worker

QUEUES = {check.id: check.queue for check in (Worker, BulkWorker, RenderWorker)}


class Command(BaseCommand):
    help = "Exit status 0 if the worker, bulk worker, render worker or beat of this machine does its work, else 1."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("process", choices=[*QUEUES, Beat.id])

    def handle(self, *args: Any, process: str, **options: Any) -> None:
        try:
            healthy = processes.takes_tasks_here(QUEUES[process]) if process in QUEUES else _beat_is_good()
        except (DatabaseError, InterfaceError) as error:
            raise CommandError(f"The database, which knows of {process}, does not answer.") from error
        if not healthy:
            raise CommandError(f"{process} does not work here. Restart it.")


def _beat_is_good() -> bool:
    return Beat().run().level == Level.GOOD
