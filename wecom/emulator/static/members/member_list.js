// The company's members: whose phone can be opened, and what an administrator can change about them.
import { messagePreview } from "../chat/message_preview.js";
import { memberAvatar } from "../shared/avatar.js";
import { callApi, ignoreNetworkErrors } from "../shared/control_api.js";
import { byId, element } from "../shared/dom.js";
import { popupMenu } from "../shared/popup_menu.js";
import { t } from "../shared/texts.js";
import { showToast } from "../shared/toast.js";
import { listLines } from "./list_item.js";

// Invented names for new employees.
const NEW_MEMBERS = [
  ["sunqi", "孙琪"], ["zhouba", "周八"], ["wuhan", "吴涵"], ["zhengjia", "郑佳"], ["fengyu", "冯雨"], ["chenmo", "陈墨"], ["weiran", "卫然"],
  ["jiangnan", "江南"], ["noah", "Noah Miller"], ["sofia", "Sofia Rossi"],
];
let departments = [];

export async function loadDepartments() {
  ({ departments } = await callApi("GET", "departments"));
}

const departmentName = (number) => departments.find((department) => department.id === number)?.name ?? String(number);

function memberLines(member, application) {
  const { departments: numbers, position, last, unread } = member;
  const job = member.left ? t("leftCompany") : [numbers.map(departmentName).join("、"), position].filter(Boolean).join(" · ");
  const names = [element("span", { className: "list-name", text: member.name }), element("span", { className: "list-position", text: job })];
  return listLines({ names, last, preview: last ? messagePreview(last, application) : t("noMessages"), unread });
}

// Each change tells the applications, as a change in the console does.
function directoryActions(member) {
  const path = `members/${encodeURIComponent(member.userid)}`;
  const action = (text, address, data, method = "POST") => {
    const click = () => change(callApi(method, address, data));
    return element("button", { className: "menu-item", type: "button", role: "menuitem", text, click, "data-testid": "member-action" });
  };
  if (member.left) return [action(t("rejoinCompany"), path, { left: false }, "PATCH")];
  const others = departments.filter((department) => !(member.departments.length === 1 && member.departments[0] === department.id));
  const moves = others.map((department) => action(t("moveToDepartment", department.name), `${path}/move`, { departments: [department.id] }));
  return [...moves, action(t("leaveCompany"), `${path}/leave`, {})];
}

const change = (promise) => ignoreNetworkErrors(promise.catch((error) => showToast(error.message)));

function listItem(member, application, { openMember, choose }) {
  const button = element("button", {
    className: `list-item ${member.left ? "left" : ""}`, type: "button", "data-testid": `member-${member.userid}`,
    "aria-current": member.userid === openMember ? "true" : false, click: () => choose(member.userid),
  });
  button.append(memberAvatar(member, "large"), memberLines(member, application));
  const menu = popupMenu({
    className: "member-menu", label: t("memberActions", member.name), testId: `member-menu-${member.userid}`, fill: () => directoryActions(member),
  });
  menu.node.addEventListener("click", (event) => event.target.closest(".menu-dots") || menu.close());
  return element("li", { className: "member-item" }, button, menu.node);
}

// `openMember` is the user ID of the open phone; `choose(userid)` opens another one.
export function drawMemberList(members, application, { openMember, choose }) {
  const list = byId("member-list");
  if (list.querySelector(".menu-dots[aria-expanded=true]")) return; // redrawing would close the open menu
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  // A line that shows the same stays, so that no click on it is lost.
  const items = members.map((member) => {
    const key = JSON.stringify([member, member.userid === openMember, departments]);
    const node = old.get(key) ?? listItem(member, application, { openMember, choose });
    node.dataset.key = key;
    return node;
  });
  if (items.length !== list.children.length || items.some((node, index) => node !== list.children[index])) list.replaceChildren(...items);
  list.dataset.userids = JSON.stringify(members.map((member) => member.userid));
}

async function addMember() {
  const taken = new Set(JSON.parse(byId("member-list").dataset.userids ?? "[]"));
  const free = NEW_MEMBERS.find(([userid]) => !taken.has(userid));
  const [userid, name] = free ?? [`new${taken.size + 1}`, t("newMember", taken.size + 1)];
  const department = departments.at(-1)?.id ?? 1;
  await callApi("POST", "hire", { userid, name, position: t("newMemberPosition"), departments: [department] });
}

export function start() {
  byId("add-member").addEventListener("click", () => change(addMember()));
}
