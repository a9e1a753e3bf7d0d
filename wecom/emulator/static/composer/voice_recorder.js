// Holding the button records a voice message; letting go sends it, leaving the button or Escape throws it away.
import { $, toast } from "../shared/dom.js";
import { say } from "../shared/texts.js";

const SHORTEST = 500; // milliseconds; less is a slip of the finger
const LONGEST = 60000; // the platform's limit of a voice message

let running = null;

async function begin() {
  if (running) return;
  const take = { keep: true, parts: [], began: 0, recorder: null, released: false };
  running = take;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    running = null;
    toast(say("noMicrophone"));
    return;
  }
  take.recorder = new MediaRecorder(stream);
  take.recorder.addEventListener("dataavailable", ({ data }) => take.parts.push(data));
  take.recorder.addEventListener("stop", () => {
    for (const track of stream.getTracks()) track.stop();
    finish(take);
  });
  take.began = performance.now();
  take.recorder.start();
  setTimeout(() => end(take), LONGEST);
  $("talk").classList.add("recording");
  $("talk").textContent = say("releaseToSend");
  if (take.released) end(take); // let go while the browser was still asking
}

function end(take, keep = true) {
  if (!take) return;
  take.released = true;
  take.keep &&= keep;
  if (take.recorder?.state === "recording") take.recorder.stop();
}

function finish(take) {
  running = null;
  $("talk").classList.remove("recording");
  $("talk").textContent = say("holdToTalk");
  if (!take.keep) return;
  if (performance.now() - take.began < SHORTEST) return void toast(say("tooShort"));
  const sound = new File(take.parts, "voice.webm", { type: take.recorder.mimeType });
  $("talk").dispatchEvent(new CustomEvent("recorded", { detail: sound }));
}

// `send(file)` gets each recording. The button takes the place of the text field while it is chosen.
export function start(send) {
  const talk = $("talk");
  $("to-voice").addEventListener("click", () => choose(talk.hidden));
  talk.addEventListener("recorded", ({ detail }) => send(detail));
  talk.addEventListener("pointerdown", (event) => {
    talk.setPointerCapture(event.pointerId);
    begin();
  });
  talk.addEventListener("pointerup", (event) => {
    const { top } = talk.getBoundingClientRect();
    end(running, event.clientY > top - 60); // pulled up: thrown away, as on a phone
  });
  talk.addEventListener("pointercancel", () => end(running, false));
  talk.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end(running, false);
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) running ? end(running) : begin();
  });
  talk.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press on a phone
}

function choose(talking) {
  $("talk").hidden = !talking;
  $("composer").hidden = talking;
  $("to-voice").setAttribute("aria-pressed", String(talking));
  if (!talking) $("composer").focus();
}
