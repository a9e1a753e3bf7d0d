"""Messages, errands, answers, flows and sessions."""

import core.django_setup
from conversations.models.canned_answers import CannedAnswer
from conversations.models.care_records.cases import CareCase
from conversations.models.care_records.subjects import CareSubject
from conversations.models.errands import Errand
from conversations.models.flow_records.draft_snapshots import DraftSnapshot
from conversations.models.flow_records.flow_starts import FlowStart
from conversations.models.flow_records.golden import GoldenConversation
from conversations.models.flow_records.session_callers import SessionCaller
from conversations.models.flow_records.session_moves import MoveBatch, SessionMove, SessionPlan
from conversations.models.flow_records.state_entries import StateEntry
from conversations.models.flows import Flow, FlowVersion
from conversations.models.knowledge.answers import Answer
from conversations.models.knowledge.documents import Document, Passage
from conversations.models.knowledge.embeddings import Embedding
from conversations.models.knowledge.entries import KnowledgeRevision
from conversations.models.knowledge.unanswered import QuestionOccurrence, UnansweredQuestion
from conversations.models.messages import Content, Conversation, Desk, Message, MessageQuerySet
from conversations.models.model_usage import MemberModelUsage, ModelUsage
from conversations.models.operators import Operator, OperatorGroup
from conversations.models.preferences import LONGEST_ON_CARD, MemberPreference, MutedTopic, PreferenceChange, Topic
from conversations.models.progress_cards import ProgressCard, VideoStatus
from conversations.models.sessions import Session
from conversations.models.states import State, kind_choices
from conversations.models.tickets import Ticket, TicketCard, TicketChange, TicketLine
from conversations.models.transitions import Transition
from conversations.models.translations import OF_FLOWS, OF_STEPS
from conversations.models.watch_links import WatchLink
