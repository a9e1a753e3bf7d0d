"""WeChat Work in rows: the company, its directory, callbacks and messages."""

import core.django_setup
from wecom.models.article_images import ArticlePicture
from wecom.models.chats import GroupChat, GroupMessage
from wecom.models.company import Application, Corporation, new_webhook_key
from wecom.models.directory import ERASED, ApplicationMember, Department, Member, Membership, Tag
from wecom.models.directory_syncs import DirectorySync
from wecom.models.downloads import Download
from wecom.models.facts import FactDefinition, FactImport, FactKind, MemberFact
from wecom.models.inbox import Callback
from wecom.models.interaction import CardUpdate, MenuButton, MenuPublication
from wecom.models.labels import CALLBACK_EVENTS, MESSAGE_KINDS
from wecom.models.limits import BroadcastReservation, CallQuota, Circuit, DailyQuota, SendReservation
from wecom.models.outbox import Attempt, Outbound, Upload
from wecom.models.privacy_requests import PrivacyRequest
from wecom.models.recalls import Recall
from wecom.models.restore_guard import ForgottenCall, Guard
