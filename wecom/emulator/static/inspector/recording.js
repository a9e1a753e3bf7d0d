// A session as a file: saved without what tells who somebody is, and played to the application again.
import { $, make } from "../shared/dom.js";
import { call } from "../shared/control_api.js";
import { say } from "../shared/texts.js";

async function save() {
  const recording = await call("GET", "recording", { words: $("session-words").checked ? 1 : 0 });
  const file = new Blob([JSON.stringify(recording, null, 1)], { type: "application/json" });
  const link = make("a", { href: URL.createObjectURL(file), download: "wecom-session.json" });
  link.click();
  URL.revokeObjectURL(link.href);
}

const shown = (heard) => (heard ? `${heard.type}\n${JSON.stringify(heard.content, null, 1)}` : say("nothingCame"));

function difference(one) {
  const summary = make("summary", {}, make("span", { className: "pill bad", text: one.who }), make("span", { className: "record-name", text: say("message", one.message) }));
  const then = make("pre", { text: `${say("then")}: ${shown(one.then)}` });
  return make("details", { className: "record" }, summary, then, make("pre", { text: `${say("nowHeard")}: ${shown(one.now)}` }));
}

async function play(file) {
  const state = $("session-state");
  state.textContent = say("playing");
  $("session-report").replaceChildren();
  try {
    const result = await call("POST", "replay", { recording: JSON.parse(await file.text()) });
    state.textContent = result.same ? say("sameAgain", result.heard) : say("differs", result.differences.length + result.failures.length);
    $("session-report").replaceChildren(
      ...result.failures.map((words) => make("p", { className: "fault-note", text: words })), ...result.differences.map(difference),
    );
  } catch (error) {
    state.textContent = error instanceof SyntaxError ? say("noRecording") : error.message;
  }
}

export function start() {
  $("session-save").addEventListener("click", save);
  $("session-file").addEventListener("change", () => {
    const [file] = $("session-file").files;
    $("session-file").value = "";
    if (file) play(file);
  });
}
