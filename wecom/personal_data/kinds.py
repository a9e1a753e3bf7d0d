"""The kinds of personal data of WeChat Work's rows, with their retention."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.personal_data.holdings import Kind

DIRECTORY = Kind(key="directory", label=_("directory"))
CALLBACKS = Kind(key="callbacks", label=_("callbacks"), days=lambda: settings.WECOM["KEEP_CALLBACKS_DAYS"])
MEDIA = Kind(key="media", label=_("media that members sent"), days=lambda: settings.WECOM["KEEP_MEDIA_DAYS"])
MESSAGES = Kind(key="messages", label=_("messages"), days=lambda: settings.RETENTION["MESSAGES_DAYS"])
UPLOADS = Kind(key="uploads", label=_("files that were sent"), days=lambda: settings.RETENTION["UPLOADS_DAYS"])
FACT_IMPORTS = Kind(key="fact_imports", label=_("imports of facts"), days=lambda: 1 / 24)
QUOTAS = Kind(key="quotas", label=_("quotas"), days=lambda: 1 / 12)
