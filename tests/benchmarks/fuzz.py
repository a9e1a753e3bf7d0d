"""A hundred thousand hostile callbacks to the webhook, in process: python -m tests.benchmarks.fuzz [COUNT]

Prints how many were answered with each status, the longest CPU time of one, and how much the process grew. It ends with
an error unless every answer was 200, 403 or 413 with an empty body; an exception of ours ends it at once.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from openuser.servers import valkey

COUNT = 100_000
EVERY = 5000  # rows are deleted after as many requests, so that the database does not grow


def main(count: int) -> None:
    """Set up a database of its own, attack, report."""
    import django

    django.setup()
    from django.test import RequestFactory
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from tests.support import factories
    from tests.wecom.support.callback_sender import PATH
    from tests.wecom.support.hostile_callbacks import AES_KEY, KEYS, Hostile, attack
    from wecom.models import Callback
    from wecom.views import Webhook

    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    corporation = factories.make_corporation(corp_id=KEYS.receive_id)
    factories.make_application(corporation=corporation, token=KEYS.token, encoding_aes_key=AES_KEY, is_default=True)
    webhook, ask, stored, done = Webhook.as_view(), RequestFactory(), 0, 0

    def answer(request: Hostile) -> int:
        nonlocal stored, done
        done += 1
        if done % EVERY == 0:
            stored += Callback.objects.all().delete()[0]
        answered = webhook(ask.post(f"{PATH}?{request.query}", data=request.body, content_type="text/xml"))
        assert answered.content == b""
        return int(answered.status_code)

    began = time.process_time()
    report = attack(answer, count, warm=min(2 * EVERY, count // 2))
    seconds = time.process_time() - began
    stored += Callback.objects.count()
    statuses = ", ".join(f"{status}: {number:,}" for status, number in sorted(report.statuses.items()))
    print(f"{report.statuses.total():,} hostile callbacks in {seconds:.0f} s of CPU")
    print(f"  answered {statuses}; stored {stored:,}")
    print(f"  the longest took {report.longest:.1f} ms of CPU; memory grew by {report.grown:+.1f} MiB")
    teardown_databases(databases, verbosity=0)
    sys.exit(0 if set(report.statuses) <= {200, 403, 413} else 1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.test")
    os.environ["LOG_LEVEL"] = "CRITICAL"
    with tempfile.TemporaryDirectory(prefix="ou-fuzz-") as folder, valkey.running(Path(folder)) as broker:
        os.environ["TEST_BROKER_URL"] = broker
        main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
