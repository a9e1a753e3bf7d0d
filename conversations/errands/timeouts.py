"""Calls of a provider with a time limit. They run in threads of their own, because a call cannot be interrupted."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from django.conf import settings
from django.db import connections

from conversations.exceptions import ServiceBusy
from conversations.models import Errand
from conversations.providers.base import RemoteProvider
from core.exceptions import OpenUserError
from core.work.db_connections import release_connections

logger = logging.getLogger(__name__)

MAX_DETACHED = 64  # slow errands of this process at once; further ones block their worker
_room = threading.BoundedSemaphore(MAX_DETACHED)


class TimedCall:
    """The call that an errand makes, for at most `seconds`."""

    def __init__(self, provider: RemoteProvider, errand: Errand, *, seconds: float) -> None:
        self._provider = provider
        self._conversation, self._text, self._language = errand.conversation, errand.question, errand.language
        self._until = time.monotonic() + seconds
        self._pause: float = errand.lease.total_seconds() * settings.WORK_LEASE_SCALE / 3
        self._result: Future[str | None] = Future()
        self._thread = threading.Thread(target=self._ask, name=f"errand-{errand.pk}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def seconds_left(self) -> float:
        return max(0.0, self._until - time.monotonic())

    def until_extension(self) -> float:
        """Seconds until the lease of the errand must be extended, or the time limit is reached."""
        return min(self._pause, self.seconds_left())

    def is_answered(self, *, within: float) -> bool:
        """Wait for the provider, never past the time limit; whether it has answered or failed."""
        release_connections()
        self._thread.join(min(within, self.seconds_left()))
        return not self._thread.is_alive()

    def answer(self) -> str | None:
        """The answer of the provider. Raises the provider's own errors, `ServiceBusy` for a bug in it."""
        return self._result.result()

    def _ask(self) -> None:
        try:
            reply = self._provider.answer(self._conversation, self._text, language=self._language)
            self._result.set_result(reply)
        except OpenUserError as error:
            self._result.set_exception(error)
        except Exception:  # a process edge: the member gets a text all the same
            logger.exception("A source of answers failed.")
            self._result.set_exception(ServiceBusy("The source of answers failed; see the log.", code="failed"))
        finally:
            connections.close_all()


def run_detached(work: Callable[[], None]) -> None:
    """Run work in a thread, so that this worker can go on; here, if too many threads run already.

    A thread ends with its process: another worker must be able to take the work over.
    """
    if not _room.acquire(blocking=False):
        work()
        return

    def run() -> None:
        try:
            work()
        except Exception:  # a process edge
            logger.exception("An errand was left unfinished.")
        finally:
            connections.close_all()
            _room.release()

    threading.Thread(target=run, name="errand", daemon=True).start()
