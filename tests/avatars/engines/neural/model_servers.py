"""Servers of models with the wire format of Gradio 3.50, 5.24 and 6.31 and of Cog 0.9, as recorded from the real ones.

The routes: `/config`, `/login`, `/upload`, `/queue/join`, `/queue/data`, `/cancel`, `/file=` (gradio/routes.py), below
`/gradio_api` from 5 on; `/run/predict` in 3; `/openapi.json`, `/predictions/ID`, `/predictions/ID/cancel`
(https://cog.run/http/). The pages are those of MuseTalk's app.py, LatentSync's gradio_app.py and SadTalker's
app_sadtalker.py; their Cogs are those of LatentSync's and SadTalker's predict.py.
"""

import base64
import email
import json
import tempfile
import threading
from pathlib import Path

import ffmpeg as graph

from avatars.media import ffmpeg
from tests.avatars.support.engine_servers import as_json

FILE = {"_type": "gradio.FileData"}
MEMORY = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.78 GiB"
FACELESS = "Error during processing: Face not detected"
TOLD = {"memory": MEMORY, "faceless": FACELESS, "secret": "/home/me/secret.py: the words of a script"}


def component(number, kind, label="", value=None):
    return {"id": number, "type": kind, "props": {"label": label, "value": value}}


def page(name, components, inputs, outputs):
    """A page with its one button, after one that does something else."""
    numbered = [component(number, *each) for number, each in enumerate(components)]
    other = {"id": 0, "api_name": "debug", "inputs": [0], "outputs": [len(components) - 1]}
    return {"components": numbered, "dependencies": [other, {"id": 1, "api_name": name, **inputs, **outputs}]}


MUSETALK = page(
    "inference",
    [
        ("audio", "Drving Audio"),
        ("video", "Reference Video"),
        ("number", "BBox_shift value, px", 0),
        ("slider", "Extra Margin", 10),
        ("radio", "Parsing Mode", "jaw"),
        ("slider", "Left Cheek Width", 90),
        ("slider", "Right Cheek Width", 90),
        ("textbox", "'left_cheek_width' and 'right_cheek_width' parameters"),
        ("video", ""),
    ],
    {"inputs": [0, 1, 2, 3, 4, 5, 6]},
    {"outputs": [8, 7]},
)
LATENTSYNC = page(
    "process_video",
    [
        ("video", "Input Video"),
        ("audio", "Input Audio"),
        ("slider", "Guidance Scale", 1.5),
        ("slider", "Inference Steps", 20),
        ("number", "Random Seed", 1247),
        ("video", "Output Video"),
    ],
    {"inputs": [0, 1, 2, 3, 4]},
    {"outputs": [5]},
)
SADTALKER = page(
    "test",
    [
        ("image", "Source image"),
        ("audio", "Input audio"),
        ("slider", "Pose style", 0),
        ("radio", "face model resolution", 256),
        ("radio", "preprocess", "crop"),
        ("checkbox", "Still Mode (fewer head motion, works with preprocess `full`)", False),
        ("slider", "batch size in generation", 2),
        ("checkbox", "GFPGAN as Face enhancer", False),
        ("video", "Generated video"),
    ],
    {"inputs": [0, 1, 4, 5, 7, 6, 3, 2]},
    {"outputs": [8]},
)
COGS = {
    "latentsync": ("video", "audio", "guidance_scale", "inference_steps", "seed"),
    "sadtalker": ("source_image", "driven_audio", "enhancer", "preprocess", "ref_eyeblink", "ref_pose", "still"),
}


