"""A campaign as one member would get it: their language, their variant, and the words with their facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from avatars.models import Render
from conversations import services as conversations
from scheduling.audience.personalisation import member_facts, without_personal
from scheduling.campaigns import approved_content
from scheduling.campaigns.content import CampaignWords, compose, whole_text
from scheduling.campaigns.way_out import with_way_out
from scheduling.deliveries import videos_or_text
from scheduling.deliveries.audience_freeze import PRIME, SCATTER, variant_shares
from scheduling.deliveries.start_forecast import existing_render, sender_of
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign
from wecom.contents import Content
from wecom.models import Member


@dataclass(frozen=True, kw_only=True)
class MemberPreview:
    """The screen of a phone. `content` is None for a video, a flow and a text `in_parts`; `words` are read instead."""

    member: Member
    variant: str
    language: str
    own: Mapping[str, Any]
    words: str = ""
    content: Content | None = None
    render: Render | None = None
    in_parts: bool = False


def variant_of(member: Member, words: CampaignWords) -> str:
    """The variant that a member gets: the same that `audience_freeze` computes in the database."""
    hundredth = (member.pk * SCATTER + words.campaign_id * PRIME) % PRIME % 100
    return next(variant for variant, end in variant_shares(words) if hundredth < end)


def preview_for(campaign: Campaign, member: Member, *, variant: str = "", in_full: bool = True) -> MemberPreview:
    """A saved campaign for one member, by default in their own variant; personal facts are masked unless `in_full`.

    Raises `SchedulingError` for broken words.
    """
    application = sender_of(campaign)
    words = CampaignWords.of(campaign.pk, approved_content.describe(campaign))
    if not words.contents:
        raise SchedulingError("", code="empty", field="contents")
    chosen = variant if variant in words.shares else variant_of(member, words)
    spoken = member.language or conversations.languages_with([member], application=application).get(member.user_id, "")
    language = spoken if spoken in words.languages(chosen) else words.usual_language(chosen)
    own = words[chosen, language]
    seen: dict[str, Any] = {"member": member, "variant": chosen, "language": language, "own": own}
    if words.kind.is_dialogue:
        return MemberPreview(**seen)
    facts = member_facts(member, language)
    if not in_full:
        facts = {name: without_personal(value, member) for name, value in facts.items()}
    if words.kind.is_made:
        script = videos_or_text.script_of(own, facts, language=language)
        return MemberPreview(**seen, words=with_way_out(script, own), render=existing_render(own, script, application))
    if words.in_parts:
        return MemberPreview(**seen, words=whole_text(own, facts), in_parts=True)
    content = compose(words.kind, own, facts)
    return MemberPreview(**seen, words=content.words(), content=content)
