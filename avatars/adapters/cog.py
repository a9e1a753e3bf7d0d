"""A container of Cog over HTTP: one request a video, files inside of it, as https://cog.run/http/ describes.

A prediction has our own number and is cancelled by it. Cog cancels too when the connection breaks off.
"""

import base64
import binascii
import contextlib
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from avatars.adapters import server_errors
from avatars.adapters.http_client import Server, strange
from avatars.adapters.model_inputs import FileInput, Input
from avatars.exceptions import EngineFailed

DONE, FAILED = "succeeded", "failed"
CANCEL_SECONDS = 5.0  # seconds; a cancellation is a courtesy: a server that does not answer must not hold the worker
LATE = "engine_timeout"


class CogServer:
    """A container at `url`. Methods raise `EngineFailed` as `Server` does, and with code `server_interface` if it holds
    another model."""

    def __init__(self, url: str, *, field: str, key: str = "", time_limit: float) -> None:
        self._field = field
        # It stays silent until the model is done.
        self._server = Server(url, field=field, key=key, time_limit=time_limit, silence=time_limit)
        self._hasty = Server(url, field=field, key=key, time_limit=min(CANCEL_SECONDS, time_limit))

    def run(self, _endpoints: Sequence[str], inputs: Sequence[Input], _progress: Callable[[float], None]) -> bytes:
        """The video that the container makes of the inputs."""
        known = self._known()
        missing = [each.name for each in inputs if isinstance(each, FileInput) and each.name not in known]
        if missing:
            message = f"The model in the container does not take “{missing[0]}”."
            raise server_errors.other_interface(message, field=self._field)
        given = {each.name: each.data_uri if isinstance(each, FileInput) else each.value for each in inputs}
        order = {"input": {name: value for name, value in given.items() if name in known}}
        number = secrets.token_hex(13)
        try:
            answer = self._server.put_json(f"/predictions/{number}", order).json()
        except EngineFailed as error:
            if error.code == LATE:
                self._cancel(number)
            raise
        return self._video(answer)

    def _known(self) -> set[str]:
        """The names of the inputs: editions of a model differ in them, and Cog refuses unknown ones."""
        schema: Any = self._server.get("/openapi.json").json()
        for name in ("components", "schemas", "Input", "properties"):
            schema = schema.get(name) if isinstance(schema, dict) else None
        if not isinstance(schema, dict):
            raise server_errors.other_interface("This is no container of Cog.", field=self._field)
        return set(schema)

    def _cancel(self, number: str) -> None:
        with contextlib.suppress(EngineFailed):
            self._hasty.post_json(f"/predictions/{number}/cancel", {})

    def _video(self, answer: dict[str, Any]) -> bytes:
        if answer.get("status") != DONE:
            told = str(answer.get("error") or "")
            raise server_errors.recognised(told, field=self._field) or EngineFailed(
                "The model in the container failed.",
                code="engine_failed",
                remedy="The log of that container says why.",
                field=self._field,
            )
        output = answer.get("output")
        if isinstance(output, list) and output:
            output = output[0]
        if output is None:
            # SadTalker's way to say so.
            raise server_errors.no_face(field=self._field)
        return self._decoded(str(output))

    def _decoded(self, output: str) -> bytes:
        """The file in a data URI. A URL is not followed: it may be of another server."""
        head, comma, body = output.partition(",")
        if not comma or not head.startswith("data:") or not head.endswith(";base64"):
            raise strange("The container gave no file; it must not upload its output elsewhere.", field=self._field)
        try:
            return base64.b64decode(body, validate=True)
        except binascii.Error as error:
            raise strange("The container gave a file that is damaged.", field=self._field) from error
