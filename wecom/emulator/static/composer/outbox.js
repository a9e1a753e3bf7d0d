// Sends what the member writes. A draft stands for the message in the chat until the emulator has it.
import { callApi } from "../shared/control_api.js";
import { state } from "../shared/state.js";

let chat = null;

// `draw()` redraws the chat, `scrollToEnd()` shows its end; `onUpdate(update)` takes updates that had to wait.
export function start({ draw, scrollToEnd, onUpdate }) {
  chat = { draw, scrollToEnd, onUpdate };
}

async function send(draft) {
  const { member, body } = draft;
  draft.status = "queued";
  state.drafts.push(draft);
  chat.draw();
  chat.scrollToEnd();
  state.sending += 1;
  try {
    const { entry } = await callApi("POST", "send", body);
    if (state.member === member) state.entries.set(entry.id, entry);
    state.drafts = state.drafts.filter((other) => other !== draft);
  } catch {
    draft.status = "unsent";
  } finally {
    state.sending -= 1;
  }
  state.heldUpdates.splice(0).forEach(chat.onUpdate);
  chat.draw();
  chat.scrollToEnd();
}

const newDraft = (msgtype, content, body, media_url = null) => ({
  id: `draft-${crypto.randomUUID()}`, msgtype, content, body, media_url, received: false, recalled: false, at: Date.now() / 1000, member: state.member,
});

const fromMember = (body) => ({ member: state.member.userid, ...body });

export function sendText(text) {
  send(newDraft("text", { content: text }, fromMember({ text })));
}

export function sendFile(kind, file) {
  const form = new FormData();
  form.append("member", state.member.userid);
  form.append("type", kind);
  form.append("media", file, file.name);
  send(newDraft(kind, { filename: file.name, size: file.size }, form, URL.createObjectURL(file)));
}

export function sendLocation(location) {
  const content = { type: "location", ...location };
  send(newDraft("location", content, fromMember(content)));
}

export function sendLink({ title, url }) {
  const content = { type: "link", title, url, description: url, picurl: "" };
  send(newDraft("link", content, fromMember(content)));
}

// Delivers the callback again, or sends a draft that never reached the emulator.
export function retry(entry) {
  if (entry.callback) return callApi("POST", `callbacks/${entry.callback.id}/replay`);
  state.drafts = state.drafts.filter((draft) => draft !== entry);
  return send({ ...entry, at: Date.now() / 1000 });
}