class Network:
    """The model in all of them: a red mouth after a moment, on the video or the picture, as long as the sound."""

    def __init__(self):
        self.trouble, self.given, self.cancelled = "", {}, threading.Event()

    def made(self, picture, sound):
        """A video of what was sent, or what is wrong with it."""
        if self.trouble == "garbage":
            return b"<html>"
        with tempfile.TemporaryDirectory() as folder:
            shown, heard, result = (Path(folder) / name for name in ("shown", "heard.wav", "result.mp4"))
            shown.write_bytes(picture)
            heard.write_bytes(sound)
            still = {"loop": 1, "framerate": 25, "format": "png_pipe"} if picture[:4] == b"\x89PNG" else {}
            length = {"t": 0.3} if self.trouble == "short" else {"shortest": None}
            scaled = graph.input(str(shown), **still).filter(
                "scale", *(("64", "64") if self.trouble == "square" else ("iw", "ih"))
            )
            box = scaled.filter(
                "drawbox", x="iw*0.4", y="ih*0.5", w="iw*0.2", h="ih*0.1", color="red", t="fill", enable="gt(t,0.3)"
            )
            out = graph.output(
                box, graph.input(str(heard)).audio, str(result), vcodec="libx264", pix_fmt="yuv420p", r=25, **length
            )
            ffmpeg.run(out)
            return result.read_bytes()

    def hang(self):
        """Until it is cancelled."""
        self.cancelled.wait()


class Gradio(Network):
    """A page of some version: 3 answers one request, 5 and 6 have a queue below a prefix."""

    def __init__(self, page, version="5.24.0", login=None):
        super().__init__()
        self.page, self.version, self.login = page, version, login
        self.major = int(version[0])
        self.prefix = "/gradio_api" if self.major > 4 else ""
        self.files, self.jobs, self.kept = {}, {}, {}

    def __call__(self, path, headers, body, query):
        if path == "/login":
            return self.signed_in(body)
        if self.login and "access-token=" not in headers.get("Cookie", ""):
            return as_json({"detail": "Not authenticated"}, 401)
        if path == "/config":
            return as_json(self.config())
        rest = path.removeprefix(self.prefix)
        routes = {
            "/upload": self.upload,
            "/queue/join": self.join,
            "/cancel": self.cancel,
            "/run/predict": self.predict,
        }
        if rest in routes:
            return routes[rest](body, headers)
        if rest == "/queue/data":
            return (
                200,
                "text/event-stream",
                "".join(f"data: {json.dumps(each)}\n\n" for each in self.told(query)).encode(),
            )
        return 200, "video/mp4", self.kept[rest.removeprefix("/file=")]

    def signed_in(self, body):
        asked = dict(pair.split("=") for pair in body.decode().split("&"))
        if (asked["username"], asked["password"]) != self.login:
            return as_json({"detail": "Incorrect credentials."}, 400)
        return 200, "application/json", b'{"success":true}', {"Set-Cookie": "access-token=1; Path=/"}

    def config(self):
        found = json.loads(json.dumps({**self.page, "version": self.version}))
        if self.major > 4:
            found["api_prefix"] = self.prefix
        for function in found["dependencies"] if self.major < 4 else ():
            function["api_name"] = None
            del function["id"]
        return found

    def upload(self, body, headers):
        head = b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n"
        part = email.message_from_bytes(head + body).get_payload()[0]
        place = f"/tmp/gradio/{len(self.files)}/{part.get_filename()}"
        self.files[place] = part.get_payload(decode=True)
        return as_json([place])

    def join(self, body, _headers):
        if self.trouble == "full":
            return as_json({"detail": "Queue is full. Max size is 1 and size is 1."}, 503)
        order = json.loads(body)
        self.jobs[order["session_hash"]] = order
        return as_json({"event_id": "038f7e09"})

    def cancel(self, body, _headers):
        self.cancelled.set()
        return as_json({"success": json.loads(body)["event_id"] == "038f7e09"})

    def told(self, query):
        """What the stream of a job says."""
        order = self.jobs[query["session_hash"]]
        yield {"msg": "estimation", "event_id": "038f7e09", "rank": 0, "queue_size": 1, "rank_eta": 0.6}
        yield {"msg": "process_starts", "event_id": "038f7e09", "eta": 0.6}
        bar = {"index": 2, "length": 4, "unit": "steps", "progress": None, "desc": None}
        yield {"msg": "progress", "event_id": "038f7e09", "progress_data": [bar]}
        if self.trouble == "stuck":
            self.hang()
        if self.trouble in TOLD:
            words = None if self.trouble == "secret" else TOLD[self.trouble]
            yield {"msg": "process_completed", "output": {"error": words}, "success": False, "title": "Error"}
        elif self.trouble == "stopped":
            yield {"msg": "unexpected_error", "message": "Server stopped unexpectedly.", "success": False}
        else:
            yield {"msg": "process_completed", "output": {"data": self.outputs(order["data"])}, "success": True}
        yield {"msg": "close_stream", "event_id": None}

    def predict(self, body, _headers):
        """Gradio 3: files are inside of the request, errors are an HTTP 500."""
        if self.trouble == "stuck":
            self.hang()
        if self.trouble in TOLD:
            return as_json({"error": None if self.trouble == "secret" else TOLD[self.trouble]}, 500)
        return as_json({"data": self.outputs(json.loads(body)["data"])})

    def outputs(self, data):
        function = self.page["dependencies"][1]
        parts = [self.page["components"][number] for number in function["inputs"]]
        files = {}
        for part, value in zip(parts, data, strict=True):
            kind = part["type"]
            if kind in ("audio", "video", "image"):
                files["sound" if kind == "audio" else "picture"] = self.opened(kind, value)
            else:
                self.given[part["props"]["label"]] = value
        if self.trouble == "nothing":
            return [None, "text"]
        self.kept["/tmp/out.mp4"] = self.made(**files)
        return [self.shown(), "text"]

    def opened(self, kind, value):
        """The bytes of a file, in the shape that this version insists on."""
        if self.major < 4:
            uri = value if kind == "image" else value["data"]
            return base64.b64decode(uri.partition(",")[2])
        if kind == "video" and self.major < 6:
            value = value["video"]
        assert value["meta"] == FILE
        return self.files[value["path"]]

    def shown(self):
        # The address is of another host, as behind a proxy: whoever follows it goes astray.
        url = "http://127.0.0.1:9/file=/tmp/out.mp4"
        if self.major < 4:
            return [{"name": "/tmp/out.mp4", "data": None, "is_file": True, "orig_name": "out.mp4"}, None]
        made = {"path": "/tmp/out.mp4", "url": url, "size": None, "orig_name": "out.mp4", "meta": FILE}
        return made if self.major > 5 else {"video": made, "subtitles": None}


