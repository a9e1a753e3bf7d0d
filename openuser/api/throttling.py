"""Rate limit per client: requests a minute, counted in the cache that all processes share."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.web.client_address import client_network
from openuser.models import ApiClient

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60
WRONG_TOKENS, WRONG_TOKEN_SECONDS = 100, 15 * 60  # from one address


class ClientRateThrottle(BaseThrottle):
    """A fixed window per client or staff member. While the cache is down, requests are not limited."""

    def allow_request(self, request: Request, view: Any) -> bool:
        who: Any = request.user
        is_client = isinstance(who, ApiClient)
        rate = who.rate if is_client else settings.API["REQUESTS_PER_MINUTE"]
        name = f"{who.digest[:16] if is_client else f'user{who.pk}'}-{self._window()}"
        try:
            return bool(self._count(name) <= rate)
        except (RedisError, OSError) as error:
            logger.warning("Requests are not counted: the cache is away.", extra={"error": type(error).__name__})
            return True

    def wait(self) -> float:
        """Seconds until the next window."""
        return WINDOW_SECONDS - time.time() % WINDOW_SECONDS

    def _window(self) -> int:
        return int(time.time() // WINDOW_SECONDS)

    def _count(self, name: str) -> int:
        cache.add(f"api-rate-{name}", 0, timeout=2 * WINDOW_SECONDS)
        try:
            return int(cache.incr(f"api-rate-{name}"))
        except ValueError:
            return 1  # evicted between the two calls


def wait_after_wrong_token(request: Request) -> float | None:
    """Count a wrong token. Past a limit, the seconds that further ones from this address are answered 429 for.

    A right token is never refused: it cannot be guessed, and others may share the address.
    """
    window, passed = divmod(time.time(), WRONG_TOKEN_SECONDS)
    name = f"wrong-tokens-{client_network(request)}-{int(window)}"
    try:
        cache.add(name, 0, timeout=2 * WRONG_TOKEN_SECONDS)
        return WRONG_TOKEN_SECONDS - passed if cache.incr(name) > WRONG_TOKENS else None
    except (RedisError, OSError, ValueError) as error:
        logger.warning("Wrong tokens are not counted: the cache is away.", extra={"error": type(error).__name__})
        return None
