// The members of the company, with what each has not read.
import { drawFooter } from "../chat/footer.js";
import { callApi } from "../shared/control_api.js";
import { byId } from "../shared/dom.js";
import { state } from "../shared/state.js";
import { t } from "../shared/texts.js";
import { drawMemberList } from "./member_list.js";

let stale = false;
let loading = null;

export const openMember = () => state.members.find((member) => member.userid === state.member?.userid);

// Only the emulator counts unread messages: a message may be in an answer already when its update arrives. One request
// runs at a time, and another one if something happened meanwhile, so that the last answer is never an old one.
export function loadMembers() {
  stale = true;
  loading ??= loadUntilFresh().finally(() => (loading = null));
  return loading;
}

async function loadUntilFresh() {
  while (stale) {
    stale = false;
    state.members = (await callApi("GET", "members")).members;
    const here = openMember();
    if (here && !document.hidden && !state.listOpen && !state.groupChat) here.unread = 0; // is about to be marked as read
    drawMembers();
    drawFooter();
  }
}

export function drawMembers() {
  const userid = state.member?.userid;
  drawMemberList(state.members, state.application, { openMember: userid, choose: choosePhone });
  const unread = state.members.reduce((sum, member) => sum + (member.userid === userid ? 0 : member.unread), 0);
  byId("unread-elsewhere").hidden = unread === 0;
  byId("unread-elsewhere").textContent = String(unread);
  byId("back").setAttribute("aria-label", [t("backToConversations"), ...(unread ? [t("unread", unread)] : [])].join(", "));
  document.title = `${unread ? `(${unread}) ` : ""}${state.application.name}`;
}

// The page's address says which phone is open.
export function choosePhone(userid) {
  if (location.hash === `#${userid}`) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = userid;
}
