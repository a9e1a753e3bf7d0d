"""The vocabulary of scenarios: a member's phone, and WeChat Work around it. See tests/README.md.

phone.send("你好")
phone.screen.shows("数字人")
"""

from typing import Any

from tests.support.emulator import Emulator, Person


class Phone:
    """The phone of a member who was hired for this test, with the chat of the application open."""

    def __init__(self, emulator: Emulator) -> None:
        self.person: Person = emulator.hire()
        self.user_id = self.person.user_id
        self.screen = Screen(self.person)

    def open(self) -> None:
        """Open the chat, which tells the application."""
        self.person.does("enter_agent")

    def send(self, text: str, **twist: Any) -> None:
        """Write a text. `twist` makes its callback odd: copies, delay, skew, age, tamper."""
        self.person.writes(text, **twist)

    def send_file(self, kind: str, name: str, data: bytes) -> None:
        """Send an image, a voice message or a video."""
        self.person.sends(kind, name, data)

    def press(self, words: str, **chosen: Any) -> None:
        """Press what has these words on it: a button of the newest card that has it, or an entry of the menu below."""
        card = next((card for card in self.screen.cards() if words in _keys(card)), None)
        if card is not None:
            self.person.presses(_keys(card)[words], **chosen)
            return
        key = next((key for name, key in self._menu() if name == words), None)
        assert key is not None, f"{self.user_id} sees nothing to press with {words!r} on it"
        self.person.does("click", key=key)

    def _menu(self) -> list[tuple[str, str]]:
        (application, *_) = self.person.emulator.api("GET", "apps")["apps"]
        buttons = [below for button in application["menu"] for below in button.get("sub_button") or [button]]
        return [(button["name"], button["key"]) for button in buttons if button.get("type") == "click"]


class Screen:
    """What the person sees. It is read from top to bottom: nothing is skipped, and each message is read once."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def shows(self, words: str = "", *, seconds: float = 45) -> str:
        """Wait for the next message, which has these words in it; all of what it says."""
        (entry,) = self._person.reads(seconds=seconds)
        said = text_of(entry)
        assert words in said, f"expected {words!r}, but {self._person.user_id} reads {said!r}"
        return said

    def shows_a(self, kind: str, *, seconds: float = 45) -> dict[str, Any]:
        """Wait for the next message, which is of this kind; its entry in the ledger."""
        (entry,) = self._person.reads(seconds=seconds)
        assert entry["msgtype"] == kind, f"expected a {kind}, but {self._person.user_id} reads {text_of(entry)!r}"
        return entry

    def lines(self) -> list[str]:
        """The whole chat as it looks now, from the first message on; what the person wrote begins with "> "."""
        entries = self._person.emulator.api("GET", "chat", params={"member": self._person.user_id})["entries"]
        return [("" if entry["received"] else "> ") + text_of(entry) for entry in entries]

    def cards(self) -> list[dict[str, Any]]:
        """The cards that can still be pressed, newest first."""
        entries = reversed(self._person.received())
        return [entry["content"] for entry in entries if entry["card"] and not entry["card"]["replaced"]]


class WeCom:
    """WeChat Work itself: what it delivered, and what goes wrong with it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.faults = Faults(emulator)

    def ledger(self, phone: Phone | None = None) -> list[dict[str, Any]]:
        """What was delivered to all members, or to one, in order."""
        who = {"member": phone.user_id} if phone else {}
        entries = self.emulator.api("GET", "ledger", params=who)["entries"]
        assert isinstance(entries, list)
        return entries

    def calls(self, path: str = "message/send") -> int:
        """How often the application called a path."""
        return self.emulator.calls(path)

    def new_phone(self) -> Phone:
        """The phone of another member."""
        return Phone(self.emulator)


class Faults:
    """What shall go wrong with the next calls."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def add(self, name: str = "", *, path: str = "message/send", **fields: Any) -> None:
        """By name, or in detail: errcode, times, share, member, seed (wecom/emulator/README.md lists them)."""
        self._emulator.fault(name, path, **fields)

    def clear(self) -> None:
        self._emulator.api("DELETE", "faults")

    def left(self) -> list[dict[str, Any]]:
        """Those that have not struck as often as they shall."""
        return [row for row in self._emulator.api("GET", "faults")["faults"] if row["times"] != 0]


def text_of(entry: dict[str, Any]) -> str:
    """What a message says: its text, or its kind in brackets and its title."""
    content = entry["content"]
    if entry["recalled"]:
        return "[recalled]"
    if entry["msgtype"] in {"text", "markdown"}:
        return str(content["content"])
    title = content.get("title") or (content.get("main_title") or {}).get("title") or content.get("filename") or ""
    return f"[{entry['msgtype']}] {title}".rstrip()


def _keys(card: dict[str, Any]) -> dict[str, str]:
    """Words on the card's buttons and menu entries, and their keys."""
    menu = (card.get("action_menu") or {}).get("action_list") or []
    buttons = [*(card.get("button_list") or []), *menu, *([card["submit_button"]] if card.get("submit_button") else [])]
    return {button["text"]: button["key"] for button in buttons if button.get("key")}
