"""As many threads as in the studio, where videos are made."""

import os
import sys

from avatars.studio.process import environment


def as_in_the_studio() -> None:
    """Start this program again if its libraries were loaded with other numbers of threads than the studio's child."""
    wanted = environment()
    if wanted != dict(os.environ):
        os.execve(sys.executable, sys.orig_argv, wanted)
