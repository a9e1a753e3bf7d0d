"""The emulator's addresses: the platform's API, the control API, the phone."""

from django.urls import path

from wecom.emulator import (
    agents,
    appchat,
    clear_voices,
    control_events,
    control_tapping,
    coverage,
    departments,
    directory,
    exporting,
    fetching,
    gateway,
    identities,
    login,
    menus,
    phone,
    pressing,
    replaying,
    sending,
    staffing,
    statistics,
    tags,
    tickets,
    tokens,
    verification,
    voices,
    workbench,
)
from wecom.emulator import control_apps as apps
from wecom.emulator import control_chats as chats
from wecom.emulator import control_contacts as contacts
from wecom.emulator import control_people as people
from wecom.emulator import control_wire as wire
from wecom.emulator.control import endpoint

# These register the endpoints of cgi-bin.
REGISTERED = (
    *(agents, appchat, clear_voices, departments, directory, fetching, identities, menus, pressing, sending, staffing),
    *(statistics, tags, tickets, tokens, workbench),
)

urlpatterns = [
    path("cgi-bin/<path:path>", gateway.view),
    path("connect/oauth2/authorize", login.authorize),
    path("wwlogin/sso/login", login.sso),
    path("", phone.home),
    path("emulator/", phone.page),
    path("emulator/coverage", coverage.page),
    path("emulator/static/<str:name>", phone.asset),
    path("emulator/media/<str:media_id>", phone.show_media),
    path("emulator/media/<str:media_id>/listen", phone.listen),
    path("emulator/pictures/<str:name>", phone.show_picture),
    path("emulator/api/members", endpoint(GET=people.members, POST=people.add_member)),
    path("emulator/api/members/<str:userid>", endpoint(PATCH=people.change_member)),
    path("emulator/api/members/<str:userid>/leave", endpoint(POST=contacts.leave)),
    path("emulator/api/members/<str:userid>/move", endpoint(POST=contacts.move)),
    path("emulator/api/hire", endpoint(POST=contacts.hire)),
    path("emulator/api/departments", endpoint(GET=contacts.departments, POST=contacts.save_department)),
    path("emulator/api/departments/<int:number>", endpoint(DELETE=contacts.delete_department)),
    path("emulator/api/tags", endpoint(GET=contacts.tags, POST=contacts.save_tag)),
    path("emulator/api/tags/<int:number>", endpoint(DELETE=contacts.delete_tag)),
    path("emulator/api/apps", endpoint(GET=apps.apps, POST=apps.save_app)),
    path("emulator/api/workbench", endpoint(GET=apps.show_workbench)),
    path("emulator/api/signature", endpoint(POST=apps.check_signature)),
    path("emulator/api/send", endpoint(earlier=voices.as_recorded, POST=people.send, later=people.until_settled)),
    path("emulator/api/jssdk", endpoint(POST=clear_voices.bring)),
    path("emulator/api/press", endpoint(POST=people.press, later=people.until_settled)),
    path("emulator/api/tap", endpoint(POST=control_tapping.tap, later=people.until_settled)),
    path("emulator/api/event", endpoint(POST=control_events.event, later=people.until_settled)),
    path("emulator/api/conversations", endpoint(GET=chats.conversations)),
    path("emulator/api/chat", endpoint(GET=chats.chat)),
    path("emulator/api/read", endpoint(POST=chats.read)),
    path("emulator/api/ledger", endpoint(GET=people.ledger, later=people.until_received)),
    path("emulator/api/ledger/export", exporting.ledger),
    path("emulator/api/callbacks", endpoint(GET=wire.list_callbacks)),
    path("emulator/api/callbacks/<int:number>/replay", endpoint(POST=wire.replay, later=people.until_settled)),
    path("emulator/api/recording", endpoint(GET=wire.record)),
    path("emulator/api/replay", endpoint(POST=replaying.begin, later=replaying.finish)),
    path("emulator/api/calls", endpoint(GET=wire.list_calls)),
    path("emulator/api/faults", endpoint(GET=wire.list_faults, POST=wire.add_fault, DELETE=wire.clear_faults)),
    path("emulator/api/faults/<int:number>", endpoint(DELETE=wire.remove_fault)),
    path("emulator/api/limits", endpoint(GET=wire.show_limits, POST=wire.set_limits)),
    path("emulator/api/rules", endpoint(GET=wire.show_rules, POST=wire.set_rules)),
    path("emulator/api/tokens", endpoint(DELETE=wire.revoke_tokens)),
    path("emulator/api/clock", endpoint(GET=wire.show_clock, POST=wire.set_clock)),
    path("emulator/api/verify", endpoint(POST=verification.begin, later=verification.finish)),
    path("emulator/api/reset", endpoint(POST=wire.reset)),
]
