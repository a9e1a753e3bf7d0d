"""The page that most models come with, called as its own client does: files are uploaded, a queue is joined.

Gradio 4, 5 and 6 are asked through their queue, which tells the progress and can cancel. Gradio 3 answers one request.
Its `/config` lists the inputs; they are matched by kind and label, so that another order does no harm.
"""

import contextlib
import secrets
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from avatars.adapters import server_errors
from avatars.adapters.http_client import Server, strange
from avatars.adapters.model_inputs import FileInput, Input, Media, OptionInput
from avatars.exceptions import EngineFailed

OLD = 4
"""Major version of Gradio before which HTTP cannot join its queue."""
PLAIN_VIDEO = 6
"""Major version of Gradio from which on a video is a file; before, it is a file with subtitles."""
FILE_DATA = {"_type": "gradio.FileData"}
RESULTS = ("path", "name")
CANCEL_SECONDS = 5.0  # seconds; a cancellation is a courtesy: a server that does not answer must not hold the worker


class GradioServer:
    """A page of Gradio at `url`. `login` is "name:password" if the page asks for it.

    Methods raise `EngineFailed` as `Server` does, and with the code `server_interface` if the page has another model.
    """

    def __init__(self, url: str, *, field: str, key: str = "", login: str = "", time_limit: float) -> None:
        self._field, self._login = field, login
        self._server = Server(url, field=field, key=key, time_limit=time_limit)
        # For requests that are answered only once the model is done: the server is silent until then.
        self._patient = Server(url, field=field, key=key, time_limit=time_limit, silence=time_limit)
        self._hasty = Server(url, field=field, key=key, time_limit=min(CANCEL_SECONDS, time_limit))

    def run(self, endpoints: Sequence[str], inputs: Sequence[Input], progress: Callable[[float], None]) -> bytes:
        """The video that the page makes of the inputs, by one of these endpoints where several could."""
        if self._login:
            self._sign_in()
        page = _Page(self._server.get("/config").json(), field=self._field)
        function, components = page.endpoint(endpoints, inputs)
        data = [self._value(page, component, inputs) for component in components]
        made = self._asked_once if page.version < OLD else self._queued
        return self._fetched(page, made(page, function, data, progress))

    def _sign_in(self) -> None:
        name, _colon, password = self._login.partition(":")
        for server in (self._server, self._patient, self._hasty):
            server.post_form("/login", {"username": name, "password": password})

    def _value(self, page: "_Page", component: dict[str, Any], inputs: Sequence[Input]) -> Any:
        """The value for an input of the page: a file, an option, or the page's default."""
        file = page.file_for(component, inputs)
        if file is not None:
            return _old_file(file) if page.version < OLD else self._uploaded(page, file)
        option = page.option_for(component, inputs)
        return component.get("props", {}).get("value") if option is None else option.value

    def _uploaded(self, page: "_Page", file: FileInput) -> Any:
        part = {"files": (file.filename, file.content, file.content_type)}
        places = self._server.post_form(f"{page.prefix}/upload", {}, part).texts()
        if len(places) != 1:
            raise strange("The server took the upload and does not name it.", field=self._field)
        uploaded = {
            "path": places[0],
            "orig_name": file.filename,
            "mime_type": file.content_type,
            "size": len(file.content),
            "meta": FILE_DATA,
        }
        if file.media is Media.VIDEO and page.version < PLAIN_VIDEO:
            return {"video": uploaded, "subtitles": None}
        return uploaded

    def _asked_once(self, page: "_Page", function: int, data: list[Any], _progress: Callable[[float], None]) -> Any:
        answer = self._patient.post_json("/run/predict", {"data": data, "fn_index": function}).json()
        return answer.get("data")

    def _queued(self, page: "_Page", function: int, data: list[Any], progress: Callable[[float], None]) -> Any:
        session = secrets.token_hex(8)
        order = {"data": data, "fn_index": function, "session_hash": session, "event_data": None, "trigger_id": None}
        event = str(self._server.post_json(f"{page.prefix}/queue/join", order).json().get("event_id", ""))
        done = False
        try:
            for message in self._server.events(f"{page.prefix}/queue/data", {"session_hash": session}):
                if (share := _share(message)) is not None:
                    progress(share)
                if message.get("msg") == "process_completed":
                    done = True
                    return self._completed(message)
                if message.get("msg") in {"unexpected_error", "server_stopped", "close_stream", "queue_full"}:
                    done = True
                    break
            raise self._failed(message.get("message"))
        finally:
            if not done:
                self._cancel(page, {"session_hash": session, "fn_index": function, "event_id": event})

    def _cancel(self, page: "_Page", order: dict[str, Any]) -> None:
        """A card that works for a video that is no longer wanted makes the next one wait."""
        with contextlib.suppress(EngineFailed):
            self._hasty.post_json(f"{page.prefix}/cancel", order)

    def _completed(self, message: dict[str, Any]) -> Any:
        output = message.get("output")
        if not isinstance(output, dict) or not message.get("success", True):
            raise self._failed(output.get("error") if isinstance(output, dict) else None)
        return output.get("data")

    def _failed(self, told: Any) -> EngineFailed:
        return server_errors.recognised(str(told or ""), field=self._field) or EngineFailed(
            "The model on the server failed.",
            code="engine_failed",
            remedy="The log of that server says why: often there is no face for it, or the card has too little memory.",
            field=self._field,
        )

    def _fetched(self, page: "_Page", data: Any) -> bytes:
        """The file of the first output. Its address is not asked for: it may be of another server."""
        place = _place(data[0]) if isinstance(data, list) and data else ""
        if not place:
            raise strange("The server made no video.", field=self._field)
        return self._server.get(f"{page.prefix}/file={quote(place)}").body


