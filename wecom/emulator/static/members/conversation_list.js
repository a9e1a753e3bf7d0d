// What somebody's phone lists: the applications that they see, and the group chats that applications made.
import { preview } from "../chat/bubbles.js";
import { $, appAvatar, make } from "../shared/dom.js";
import { call, CORP } from "../shared/control_api.js";
import { say } from "../shared/texts.js";
import { short } from "../shared/time_format.js";

function line(one, member, here) {
  const first = make("div", { className: "person-line" }, make("span", { className: "person-name grow", text: one.name || say("group") }));
  if (one.last) first.append(make("span", { className: "person-time", text: short(one.last.at) }));
  const second = make("div", { className: "person-line" });
  const words = one.last ? preview(one.last, { name: one.name }) : one.kind === "group" ? say("people", one.people) : say("noMessages");
  second.append(make("span", { className: "person-last", text: words }));
  if (one.unread) second.append(make("span", { className: "badge", text: String(one.unread), "aria-label": say("unread", one.unread) }));
  const link = make("a", { className: "person", href: address(one, member, here), "data-testid": `conversation-${one.kind === "group" ? one.id : one.agentid}` });
  const face = one.kind === "group" ? make("span", { className: "avatar large group", text: "群", "aria-hidden": "true" }) : appAvatar();
  face.classList.add("large");
  link.append(face, make("span", { className: "person-lines" }, first, second));
  return make("li", {}, link);
}

// Another application is another page: what it is called, its menu and its keys are of the whole page.
function address(one, member, here) {
  const hash = `#${encodeURIComponent(member.userid)}${one.kind === "group" ? `/${one.id}` : ""}`;
  if (one.agentid === here) return hash;
  const page = new URL(location.href);
  page.searchParams.set("agentid", one.agentid);
  if (CORP) page.searchParams.set("corpid", CORP);
  page.hash = hash;
  return page.href;
}

export async function draw(member, app) {
  const { conversations } = await call("GET", "conversations", { member: member.userid });
  $("conversation-list").replaceChildren(...conversations.map((one) => line(one, member, app.agentid)));
  return conversations;
}
