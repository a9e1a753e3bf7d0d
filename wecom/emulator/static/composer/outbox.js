// What the person sends. A draft stands for it in the chat until the server has it.
import { call } from "../shared/control_api.js";

let chat = null;

// `chat` has the phone's `state`, and `draw`, `toEnd`, and `happened` for news that had to wait.
export function start(given) {
  chat = given;
}

export async function send(draft) {
  const { state, draw, toEnd, happened } = chat;
  const { member, body } = draft;
  draft.status = "queued";
  state.unsent.push(draft);
  draw();
  toEnd();
  state.sending += 1;
  try {
    const { entry } = await call("POST", "send", body);
    if (state.member === member) state.entries.set(entry.id, entry);
    state.unsent = state.unsent.filter((one) => one !== draft);
  } catch {
    draft.status = "unsent";
  } finally {
    state.sending -= 1;
  }
  state.held.splice(0).forEach(happened);
  draw();
  toEnd();
}

const make = (msgtype, content, body, media_url = null) => ({
  id: `draft-${crypto.randomUUID()}`, msgtype, content, body, media_url, received: false, recalled: false, at: Date.now() / 1000,
  member: chat.state.member,
});

const own = (body) => ({ member: chat.state.member.userid, ...body });

export function text(words) {
  send(make("text", { content: words }, own({ text: words })));
}

export function file(kind, given) {
  const form = new FormData();
  form.append("member", chat.state.member.userid);
  form.append("type", kind);
  form.append("media", given, given.name);
  send(make(kind, { filename: given.name, size: given.size }, form, URL.createObjectURL(given)));
}

export function place(given) {
  const said = { type: "location", ...given };
  send(make("location", said, own(said)));
}

export function link({ title, url }) {
  const said = { type: "link", title, url, description: url, picurl: "" };
  send(make("link", said, own(said)));
}

export function retry(entry) {
  if (entry.callback) return call("POST", `callbacks/${entry.callback.id}/replay`);
  chat.state.unsent = chat.state.unsent.filter((one) => one !== entry);
  return send({ ...entry, at: Date.now() / 1000 });
}
