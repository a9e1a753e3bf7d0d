// The company's people: who one can be, and what an administrator does with them at a click.
import { preview } from "../chat/bubbles.js";
import { $, avatar, make, toast } from "../shared/dom.js";
import { call, quietly } from "../shared/control_api.js";
import { say } from "../shared/texts.js";
import { short } from "../shared/time_format.js";

// Names for new employees, none of whom exists.
const NEWCOMERS = [
  ["sunqi", "孙琪"], ["zhouba", "周八"], ["wuhan", "吴涵"], ["zhengjia", "郑佳"], ["fengyu", "冯雨"], ["chenmo", "陈墨"], ["weiran", "卫然"],
  ["jiangnan", "江南"], ["noah", "Noah Miller"], ["sofia", "Sofia Rossi"],
];
let departments = [];

export async function load() {
  ({ departments } = await call("GET", "departments"));
}

const nameOf = (number) => departments.find((one) => one.id === number)?.name ?? String(number);

function words(person, app) {
  const first = make("div", { className: "person-line" });
  const job = person.left ? say("left") : [person.departments.map(nameOf).join("、"), person.position].filter(Boolean).join(" · ");
  first.append(make("span", { className: "person-name", text: person.name }), make("span", { className: "person-job", text: job }));
  if (person.last) first.append(make("span", { className: "person-time", text: short(person.last.at) }));
  const second = make("div", { className: "person-line" });
  second.append(make("span", { className: "person-last", text: person.last ? preview(person.last, app) : say("noMessages") }));
  if (person.unread) second.append(make("span", { className: "badge", text: String(person.unread), "aria-label": say("unread", person.unread) }));
  return make("span", { className: "person-lines" }, first, second);
}

// What changes a person tells the applications, so that one sees what they do about it.
function acts(person) {
  const path = `members/${encodeURIComponent(person.userid)}`;
  const does = (text, path, data, method = "POST") => {
    const click = () => quietly(call(method, path, data).catch((error) => toast(error.message)));
    return make("button", { className: "action-item", type: "button", role: "menuitem", text, click, "data-testid": "act" });
  };
  if (person.left) return [does(say("returns"), path, { left: false }, "PATCH")];
  const elsewhere = departments.filter((one) => !(person.departments.length === 1 && person.departments[0] === one.id));
  return [...elsewhere.map((one) => does(say("moveTo", one.name), `${path}/move`, { departments: [one.id] })), does(say("leaves"), `${path}/leave`, {})];
}

function menu(person) {
  const list = make("div", { className: "action-menu", role: "menu", hidden: true });
  const dots = make("button", {
    className: "dots", type: "button", text: "⋯", "aria-label": say("actsOf", person.name), "aria-expanded": "false", "data-testid": `acts-${person.userid}`,
  });
  const open = (yes) => {
    if (yes) list.replaceChildren(...acts(person));
    list.hidden = !yes;
    dots.setAttribute("aria-expanded", String(yes));
  };
  dots.addEventListener("click", () => open(list.hidden));
  const node = make("div", { className: "person-menu" }, dots, list);
  node.addEventListener("click", (event) => event.target === dots || open(false));
  node.addEventListener("keydown", (event) => event.key === "Escape" && open(false));
  node.addEventListener("focusout", (event) => node.contains(event.relatedTarget) || open(false));
  return node;
}

function line(person, app, { current, choose }) {
  const button = make("button", {
    className: `person ${person.left ? "left" : ""}`, type: "button", "data-testid": `member-${person.userid}`,
    "aria-current": person.userid === current ? "true" : false, click: () => choose(person.userid),
  });
  button.append(avatar(person, "large"), words(person, app));
  return make("li", { className: "person-row" }, button, menu(person));
}

export function draw(members, app, context) {
  const list = $("people-list");
  if (list.querySelector(".dots[aria-expanded=true]")) return; // a menu is open: it would close under the finger
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  // A line that shows the same stays, so that a press on it is not lost.
  const lines = members.map((person) => {
    const key = JSON.stringify([person, person.userid === context.current, departments]);
    const node = old.get(key) ?? line(person, app, context);
    node.dataset.key = key;
    return node;
  });
  if (lines.length !== list.children.length || lines.some((node, index) => node !== list.children[index])) list.replaceChildren(...lines);
  $("people-list").dataset.userids = JSON.stringify(members.map((one) => one.userid));
}

async function hire() {
  const taken = new Set(JSON.parse($("people-list").dataset.userids ?? "[]"));
  const free = NEWCOMERS.find(([userid]) => !taken.has(userid));
  const [userid, name] = free ?? [`new${taken.size + 1}`, say("newcomer", taken.size + 1)];
  const home = departments.at(-1)?.id ?? 1;
  await call("POST", "hire", { userid, name, position: say("newcomerJob"), departments: [home] });
}

export function start() {
  $("hire").addEventListener("click", () => quietly(hire().catch((error) => toast(error.message))));
}
