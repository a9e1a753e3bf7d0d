// Saves the conversations as an anonymised file, and replays such a file to the application.
import { callApi } from "../shared/control_api.js";
import { byId, element } from "../shared/dom.js";
import { t } from "../shared/texts.js";

async function save() {
  const recording = await callApi("GET", "recording", { words: byId("recording-text").checked ? 1 : 0 });
  const file = new Blob([JSON.stringify(recording, null, 1)], { type: "application/json" });
  const link = element("a", { href: URL.createObjectURL(file), download: "wecom-session.json" });
  link.click();
  URL.revokeObjectURL(link.href);
}

const messageText = (message) => (message ? `${message.type}\n${JSON.stringify(message.content, null, 1)}` : t("nothingReceived"));

function differenceRecord({ who, message, then, now }) {
  const summary = element("summary", {}, element("span", { className: "pill bad", text: who }), element("span", { className: "record-name", text: t("messageNumber", message) }));
  const recorded = element("pre", { text: `${t("recorded")}: ${messageText(then)}` });
  return element("details", { className: "record" }, summary, recorded, element("pre", { text: `${t("replayed")}: ${messageText(now)}` }));
}

async function replay(file) {
  const status = byId("recording-status");
  status.textContent = t("replaying");
  byId("replay-report").replaceChildren();
  try {
    const { same, heard, failures, differences } = await callApi("POST", "replay", { recording: JSON.parse(await file.text()) });
    status.textContent = same ? t("identical", heard) : t("differences", differences.length + failures.length);
    byId("replay-report").replaceChildren(
      ...failures.map((text) => element("p", { className: "panel-note", text })), ...differences.map(differenceRecord),
    );
  } catch (error) {
    status.textContent = error instanceof SyntaxError ? t("notARecording") : error.message;
  }
}

export function start() {
  byId("recording-save").addEventListener("click", save);
  byId("recording-file").addEventListener("change", () => {
    const [file] = byId("recording-file").files;
    byId("recording-file").value = "";
    if (file) replay(file);
  });
}
