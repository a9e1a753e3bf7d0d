"""The addresses of messages, flows, answers, topics, sessions and tickets in the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from conversations.api.flows.golden import GoldenConversations
from conversations.api.flows.session_moves import SessionMoves
from conversations.api.flows.steps import FlowSteps
from conversations.api.knowledge.answers import Answers
from conversations.api.knowledge.documents import Documents
from conversations.api.knowledge.unanswered import UnansweredQuestions
from conversations.api.language_model import LanguageModelSpending
from conversations.api.preferences import MemberPreferences, Topics
from conversations.api.tickets import Operators, TicketChanges, Tickets
from conversations.api.views import Flows, Messages, Sessions

router = SimpleRouter()
router.register("messages", Messages, basename="message")
router.register("flows", Flows, basename="flow")
router.register(r"flows/(?P<flow>[1-9][0-9]{0,17})/draft/steps", FlowSteps, basename="flow-step")
router.register("golden-conversations", GoldenConversations, basename="golden-conversation")
router.register("answers", Answers, basename="answer")
router.register("unanswered-questions", UnansweredQuestions, basename="unanswered-question")
router.register("documents", Documents, basename="document")
router.register("topics", Topics, basename="topic")
router.register("sessions", Sessions, basename="session")
router.register("session-moves", SessionMoves, basename="session-move")
router.register("tickets", Tickets, basename="ticket")
router.register("ticket-changes", TicketChanges, basename="ticket-change")
router.register("operators", Operators, basename="operator")
urlpatterns = [
    path("members/<int:pk>/preferences/", MemberPreferences.as_view(), name="member-preferences"),
    path("language-model/spending/", LanguageModelSpending.as_view(), name="language-model-spending"),
    *router.urls,
]
