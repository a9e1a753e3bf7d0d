// Records a voice message while the button is held. Releasing it sends; swiping up or Escape cancels.
import { byId } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { showToast } from "../shared/toast.js";

const SHORTEST = 500; // milliseconds; a shorter press is a mistake
const LONGEST = 60000; // the platform's limit of a voice message
const SWIPE = 60; // pixels above the button where releasing cancels

let recording = null;

async function startRecording(send) {
  if (recording) return;
  const current = { keep: true, parts: [], startedAt: 0, releasedAt: null, recorder: null, released: false };
  recording = current;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    recording = null;
    showToast(t("noMicrophone"));
    return;
  }
  current.recorder = new MediaRecorder(stream);
  current.recorder.addEventListener("dataavailable", ({ data }) => current.parts.push(data));
  current.recorder.addEventListener("stop", () => {
    for (const track of stream.getTracks()) track.stop();
    finishRecording(current, send);
  });
  current.startedAt = performance.now();
  current.recorder.start();
  setTimeout(() => stopRecording(current), LONGEST);
  byId("record-voice").classList.add("recording");
  byId("record-voice").textContent = t("releaseToSend");
  if (current.released) stopRecording(current); // released while the browser asked for the microphone
}

function stopRecording(current, keep = true) {
  if (!current) return;
  current.released = true;
  current.releasedAt ??= performance.now(); // how long the recorder takes to stop does not count
  current.keep &&= keep;
  if (current.recorder?.state === "recording") current.recorder.stop();
}

function finishRecording(current, send) {
  recording = null;
  byId("record-voice").classList.remove("recording");
  byId("record-voice").textContent = t("holdToTalk");
  if (!current.keep) return;
  if ((current.releasedAt ?? performance.now()) - current.startedAt < SHORTEST) return void showToast(t("tooShort"));
  send(new File(current.parts, "voice.webm", { type: current.recorder.mimeType }));
}

// `send(file)` is called with each recording.
export function start(send) {
  const button = byId("record-voice");
  byId("voice-toggle").addEventListener("click", () => showButton(button.hidden));
  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    startRecording(send);
  });
  button.addEventListener("pointerup", (event) => {
    const { top } = button.getBoundingClientRect();
    stopRecording(recording, event.clientY > top - SWIPE);
  });
  button.addEventListener("pointercancel", () => stopRecording(recording, false));
  button.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stopRecording(recording, false);
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) recording ? stopRecording(recording) : startRecording(send);
  });
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press on a phone
}

// The button takes the place of the text field while voice input is chosen.
function showButton(visible) {
  byId("record-voice").hidden = !visible;
  byId("composer").hidden = visible;
  byId("voice-toggle").setAttribute("aria-pressed", String(visible));
  if (!visible) byId("composer").focus();
}
