// The messages of the open chat, from the first to the last.
import { retry } from "../composer/outbox.js";
import { pressCardButton } from "../phone/member_actions.js";
import { byId, element } from "../shared/dom.js";
import { state } from "../shared/state.js";
import { separatorTime } from "../shared/time_format.js";
import { messageRow } from "./message_row.js";

const FOLLOW_DISTANCE = 120; // pixels from the end within which the chat scrolls to new messages
const FRESH = 3; // seconds in which a message that arrives is animated
const SEPARATOR_GAP = 300; // seconds without a message after which the time is shown again

let following = true; // whether the chat scrolls to new messages

export function drawMessages() {
  const list = byId("messages");
  const old = new Map([...list.querySelectorAll("[data-key]")].map((node) => [node.dataset.key, node]));
  const nodes = [];
  let last = 0;
  const entries = [...state.entries.values()].sort((one, other) => one.id - other.id);
  for (const entry of [...entries, ...state.drafts]) {
    if (entry.at - last > SEPARATOR_GAP) nodes.push(element("p", { className: "time-separator", text: separatorTime(entry.at) }));
    last = entry.at;
    nodes.push(reuseOrCreate(old, entry));
  }
  for (const node of old.values()) node.remove();
  insertInOrder(list, nodes);
  if (following) scrollToEnd();
}

// The node of an entry that did not change is kept, so that a playing video goes on.
function reuseOrCreate(old, entry) {
  const card = entry.card ? JSON.stringify([entry.card, entry.content]) : "";
  const key = `${entry.id}/${entry.recalled}/${entry.status ?? entry.callback?.status ?? ""}/${card}`;
  const known = old.get(key);
  if (known) {
    old.delete(key);
    return known;
  }
  const node = messageRow(entry, { application: state.application, member: state.member, retry, press: pressCardButton });
  node.dataset.key = key;
  node.classList.toggle("fresh", Date.now() / 1000 - entry.at < FRESH);
  for (const media of node.querySelectorAll("img, video")) {
    for (const name of ["load", "loadedmetadata"]) media.addEventListener(name, () => following && scrollToEnd());
  }
  return node;
}

function insertInOrder(list, nodes) {
  for (const node of [...list.querySelectorAll(".time-separator")]) node.remove();
  nodes.forEach((node, index) => {
    const present = list.children[index];
    if (present !== node) list.insertBefore(node, present ?? null);
  });
}

export function scrollToEnd() {
  following = true;
  byId("messages").scrollTop = byId("messages").scrollHeight;
}

// Stops following new messages while the member reads further up.
export function watchScrolling() {
  const list = byId("messages");
  list.addEventListener("scroll", () => {
    following = list.scrollHeight - list.scrollTop - list.clientHeight < FOLLOW_DISTANCE;
  });
}
