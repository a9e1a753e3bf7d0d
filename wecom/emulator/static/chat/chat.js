// The open chat: its header, its messages, and that they have been read.
import { drawConversations } from "../members/conversation_list.js";
import { loadMembers, openMember } from "../members/members.js";
import { memberAvatar } from "../shared/avatar.js";
import { callApi } from "../shared/control_api.js";
import { byId } from "../shared/dom.js";
import { state } from "../shared/state.js";
import { t } from "../shared/texts.js";
import { drawMessages } from "./message_list.js";

const groupField = () => (state.groupChat ? { chat: state.groupChat } : {});

export async function drawHeader() {
  byId("chat-title").textContent = state.groupChat ? await groupName() : state.application.name;
  showTyping(false);
  byId("switch-member").replaceChildren(memberAvatar(state.member, "small"));
}

async function groupName() {
  const conversations = await drawConversations(state.member, state.application);
  return conversations.find((conversation) => conversation.id === state.groupChat)?.name || t("groupChat");
}

export function showTyping(typing) {
  byId("chat-note").classList.toggle("typing", typing);
  byId("chat-note").textContent = typing ? t("typing") : t("actingAs", state.member?.name ?? "");
}

export function showConversations() {
  byId("layout").dataset.view = "conversations";
  byId("conversations-note").textContent = t("actingAs", state.member.name);
  byId("conversations-avatar").replaceChildren(memberAvatar(state.member, "small"));
  return drawConversations(state.member, state.application);
}

// Loads what is open on the phone: the chat, or the list of conversations.
export async function loadChat() {
  const { member, groupChat } = state;
  if (!member) return;
  if (state.listOpen) return void (await showConversations());
  const { entries } = await callApi("GET", "chat", { member: member.userid, ...groupField() });
  if (state.member !== member || state.groupChat !== groupChat) return; // another chat was opened meanwhile
  for (const entry of entries) state.entries.set(entry.id, entry); // what arrived during the request stays
  drawMessages();
  await markRead();
}

export async function markRead() {
  const member = openMember();
  if (!member || document.hidden || state.listOpen) return;
  await callApi("POST", "read", { member: member.userid, ...groupField() });
  await loadMembers();
}
