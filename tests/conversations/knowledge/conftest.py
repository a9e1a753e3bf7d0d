"""Embedders: one without a model for all tests, the bundled one once per session."""

import pytest

from conversations.knowledge import index_freshness
from conversations.knowledge.embedders import base
from conversations.knowledge.embedders.bundled import Bundled
from core import backends
from tests.conversations.support.tiny_embedder import Tiny


@pytest.fixture
def tiny(settings):
    """This process finds answers with the embedder without a model."""
    settings.EMBEDDERS = {"tiny": {"class": f"{Tiny.__module__}.Tiny"}}
    settings.EMBEDDER = "tiny"
    backends.backend.cache_clear()
    yield base.configured()
    backends.backend.cache_clear()
    index_freshness._indexes.clear()


@pytest.fixture(scope="session")
def bundled():
    return Bundled()
