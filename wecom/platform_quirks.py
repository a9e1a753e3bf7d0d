"""Facts that the platform's pages leave open or contradict: safe defaults, which a company can change by a setting.

Knows no framework, since the values of `contents` follow it; `apps.py` puts in the values of `settings.WECOM`. The
README lists each with its variable and the known facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

BYTES, CHARACTERS = "bytes", "characters"


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Each default holds under either reading.

    Attributes:
        text_card_unit: of the limits 128 and 512 of a text card: its own page says characters, the one of group chats
            bytes.
        card_menu_entries: how many a template card's menu may have: one page says 3, another 10.
        menu_name_bytes: of a button in the bar of the application's menu.
        sub_menu_name_bytes: of one below: 40 by the page of the interface, 16 by that of its error codes.
        aligned_quotas: whether a member's quota restarts with each minute and hour of the clock. If it counts the last
            60 seconds instead, a sender that follows the clock loses messages.
        platform_recognition: whether to use a `Recognition` in a voice message as its transcript.
        json_callbacks: whether callbacks may come as JSON, which some consoles reportedly offer.
        acknowledgement: the body of the answer to a callback; some products of the platform want "success".
        chat_people_per_minute: how many the messages into all group chats of a company may reach in a minute; each
            message counts for every member of its chat.
        chat_people_per_hour: and in an hour: one page says 300,000, another 150,000 to 700,000 by the company's size.
    """

    text_card_unit: str = BYTES
    card_menu_entries: int = 3
    menu_name_bytes: int = 16
    sub_menu_name_bytes: int = 40
    aligned_quotas: bool = False
    platform_recognition: bool = True
    json_callbacks: bool = False
    acknowledgement: str = ""
    chat_people_per_minute: int = 20_000
    chat_people_per_hour: int = 150_000

    def __post_init__(self) -> None:
        if self.text_card_unit not in (BYTES, CHARACTERS):
            raise ValueError(f"WECHAT_TEXT_CARD_UNIT is {self.text_card_unit!r}. Set it to bytes or characters.")
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is int and value < 1:
                raise ValueError(f"WECHAT_{field.name.upper()} is {value}. Set it to 1 or more, or leave it out.")


current = Assumptions()


def assume(values: Mapping[str, Any]) -> None:
    """Use these values from now on. Raises `ValueError` with the setting and the remedy for an invalid one."""
    global current  # noqa: PLW0603 — one for the process, set when it starts
    current = replace(Assumptions(), **values)
