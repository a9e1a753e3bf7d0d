"""Pictures for the text of articles: uploaded once per content and company, kept by the platform for good.

Source: https://developer.work.weixin.qq.com/document/path/90256. Their addresses work within articles only. A company
may upload 1,000 a day and 3,000 in 30 days (45009).
"""

import hashlib
from pathlib import Path

from wecom.client import api, transport
from wecom.media import media_validation
from wecom.models import Application, ArticlePicture


def upload_article_image(application: Application, path: Path) -> str:
    """The address of a picture, uploaded now unless the company has it there. Raises `ContentError`, `WeComError`."""
    media_validation.check_article_image(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rows = ArticlePicture.objects.filter(corporation=application.corporation, sha256=digest)
    known = rows.first()
    if known is not None:
        return known.url
    url = transport.text_field(api.upload(application, "media/uploadimg", path, path.name), "url")
    row, _ = rows.get_or_create(corporation=application.corporation, sha256=digest, defaults={"url": url})
    return row.url