class Cog(Network):
    """A container with the inputs of one model."""

    def __init__(self, model):
        super().__init__()
        self.names = COGS[model]

    def __call__(self, path, _headers, body, _query):
        if path == "/openapi.json":
            return as_json({"components": {"schemas": {"Input": {"properties": {name: {} for name in self.names}}}}})
        if path.endswith("/cancel"):
            self.cancelled.set()
            return as_json({})
        if self.trouble == "full":
            return as_json({"detail": "Already running a prediction"}, 409)
        self.given = json.loads(body)["input"]
        if not set(self.given) <= set(self.names):
            return as_json({"detail": [{"msg": "extra fields not permitted"}]}, 422)
        if self.trouble == "stuck":
            self.hang()
        return as_json({"input": self.given, **self.answer()})

    def answer(self):
        if self.trouble in TOLD:
            return {"output": None, "error": TOLD[self.trouble], "status": "failed"}
        if self.trouble == "nothing":
            return {"output": None, "error": None, "status": "succeeded"}
        if self.trouble == "elsewhere":
            return {"output": "http://127.0.0.1:9/out.mp4", "error": None, "status": "succeeded"}
        picture, sound = (base64.b64decode(self.given[name].partition(",")[2]) for name in self.names[:2])
        made = base64.b64encode(self.made(picture, sound)).decode()
        return {"output": f"data:video/mp4;base64,{made}", "error": None, "status": "succeeded"}
