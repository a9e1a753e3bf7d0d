"""Settings of the tests, with answers found by meaning, as an installation finds them."""

from openuser.settings.test import *  # noqa: F403

EMBEDDER = "bundled"
