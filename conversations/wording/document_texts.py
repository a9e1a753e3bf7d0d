"""How documents are quoted."""

from collections.abc import Sequence

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


def quoted(passages: Sequence[Passage]) -> str:
    """The words of passages of one section below their source."""
    words = "\n".join(passage.text for passage in passages)
    return _("%(source)s:\n%(text)s") % {"source": source(passages[0]), "text": words}


def answer_source(question: str) -> str:
    """An answer of the table as a source."""
    return _("answer to “%s”") % question


def with_sources(answer: str, titles: Sequence[str]) -> str:
    """The answer of a language model, above its sources."""
    if len(titles) == 1:
        return _("%(words)s\nSource: %(source)s") % {"words": answer, "source": titles[0]}
    lines = "\n".join(f"[{number}] {title}" for number, title in enumerate(titles, start=1))
    return _("%(words)s\nSources:\n%(sources)s") % {"words": answer, "sources": lines}
