"""How documents are quoted."""

from django.utils.translation import gettext as _

from conversations.models import Passage


def source(passage: Passage) -> str:
    """The document and the page, such as 《员工手册》第 12 页."""
    title = passage.document.title
    if passage.page:
        return _("“%(title)s”, page %(page)d") % {"title": title, "page": passage.page}
    if passage.heading:
        return _("“%(title)s”, “%(heading)s”") % {"title": title, "heading": passage.heading}
    return _("“%s”") % title


def quoted(passage: Passage) -> str:
    """The words of a passage below their source."""
    return _("%(source)s:\n%(text)s") % {"source": source(passage), "text": passage.text}