class _Page:
    """The endpoints that a page offers."""

    def __init__(self, config: dict[str, Any], *, field: str) -> None:
        self._field = field
        parts, functions = config.get("components"), config.get("dependencies")
        if not isinstance(parts, list) or not isinstance(functions, list):
            raise self._other("This is no page of Gradio.")
        self._components = {part["id"]: part for part in parts if isinstance(part, dict) and "id" in part}
        self._functions = [each for each in functions if isinstance(each, dict)]
        first = str(config.get("version", "")).partition(".")[0]
        self.version = int(first) if first.isdecimal() else OLD
        # Gradio 5 moved its routes below a prefix.
        self.prefix = str(config.get("api_prefix") or "").rstrip("/")

    def endpoint(self, names: Sequence[str], inputs: Sequence[Input]) -> tuple[int, list[dict[str, Any]]]:
        """The number of the function that takes our files, and the components that it reads.

        Gradio 3 names none of them; among several, one of these names is meant.
        """
        wanted = sorted(each.media.value for each in inputs if isinstance(each, FileInput))
        fitting = [
            (str(each.get("api_name")).lstrip("/"), int(each.get("id", place)), components)
            for place, each in enumerate(self._functions)
            if _kinds(components := self._read_by(each)) == wanted and self._shows_video(each)
        ]
        if not fitting:
            raise self._other(f"Nothing on the page makes a video of {' and '.join(wanted)}.")
        _name, number, components = next((each for each in fitting if each[0] in names), fitting[0])
        return number, components

    def _read_by(self, function: dict[str, Any]) -> list[dict[str, Any]]:
        return [self._components.get(number, {}) for number in function.get("inputs", [])]

    def _shows_video(self, function: dict[str, Any]) -> bool:
        first = next(iter(function.get("outputs", [])), None)
        return bool(self._components.get(first, {}).get("type") == Media.VIDEO)

    def file_for(self, component: dict[str, Any], inputs: Sequence[Input]) -> FileInput | None:
        files = (each for each in inputs if isinstance(each, FileInput))
        return next((each for each in files if each.media.value == component.get("type")), None)

    def option_for(self, component: dict[str, Any], inputs: Sequence[Input]) -> OptionInput | None:
        label = str(component.get("props", {}).get("label", "")).lower()
        options = (each for each in inputs if isinstance(each, OptionInput))
        return next((each for each in options if each.label and label.startswith(each.label)), None)

    def _other(self, message: str) -> EngineFailed:
        return server_errors.other_interface(message, field=self._field)


def _kinds(components: Sequence[dict[str, Any]]) -> list[str]:
    """The files among the inputs of a function."""
    return sorted(kind for each in components if (kind := str(each.get("type"))) in set(Media))


def _old_file(file: FileInput) -> Any:
    """A file as Gradio 3 takes it: pictures as they are, others with a name."""
    if file.media is Media.IMAGE:
        return file.data_uri
    return {"name": file.filename, "data": file.data_uri, "is_file": False}


def _share(message: dict[str, Any]) -> float | None:
    """The progress of the model, if the message has it: of the innermost of its bars."""
    bars = message.get("progress_data")
    if message.get("msg") != "progress" or not isinstance(bars, list) or not bars or not isinstance(bars[-1], dict):
        return None
    done, length, share = (bars[-1].get(name) for name in ("index", "length", "progress"))
    if isinstance(done, int | float) and isinstance(length, int | float) and length > 0:
        share = done / length
    return min(1.0, max(0.0, float(share))) if isinstance(share, int | float) else None


def _place(output: Any) -> str:
    """The server's path of an output: Gradio 3 names it, 4 and 5 wrap videos, 6 does not; a list has it first."""
    while isinstance(output, list) and output:
        output = output[0]
    if isinstance(output, dict) and isinstance(output.get("video"), dict):
        output = output["video"]
    if isinstance(output, dict):
        output = next((output[name] for name in RESULTS if isinstance(output.get(name), str)), "")
    return output if isinstance(output, str) else ""
