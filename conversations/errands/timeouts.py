"""A call of a service in a thread of its own: nothing can stop it, but nobody has to wait for it for ever."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from django.conf import settings
from django.db import connections

from conversations.models import Errand
from conversations.providers.base import RemoteProvider, ReplyBusy
from core.exceptions import OpenUserError
from core.work.db_connections import release_connections

logger = logging.getLogger(__name__)

MOST_BESIDE = 64  # errands of this process that take long at once; more of them keep their worker waiting
_room = threading.BoundedSemaphore(MOST_BESIDE)


class Question:
    """An errand's question on its way, for at most `seconds`."""

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
        """Seconds to wait before the lease of the errand must be extended, or the time is over."""
        return min(self._pause, self.seconds_left())

    def is_answered(self, *, within: float) -> bool:
        """Whether the service has answered, well or not; waits for it for some seconds, and never past the deadline."""
        release_connections()
        self._thread.join(min(within, self.seconds_left()))
        return not self._thread.is_alive()

    def answer(self) -> str | None:
        """What the service answered; raises what the provider raised, `ReplyBusy` for a fault in it."""
        return self._result.result()

    def _ask(self) -> None:
        try:
            reply = self._provider.answer(self._conversation, self._text, language=self._language)
            self._result.set_result(reply)
        except OpenUserError as error:
            self._result.set_exception(error)
        except Exception:  # a process edge: whoever asked shall get words all the same
            logger.exception("A source of answers failed.")
            self._result.set_exception(ReplyBusy("The source of answers failed; see the log.", code="failed"))
        finally:
            connections.close_all()


def beside(work: Callable[[], None]) -> None:
    """Go on with some work in a thread, so that a worker of few threads can answer others; or here, with many there.

    Such threads end with their process: the work must be taken up by another one then.
    """
    if not _room.acquire(blocking=False):
        work()
        return

    def run() -> None:
        try:
            work()
        except Exception:  # a process edge: nobody waits for it
            logger.exception("An errand was left unfinished.")
        finally:
            connections.close_all()
            _room.release()

    threading.Thread(target=run, name="errand", daemon=True).start()
