// The phone: who one is, the open chat, and what arrives.
import * as acts from "./member_actions.js";
import * as bell from "./notification_sound.js";
import { row } from "../chat/bubbles.js";
import * as composer from "../composer/composer.js";
import * as conversations from "../members/conversation_list.js";
import { $, avatar, make } from "../shared/dom.js";
import * as drafts from "../composer/outbox.js";
import * as dropping from "../composer/file_drop.js";
import * as inspector from "../inspector/inspector.js";
import * as menu from "../menu/app_menu.js";
import * as recorder from "../composer/voice_recorder.js";
import * as second from "./second_phone.js";
import { AGENT, call, connect, CORP, quietly } from "../shared/control_api.js";
import * as sheets from "../composer/dialogs.js";
import * as staff from "../members/member_list.js";
import { say, translate } from "../shared/texts.js";
import { tap } from "../menu/button_actions.js";
import { GAP, now, stamp } from "../shared/time_format.js";
import * as typing from "../chat/typing_indicator.js";

const state = { app: null, members: [], member: null, chat: null, listing: false, shown: "", entries: new Map(), unsent: [], sending: 0, held: [], following: true, stale: false, loading: null };
const NEAR = 120; // pixels from the end within which a chat follows new messages

// ---- members
// Only the server counts what is unread: an entry may be in a snapshot already when its event comes. One request at a time,
// and another if something happened meanwhile, so that the last answer is never an old one.
function loadMembers() {
  state.stale = true;
  state.loading ??= readMembers().finally(() => (state.loading = null));
  return state.loading;
}

async function readMembers() {
  while (state.stale) {
    state.stale = false;
    state.members = (await call("GET", "members")).members;
    const here = state.members.find((one) => one.userid === state.member?.userid);
    if (here && !document.hidden && !state.listing && !state.chat) here.unread = 0; // is about to be marked as read
    drawMembers();
    drawFoot();
  }
}

function drawMembers() {
  staff.draw(state.members, state.app, { current: state.member?.userid, choose });
  const elsewhere = state.members.reduce((sum, one) => sum + (one.userid === state.member?.userid ? 0 : one.unread), 0);
  $("back-count").hidden = elsewhere === 0;
  $("back-count").textContent = String(elsewhere);
  document.title = `${elsewhere ? `(${elsewhere}) ` : ""}${state.app.name}`;
}

function choose(userid) {
  if (location.hash === `#${userid}`) open(userid);
  else location.hash = userid;
}

// The page's address says what is open: #lisi is the chat with the application, #lisi/ the list of conversations, and
// #lisi/wrOg… a group chat.
function follow() {
  const [userid, chat] = decodeURIComponent(location.hash.slice(1)).split("/");
  return open(userid, chat);
}

function list(member) {
  $("desk").dataset.view = "conversations";
  $("conversations-note").textContent = say("actingAs", member.name);
  $("conversations-me").replaceChildren(avatar(member, "small"));
  return conversations.draw(member, state.app);
}

// ---- the open chat
async function open(userid, chat) {
  const member = state.members.find((one) => one.userid === userid) ?? null;
  const entered = member !== null && !chat && (member.userid !== state.member?.userid || state.listing || state.chat !== null);
  state.member = member;
  state.listing = member !== null && chat === "";
  state.chat = chat || null;
  // Who signs in to a page from this browser, as the application itself would say.
  document.cookie = `emulator_member=${member ? encodeURIComponent(member.userid) : ""}; path=/; SameSite=Lax${member ? "" : "; max-age=0"}`;
  if (!member) {
    $("desk").dataset.view = "people";
    return drawMembers();
  }
  drawMembers();
  drawFoot();
  if (state.listing) return list(member);
  $("desk").dataset.view = "chat";
  const shown = `${member.userid}/${state.chat ?? ""}`;
  if (shown !== state.shown) Object.assign(state, { shown, entries: new Map(), unsent: [] });
  $("chat-title").textContent = state.chat ? await groupName(member) : state.app.name;
  showTyping(false);
  $("me").replaceChildren(avatar(member, "small"));
  await loadChat();
  toEnd();
  const busy = !$("more-tray").hidden || !$("emoji-tray").hidden; // somebody was faster than the chat
  if (matchMedia("(hover: hover)").matches && !busy) $("composer").focus({ preventScroll: true });
  if (entered) await call("POST", "event", { member: userid, event: "enter_agent" });
}

