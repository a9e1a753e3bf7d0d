// What a member does besides writing: presses a button of a card, opens the chat, leaves the visible range and returns.
import { callApi, ignoreNetworkErrors } from "../shared/control_api.js";
import { t } from "../shared/texts.js";
import { showToast } from "../shared/toast.js";

const WAIT = 10; // seconds until the application was told, during which the button shows that it is busy

export async function pressCardButton(entry, key, selected = {}) {
  try {
    await callApi("POST", "press", { member: entry.member, entry: entry.id, key, selected, wait: WAIT });
  } catch (error) {
    if (error instanceof TypeError) throw error;
    showToast(t("buttonFailed"));
  }
}

export const openApplication = (member) => callApi("POST", "event", { member: member.userid, event: "enter_agent" });

// The application hears `unsubscribe`, or `subscribe` when the member returns.
export const setVisible = (member, visible) =>
  ignoreNetworkErrors(callApi("PATCH", `members/${encodeURIComponent(member.userid)}`, { visible }));
