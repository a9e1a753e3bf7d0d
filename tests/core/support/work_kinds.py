"""Every kind of work, and how to make one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from avatars.models import Narration, PortraitVideo, Render, Rendition
from conversations.models import Document, Embedding, Errand, MoveBatch
from core.work.base import Work
from openuser.models import Alert, WebhookDelivery
from scheduling.models import Batch, CampaignRun, RehearsalRun
from tests.support import factories
from wecom.models import (
    Callback,
    CardUpdate,
    DirectorySync,
    Download,
    GroupMessage,
    MenuPublication,
    Outbound,
    Recall,
    Upload,
)

MAKERS: dict[type[Work], Callable[..., Work]] = {
    Callback: factories.make_callback,
    Outbound: factories.make_outbound,
    Upload: factories.make_upload,
    DirectorySync: factories.make_directory_sync,
    Download: factories.make_download,
    CardUpdate: factories.make_card_update,
    MenuPublication: factories.make_menu_publication,
    Recall: factories.make_recall,
    GroupMessage: factories.make_group_message,
    Render: factories.make_render,
    Narration: factories.make_narration,
    PortraitVideo: factories.make_portrait_video,
    Rendition: factories.make_rendition,
    Errand: factories.make_errand,
    Embedding: factories.make_embedding,
    Document: factories.make_document,
    MoveBatch: factories.make_move_batch,
    WebhookDelivery: factories.make_webhook_delivery,
    Alert: factories.make_alert,
    CampaignRun: factories.make_campaign_run,
    Batch: factories.make_batch,
    RehearsalRun: factories.make_rehearsal_run,
}
EVERY_KIND = pytest.mark.parametrize("kind", list(MAKERS), ids=lambda kind: kind.__name__)


def expire(row: Work) -> None:
    type(row).work_rows().filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(days=1))