async function groupName(member) {
  const known = await conversations.draw(member, state.app);
  return known.find((one) => one.id === state.chat)?.name || say("group");
}

function showTyping(yes) {
  $("chat-note").classList.toggle("typing", yes);
  $("chat-note").textContent = yes ? say("typing") : say("actingAs", state.member?.name ?? "");
}

async function loadChat() {
  const { member, chat } = state;
  if (!member) return;
  if (state.listing) return void (await list(member));
  const { entries } = await call("GET", "chat", { member: member.userid, ...(chat ? { chat } : {}) });
  if (state.member !== member || state.chat !== chat) return; // somebody else was chosen meanwhile
  for (const entry of entries) state.entries.set(entry.id, entry); // what arrived during the request stays
  draw();
  await markRead();
}

async function markRead() {
  const known = state.members.find((one) => one.userid === state.member?.userid);
  if (!known || document.hidden || state.listing) return;
  await call("POST", "read", { member: known.userid, ...(state.chat ? { chat: state.chat } : {}) });
  await loadMembers();
}

function draw() {
  const messages = $("messages");
  const old = new Map([...messages.querySelectorAll("[data-key]")].map((node) => [node.dataset.key, node]));
  const nodes = [];
  let last = 0;
  for (const entry of [...[...state.entries.values()].sort((one, other) => one.id - other.id), ...state.unsent]) {
    if (entry.at - last > GAP) nodes.push(make("p", { className: "stamp", text: stamp(entry.at) }));
    last = entry.at;
    nodes.push(keep(old, entry));
  }
  for (const node of old.values()) node.remove();
  place(messages, nodes);
  if (state.following) toEnd();
}

// A node whose entry did not change stays, so that a playing video goes on.
function keep(old, entry) {
  const card = entry.card ? JSON.stringify([entry.card, entry.content]) : "";
  const key = `${entry.id}/${entry.recalled}/${entry.status ?? entry.callback?.status ?? ""}/${card}`;
  const known = old.get(key);
  if (known) {
    old.delete(key);
    return known;
  }
  const node = row(entry, { app: state.app, member: state.member, retry: drafts.retry, press: acts.press });
  node.dataset.key = key;
  node.classList.toggle("fresh", Date.now() / 1000 - entry.at < 3);
  for (const media of node.querySelectorAll("img, video")) {
    for (const name of ["load", "loadedmetadata"]) media.addEventListener(name, () => state.following && toEnd());
  }
  return node;
}

function place(messages, nodes) {
  for (const node of [...messages.querySelectorAll(".stamp")]) node.remove();
  nodes.forEach((node, index) => {
    const there = messages.children[index];
    if (there !== node) messages.insertBefore(node, there ?? null);
  });
}

function toEnd() {
  state.following = true;
  $("messages").scrollTop = $("messages").scrollHeight;
}

function watchScrolling() {
  const messages = $("messages");
  messages.addEventListener("scroll", () => {
    state.following = messages.scrollHeight - messages.scrollTop - messages.clientHeight < NEAR;
  });
}

function drawFoot() {
  const person = state.members.find((one) => one.userid === state.member?.userid);
  const outside = person !== undefined && !person.reachable;
  $("outside").hidden = !outside;
  menu.draw(outside || state.chat ? [] : state.app.menu);
  if (outside || state.chat) $("composer-form").hidden = true;
  $("group-note").hidden = !state.chat;
}

async function loadApp() {
  const { apps } = await call("GET", "apps");
  state.app = apps.find((app) => (!AGENT || app.agentid === AGENT) && (!CORP || app.corpid === CORP)) ?? apps[0];
  drawFoot();
}

