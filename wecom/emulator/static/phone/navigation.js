// What is open on the phone. The page's address says it: #lisi is the chat with the application, #lisi/ the list of
// conversations, #lisi/wrOg… a group chat.
import { drawHeader, loadChat, showConversations } from "../chat/chat.js";
import { drawFooter } from "../chat/footer.js";
import { scrollToEnd } from "../chat/message_list.js";
import { drawMembers } from "../members/members.js";
import { byId } from "../shared/dom.js";
import { state } from "../shared/state.js";
import { openApplication } from "./member_actions.js";

let shownChat = "";

export function followAddress() {
  const [userid, chat] = decodeURIComponent(location.hash.slice(1)).split("/");
  return open(userid, chat);
}

async function open(userid, chat) {
  const member = state.members.find((one) => one.userid === userid) ?? null;
  const entered = member !== null && !chat && (member.userid !== state.member?.userid || state.listOpen || state.groupChat !== null);
  state.member = member;
  state.listOpen = member !== null && chat === "";
  state.groupChat = chat || null;
  rememberMember(member);
  drawMembers();
  if (!member) {
    byId("layout").dataset.view = "members";
    return;
  }
  drawFooter();
  if (state.listOpen) return void (await showConversations());
  byId("layout").dataset.view = "chat";
  const opened = `${member.userid}/${state.groupChat ?? ""}`;
  if (opened !== shownChat) Object.assign(state, { entries: new Map(), drafts: [] });
  shownChat = opened;
  const before = document.activeElement;
  await drawHeader();
  await loadChat();
  scrollToEnd();
  const trayOpen = !byId("more-tray").hidden || !byId("emoji-tray").hidden; // opened before the chat was there
  // A form beside the phone is filled in, or a button of the composer was reached before the chat began to open.
  const elsewhere = ["inspector", "composer-form"].some((id) => byId(id).contains(document.activeElement));
  const moved = ![before, document.body].includes(document.activeElement); // somebody was quicker than the chat
  if (matchMedia("(hover: hover)").matches && !trayOpen && !elsewhere && !moved) byId("composer").focus({ preventScroll: true });
  if (entered) await openApplication(member);
}

// Pages that ask who signs in take this member, as they do in the WeChat Work app.
function rememberMember(member) {
  const value = member ? encodeURIComponent(member.userid) : "";
  document.cookie = `emulator_member=${value}; path=/; SameSite=Lax${member ? "" : "; max-age=0"}`;
}

export function startNavigation() {
  addEventListener("hashchange", followAddress);
  byId("back").addEventListener("click", () => (location.hash = `${state.member?.userid ?? ""}/`));
  byId("to-members").addEventListener("click", () => (location.hash = ""));
  byId("switch-member").addEventListener("click", () => (location.hash = ""));
}
