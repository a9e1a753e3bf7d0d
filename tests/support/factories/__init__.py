"""Factories: each makes one row with the rows that it needs."""

from tests.support.factories.avatars import *  # noqa: F403
from tests.support.factories.conversations import *  # noqa: F403
from tests.support.factories.openuser import *  # noqa: F403
from tests.support.factories.scheduling import *  # noqa: F403
from tests.support.factories.wecom import *  # noqa: F403