// ---- news
const HANDLERS = {
  entry({ entry }) {
    if (state.listing && entry.member === state.member?.userid) quietly(list(state.member));
    if (entry.agentid !== state.app.agentid) return;
    if (!entry.received && state.sending) return void state.held.push({ what: "entry", entry }); // its draft still stands for it
    const person = state.members.find((one) => one.userid === entry.member);
    if (person) person.last = entry;
    drawMembers();
    quietly(loadMembers());
    if (entry.member !== state.member?.userid || (entry.chat?.id ?? null) !== state.chat || state.listing) return;
    state.entries.set(entry.id, { ...entry, callback: entry.callback ?? state.entries.get(entry.id)?.callback });
    draw();
    if (!entry.received) return;
    typing.end(state.member, showTyping);
    bell.ring();
    quietly(markRead());
  },
  changed({ entry }) {
    if (!state.entries.has(entry.id)) return;
    state.entries.set(entry.id, entry);
    draw();
  },
  recalled({ msgid }) {
    for (const entry of state.entries.values()) if (entry.msgid === msgid) entry.recalled = true;
    draw();
  },
  callback({ callback }) {
    inspector.showCallback(callback);
    if (state.sending) state.held.push({ what: "callback", callback }); // its message may not be known yet
    for (const entry of state.entries.values()) if (entry.callback?.id === callback.id) entry.callback.status = callback.status;
    const said = callback.message !== null && callback.member === state.member?.userid;
    if (said && callback.status === "delivered" && unanswered(callback)) typing.begin(state.member, showTyping);
    if (state.member) draw();
  },
  call: ({ call: one }) => inspector.showCall(one),
  refresh() {
    state.entries = new Map();
    return catchUp();
  },
};

// Nothing came since: an answer may overtake the news that the message arrived.
function unanswered(callback) {
  const own = [...state.entries.values()].find((entry) => entry.callback?.id === callback.id);
  return own !== undefined && ![...state.entries.values()].some((entry) => entry.received && entry.id > own.id);
}

const happened = (event) => HANDLERS[event.what]?.(event);

const catchUp = () => quietly(Promise.all([loadApp(), staff.load(), loadMembers(), loadChat(), inspector.refresh()]));

function online(yes) {
  $("offline").hidden = yes;
  $("lamp").classList.toggle("on", yes);
}

async function start() {
  translate(document);
  const tick = () => ($("clock").textContent = now());
  tick();
  setInterval(tick, 5000);
  await loadApp();
  composer.start({
    sendText: drafts.text, sendFile: drafts.file, sendPlace: () => sheets.place(drafts.place), sendLink: () => sheets.link(drafts.link),
    leave: () => acts.range(state.member, false),
    enter: () => acts.cause(state.member, { event: "enter_agent" }),
  });
  drafts.start({ state, draw, toEnd, happened });
  recorder.start((sound) => drafts.file("voice", sound));
  dropping.start(drafts.file);
  bell.start();
  menu.start((button) => tap(state.member, button));
  $("come-back").addEventListener("click", () => acts.range(state.member, true));
  inspector.start();
  watchScrolling();
  $("back").addEventListener("click", () => (location.hash = `${state.member?.userid ?? ""}/`));
  $("to-people").addEventListener("click", () => (location.hash = ""));
  $("me").addEventListener("click", () => (location.hash = ""));
  staff.start();
  await staff.load();
  await loadMembers();
  addEventListener("hashchange", follow);
  document.addEventListener("visibilitychange", () => quietly(markRead()));
  second.start(() => state.members.find((one) => !one.left && one.userid !== state.member?.userid)?.userid ?? "");
  const wide = matchMedia("(min-width: 1180px)").matches;
  if (location.hash.length > 1) follow();
  else if (wide && state.members.length) choose(state.members[0].userid);
  connect({ happened, catchUp, online });
}

start();
