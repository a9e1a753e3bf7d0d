"""Sources for a language model: the answers and passages that retrieval found for a question."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversations.knowledge import answer_evidence, answer_retrieval
from conversations.knowledge.answer_index import Match
from conversations.knowledge.answer_retrieval import Findings, Verdict
from conversations.knowledge.documents.passage_retrieval import Found, find_passages
from conversations.models import Answer
from conversations.wording import document_texts
from wecom.models import Member

MOST_ANSWERS, MOST_PASSAGES = 3, 8
LONGEST = 1_200  # characters of a source


@dataclass(frozen=True, kw_only=True)
class Source:
    """A text and where it stands, such as 《员工手册》第 3 页; `row` is its record in the cause of a message."""

    title: str
    text: str
    row: Mapping[str, Any]


def find_sources(text: str, *, language: str, member: Member | None) -> list[Source]:
    """The sources for a question, the best first; none if too little was found, or if the table needs no help.

    An answer in the table's own words is sent as it is written, and so is a card, a picture, a file or a video.
    """
    result = answer_retrieval.find(text, language=language, member=member)
    rows = Answer.objects.in_bulk([match.entry.pk for match in _near(result)])
    best = result.best
    if best is not None and (best.likeness >= answer_retrieval.CERTAIN or not _is_worded(rows.get(best.entry.pk))):
        return []
    answers = [rows[match.entry.pk] for match in _near(result) if match.entry.pk in rows]
    passages = find_passages(text, language=language, member=member, most=MOST_PASSAGES)
    if not answers and not any(passage.is_sure for passage in passages):
        return []
    return [*map(_of_answer, filter(_is_worded, answers)), *map(_of_passage, passages)]


def _near(findings: Findings) -> list[Match]:
    """The candidates: none if the table does not know the question."""
    return [] if findings.verdict == Verdict.UNKNOWN else list(findings.matches[:MOST_ANSWERS])


def _is_worded(answer: Answer | None) -> bool:
    return answer is not None and answer.kind in (Answer.Kind.TEXT, Answer.Kind.MARKDOWN)


def _of_answer(answer: Answer) -> Source:
    return Source(
        title=document_texts.answer_source(answer.question), text=answer.answer[:LONGEST], row={"answer": answer.pk}
    )


def _of_passage(match: Found) -> Source:
    text = f"{match.passage.heading}\n{match.passage.text}".strip()
    return Source(title=document_texts.source(match.passage), text=text[:LONGEST], row=answer_evidence.of_source(match))
