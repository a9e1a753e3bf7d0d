"""The addresses of graphs, the desk, its report and the language model, among the admin's own pages."""

from django.contrib import admin
from django.urls import path

from conversations.admin import language_model
from conversations.admin.flows import figures_page
from conversations.admin.flows.editor import acts, page
from conversations.admin.handoff import desk_actions, desk_page, ticket_report

urlpatterns = [
    path("flows/<int:pk>/graph/", admin.site.admin_view(page.graph_view), name="draft-graph"),
    path("flows/<int:pk>/graph/act/", admin.site.admin_view(acts.act_view), name="draft-graph-act"),
    path("flows/<int:pk>/graph/new/", admin.site.admin_view(acts.step_view), name="draft-graph-new"),
    path("flows/<int:pk>/graph/<int:step>/", admin.site.admin_view(acts.step_view), name="draft-graph-step"),
    path("flows/<int:pk>/numbers/", admin.site.admin_view(figures_page.figures_view), name="flow-numbers"),
    path("desk/", admin.site.admin_view(desk_page.desk_view), name="desk"),
    path("desk/<int:pk>/", admin.site.admin_view(desk_page.desk_view), name="desk-ticket"),
    path("desk/<int:pk>/say/", admin.site.admin_view(desk_actions.say_view), name="desk-say"),
    path("desk/<int:pk>/act/", admin.site.admin_view(desk_actions.act_view), name="desk-act"),
    path(
        "desk/conversations/<int:pk>/take/",
        admin.site.admin_view(desk_actions.take_conversation_view),
        name="desk-take-conversation",
    ),
    path("ticket-report/", admin.site.admin_view(ticket_report.report_view), name="desk-report"),
    path("language-model/", admin.site.admin_view(language_model.page), name="language-model"),
]
