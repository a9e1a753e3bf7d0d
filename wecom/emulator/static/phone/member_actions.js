// What a person does beside writing: presses something, opens the chat, leaves, comes back.
import { toast } from "../shared/dom.js";
import { call, quietly } from "../shared/control_api.js";
import { say } from "../shared/texts.js";

// Waits until the application was told, so that the button shows that something is under way.
export async function press(entry, key, selected = {}) {
  try {
    await call("POST", "press", { member: entry.member, entry: entry.id, key, selected, wait: 10 });
  } catch (error) {
    if (error instanceof TypeError) throw error;
    toast(say("pressFailed"));
  }
}

export const cause = (member, event) => quietly(call("POST", "event", { member: member.userid, ...event }));

// Who leaves the visible range unsubscribes, and subscribes again by coming back.
export const range = (member, visible) => quietly(call("PATCH", `members/${encodeURIComponent(member.userid)}`, { visible }));
