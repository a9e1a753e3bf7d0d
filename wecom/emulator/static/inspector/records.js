// Callbacks and API calls as records that unfold.
import { callApi, latest } from "../shared/control_api.js";
import { byId, element } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { timeOfDay } from "../shared/time_format.js";
import { callbackBefore, forgetCallbacks, rememberCallback } from "./correlation.js";

const MOST = 100; // records in a panel
const records = new Map(); // "callbacks 12" → its <details>

const prettyJson = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
const prettyXml = (xml) => xml.replace(/(<\/\w+>|<xml>)(?=<)/g, "$1\n").replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, "$1");

// Adds a record at the top of a panel, or replaces the one with this number.
function putRecord(panel, id, summary, body) {
  const key = `${panel} ${id}`;
  const old = records.get(key);
  const node = element("details", { className: "record" }, element("summary", {}, ...summary), ...body);
  records.set(key, node);
  const list = byId(`list-${panel}`);
  list.querySelector(".empty")?.remove();
  if (old) {
    node.open = old.open;
    old.replaceWith(node);
    return;
  }
  list.prepend(node);
  if (list.childElementCount > MOST) list.lastElementChild.remove();
}

const pill = (text, kind) => element("span", { className: `pill ${kind}`, text });
const recordName = (text, detail) => element("span", { className: "record-name", text }, element("small", { text: detail }));
const recordTime = (timestamp) => element("span", { className: "record-time", text: timeOfDay(timestamp) });

// The record's number, and a link to the callback that it follows.
function recordNumbers(id, callback = null) {
  const node = element("span", { className: "record-numbers" }, `#${id}`);
  if (callback === null) return node;
  const label = t("followsCallback", callback);
  const open = (event) => {
    event.preventDefault(); // else the click would unfold this record
    openRecord("callbacks", callback);
  };
  node.append(element("button", {
    type: "button", className: "record-link", text: `↩ #${callback}`, title: label, "aria-label": label, "data-testid": "related-callback", click: open,
  }));
  return node;
}

function openRecord(panel, id) {
  const node = records.get(`${panel} ${id}`);
  if (!node) return;
  byId(`tab-${panel}`).click();
  node.open = true;
  node.scrollIntoView({ block: "nearest" });
  node.querySelector("summary").focus();
}

export function showCallback(callback) {
  rememberCallback(callback);
  const { id, attempts, xml } = callback;
  const last = attempts.at(-1);
  const status = pill(last ? String(last.status ?? "—") : "…", { delivered: "good", failed: "bad" }[callback.status] ?? "");
  const lines = attempts.map(
    (attempt) => `${t("attempt", attempt.number)}  ${attempt.status ?? attempt.error}  ${attempt.ms} ms${attempt.answer ? `\n${attempt.answer}` : ""}`,
  );
  const body = [element("pre", { text: prettyXml(xml) })];
  if (lines.length) body.push(element("pre", { text: lines.join("\n") }));
  const resend = () => callApi("POST", `callbacks/${id}/replay`);
  body.push(element("button", { className: "small-button", type: "button", text: t("resend"), click: resend }));
  putRecord("callbacks", id, [status, recordName(callback.kind, callback.member), recordNumbers(id), recordTime(callback.at)], body);
}

export function showCall(call) {
  const { id, fault, at } = call;
  const detail = call.errcode === 40066 && !fault ? `${t("notEmulated")} · ${call.ms} ms` : `${call.ms} ms`;
  const status = pill(String(call.status === null ? "—" : call.errcode), call.errcode === 0 && !fault ? "good" : "bad");
  const request = `${fault ? `⚡ ${fault}\n` : ""}${prettyJson(call.request) || "—"}`;
  const body = [element("pre", { text: request }), element("pre", { text: prettyJson(call.answer) })];
  putRecord("calls", id, [status, recordName(call.path, detail), recordNumbers(id, callbackBefore(call)), recordTime(at)], body);
}

const fetchRecords = () => Promise.all(["callbacks", "calls"].map((panel) => callApi("GET", panel, { limit: 50 })));

// Reloads the newest records.
export const loadRecords = latest(fetchRecords, ([{ callbacks }, { calls }]) => {
  for (const panel of ["callbacks", "calls"]) byId(`list-${panel}`).replaceChildren(element("p", { className: "empty", text: t("noRecords") }));
  records.clear();
  forgetCallbacks();
  callbacks.forEach(showCallback);
  calls.forEach(showCall);
});
