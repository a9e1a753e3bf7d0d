// What the page does when something happens in the emulator.
import { showConversations, loadChat, markRead, showTyping } from "../chat/chat.js";
import { drawFooter } from "../chat/footer.js";
import { drawMessages } from "../chat/message_list.js";
import { startTyping, stopTyping } from "../chat/typing_indicator.js";
import * as inspector from "../inspector/inspector.js";
import { showCall, showCallback } from "../inspector/records.js";
import { loadDepartments } from "../members/member_list.js";
import { drawMembers, loadMembers } from "../members/members.js";
import { AGENT_ID, callApi, CORP_ID, ignoreNetworkErrors } from "../shared/control_api.js";
import { byId } from "../shared/dom.js";
import { state } from "../shared/state.js";
import { playSound } from "./notification_sound.js";

const isOpenMember = (userid) => userid === state.member?.userid;

// By the `what` of an update.
const HANDLERS = {
  entry({ entry }) {
    if (state.listOpen && isOpenMember(entry.member)) ignoreNetworkErrors(showConversations());
    if (entry.agentid !== state.application.agentid) return;
    if (!entry.received && state.sending) return void state.heldUpdates.push({ what: "entry", entry }); // its draft still stands for it
    const member = state.members.find((one) => one.userid === entry.member);
    if (member) member.last = entry;
    drawMembers();
    ignoreNetworkErrors(loadMembers());
    if (!isOpenMember(entry.member) || (entry.chat?.id ?? null) !== state.groupChat || state.listOpen) return;
    state.entries.set(entry.id, { ...entry, callback: entry.callback ?? state.entries.get(entry.id)?.callback });
    drawMessages();
    if (!entry.received) return;
    stopTyping(state.member, showTyping);
    playSound();
    ignoreNetworkErrors(markRead());
  },
  changed({ entry }) {
    if (!state.entries.has(entry.id)) return;
    state.entries.set(entry.id, entry);
    drawMessages();
  },
  recalled({ msgid }) {
    for (const entry of state.entries.values()) if (entry.msgid === msgid) entry.recalled = true;
    drawMessages();
  },
  callback({ callback }) {
    showCallback(callback);
    if (state.sending) state.heldUpdates.push({ what: "callback", callback }); // its message may not be known yet
    for (const entry of state.entries.values()) if (entry.callback?.id === callback.id) entry.callback.status = callback.status;
    const ofOpenChat = callback.message !== null && isOpenMember(callback.member);
    if (ofOpenChat && callback.status === "delivered" && isUnanswered(callback)) startTyping(state.member, showTyping);
    if (state.member) drawMessages();
  },
  call: ({ call }) => showCall(call),
  refresh() {
    state.entries = new Map();
    return reload();
  },
};

// Whether nothing was received since: an answer may overtake the update that its message was delivered.
function isUnanswered(callback) {
  const entries = [...state.entries.values()];
  const own = entries.find((entry) => entry.callback?.id === callback.id);
  return own !== undefined && !entries.some((entry) => entry.received && entry.id > own.id);
}

export const onUpdate = (update) => HANDLERS[update.what]?.(update);

// Reloads everything.
export const reload = () => ignoreNetworkErrors(Promise.all([loadApplication(), loadDepartments(), loadMembers(), loadChat(), inspector.load()]));

export async function loadApplication() {
  const { apps } = await callApi("GET", "apps");
  state.application = apps.find((app) => (!AGENT_ID || app.agentid === AGENT_ID) && (!CORP_ID || app.corpid === CORP_ID)) ?? apps[0];
  drawFooter();
}

export function showConnectionStatus(connected) {
  byId("offline").hidden = connected;
  byId("connection-status").classList.toggle("on", connected);
}
