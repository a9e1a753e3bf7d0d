"""The inputs of a model on a server: files and options, under the names of its Cog and the labels of its Gradio
page."""

from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum


class Media(StrEnum):
    """The kind of a file; the values are the names of Gradio's components."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"


@dataclass(frozen=True, kw_only=True)
class FileInput:
    """A file to send. Its name must be unguessable: servers keep files by name, and mix files of equal names."""

    name: str
    media: Media
    filename: str
    content: bytes
    content_type: str

    @property
    def data_uri(self) -> str:
        return f"data:{self.content_type};base64,{b64encode(self.content).decode()}"


@dataclass(frozen=True, kw_only=True)
class OptionInput:
    """An option: `name` is the input of Cog, `label` how the one on the Gradio page begins, in lower case.

    One of them is "" where the option is no input there.
    """

    value: str | float | bool
    name: str = ""
    label: str = ""


Input = FileInput | OptionInput
