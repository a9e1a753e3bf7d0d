// The column beside the phone: callbacks and API calls as they happen, and what a developer can turn.
import * as correlating from "./correlation.js";
import { $, make } from "../shared/dom.js";
import * as faults from "./faults.js";
import { call } from "../shared/control_api.js";
import * as session from "./recording.js";
import { say } from "../shared/texts.js";
import * as time from "./clock.js";
import { precise } from "../shared/time_format.js";
import * as verifying from "./url_verification.js";

const MOST = 100;
const records = new Map(); // "callbacks 12" → its <details>

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
const indented = (xml) => xml.replace(/(<\/\w+>|<xml>)(?=<)/g, "$1\n").replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, "$1");

function put(panel, key, summary, body) {
  const old = records.get(`${panel} ${key}`);
  const node = make("details", { className: "record" }, make("summary", {}, ...summary), ...body);
  records.set(`${panel} ${key}`, node);
  const home = $(`list-${panel}`);
  home.querySelector(".empty")?.remove();
  if (old) {
    node.open = old.open;
    old.replaceWith(node);
    return;
  }
  home.prepend(node);
  if (home.childElementCount > MOST) home.lastElementChild.remove();
}

const pill = (text, kind) => make("span", { className: `pill ${kind}`, text });

// A record's own number, and those of the records that it belongs to, which open them.
const numbers = (id, others = []) =>
  make("span", { className: "record-numbers" }, `#${id}`, ...others.map(({ panel, id, arrow }) => make("button", {
    type: "button", className: "record-link", text: `${arrow} #${id}`, title: say("follows", id), "aria-label": say("follows", id), "data-testid": "correlated",
    click: (event) => {
      event.preventDefault(); // else it would open the record that it stands in
      show(panel, id);
    },
  })));

function show(panel, id) {
  const node = records.get(`${panel} ${id}`);
  if (!node) return;
  $(`tab-${panel}`).click();
  node.open = true;
  node.scrollIntoView({ block: "nearest" });
  node.querySelector("summary").focus();
}

export function showCallback(row) {
  correlating.note(row);
  const last = row.attempts.at(-1);
  const kind = { delivered: "good", failed: "bad" }[row.status] ?? "";
  const name = make("span", { className: "record-name", text: row.kind }, make("small", { text: row.member }));
  const time = make("span", { className: "record-time", text: precise(row.at) });
  const tries = row.attempts.map(
    (one) => `${say("attempt", one.number)}  ${one.status ?? one.error}  ${one.ms} ms${one.answer ? `\n${one.answer}` : ""}`,
  );
  const body = [make("pre", { text: indented(row.xml) })];
  if (tries.length) body.push(make("pre", { text: tries.join("\n") }));
  body.push(make("button", { className: "mini", type: "button", text: say("replay"), click: () => call("POST", `callbacks/${row.id}/replay`) }));
  put("callbacks", row.id, [pill(last ? String(last.status ?? "—") : "…", kind), name, numbers(row.id), time], body);
}

export function showCall(row) {
  const kind = row.errcode === 0 && !row.fault ? "good" : "bad";
  const cause = correlating.cause(row);
  const follows = cause === null ? [] : [{ panel: "callbacks", id: cause, arrow: "↩" }];
  const name = make("span", { className: "record-name", text: row.path }, make("small", { text: `${row.ms} ms` }));
  const time = make("span", { className: "record-time", text: precise(row.at) });
  const body = [make("pre", { text: `${row.fault ? `⚡ ${row.fault}\n` : ""}${pretty(row.request) || "—"}` }), make("pre", { text: pretty(row.answer) })];
  put("calls", row.id, [pill(String(row.status === null ? "—" : row.errcode), kind), name, numbers(row.id, follows), time], body);
}

export async function refresh() {
  const [callbacks, calls] = await Promise.all([call("GET", "callbacks", { limit: 50 }), call("GET", "calls", { limit: 50 })]);
  for (const panel of ["callbacks", "calls"]) $(`list-${panel}`).replaceChildren(make("p", { className: "empty", text: say("nothing") }));
  records.clear();
  correlating.forget();
  callbacks.callbacks.forEach(showCallback);
  calls.calls.forEach(showCall);
  await Promise.all([faults.refresh(), time.refresh()]);
}

export function start() {
  const tabs = ["callbacks", "calls", "faults", "time", "session"];
  const choose = (name) => {
    for (const tab of tabs) {
      $(`tab-${tab}`).setAttribute("aria-selected", String(tab === name));
      $(`tab-${tab}`).tabIndex = tab === name ? 0 : -1;
      $(`panel-${tab}`).hidden = tab !== name;
    }
    if (name === "faults") faults.refresh();
    if (name === "time") time.refresh();
  };
  tabs.forEach((name, index) => {
    $(`tab-${name}`).addEventListener("click", () => choose(name));
    $(`tab-${name}`).addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      choose(next);
      $(`tab-${next}`).focus();
    });
  });
  faults.start();
  time.start();
  session.start();
  verifying.start();
}
