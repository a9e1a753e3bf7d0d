"""The addresses of WeChat Work in the API: members, the directory, messages and their outcomes."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from wecom.api.applications import Applications, Callbacks
from wecom.api.directory import Departments, DirectorySyncs, Tags
from wecom.api.facts import FactDefinitions, FactImports, MemberFacts
from wecom.api.group_chats import GroupChats, GroupMessages
from wecom.api.members import Members, Quotas, Uploads
from wecom.api.outbound import Outbounds
from wecom.api.privacy import PrivacyRequests

router = SimpleRouter()
router.register("members", Members, basename="member")
router.register("fact-definitions", FactDefinitions, basename="fact-definition")
router.register("departments", Departments, basename="department")
router.register("tags", Tags, basename="tag")
router.register("directory-syncs", DirectorySyncs, basename="directory-sync")
router.register("outbounds", Outbounds, basename="outbound")
router.register("group-chats", GroupChats, basename="group-chat")
router.register("group-messages", GroupMessages, basename="group-message")
router.register("privacy-requests", PrivacyRequests, basename="privacy-request")
router.register("uploads", Uploads, basename="upload")
router.register("callbacks", Callbacks, basename="callback")
router.register("applications", Applications, basename="application")
urlpatterns = [
    path("quotas/", Quotas.as_view(), name="quota-list"),
    path("facts/import/", FactImports.as_view(), name="fact-import"),
    path("members/<int:pk>/facts/", MemberFacts.as_view(), name="member-facts"),
    *router.urls,
]
