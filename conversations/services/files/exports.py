"""Exports of flows and knowledge: a YAML, or a ZIP where answers or documents have files."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from conversations.files.entries import KEYS, answer_entry, document_entry, flow_entry, steps_of
from conversations.models import Answer, Document, Flow
from core.interchange.archives import Packed, pack
from core.interchange.files_of_rows import Media
from core.interchange.flaws import FileError
from core.interchange.whole_file import write
from core.interchange.yaml_text import LARGE


def export_file(
    *, flows: Iterable[Flow] = (), answers: Iterable[Answer] = (), documents: Iterable[Document] = ()
) -> Packed:
    """The drafts of these flows, these answers and documents. Equal rows give equal bytes.

    Raises `FileError` for nothing, for more than an import reads, and for a file that is gone.
    """
    media = Media()
    parts = {
        "flows": [flow_entry(flow, steps_of(flow), media) for flow in flows],
        "answers": [answer_entry(answer, media) for answer in answers],
        "documents": [document_entry(document, media) for document in documents],
    }
    if not any(parts.values()):
        fault, remedy = _("There is nothing to export."), _("Choose flows, answers or documents.")
        raise FileError(fault, code="nothing_to_export", remedy=remedy)
    text = write(parts, keys=KEYS)
    too_many = any(len(rows) > LARGE.most_entries for rows in parts.values())
    if too_many or len(text.encode()) > LARGE.most_bytes:
        fault = _("The file would be larger than an import reads.")
        raise FileError(fault, code="file_large", remedy=_("Export fewer at once."))
    return pack(text, media.known, name="flows" if parts["flows"] else "knowledge")
