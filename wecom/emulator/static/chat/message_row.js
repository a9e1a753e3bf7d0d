// One entry of a chat as a row: avatar, bubble and send status.
import { applicationAvatar, memberAvatar } from "../shared/avatar.js";
import { element } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { messageBubble } from "./bubbles.js";

// The status of a sent message: on its way, or failed with a button to send it again.
function sendStatus(entry, retry) {
  const status = entry.status ?? entry.callback?.status;
  if (status === "queued") return element("span", { className: "send-status pending", role: "img", "aria-label": t("sending") });
  if (status !== "failed" && status !== "unsent") return null;
  const label = t(status === "failed" ? "notAccepted" : "notSent");
  return element("button", {
    className: "send-status failed", type: "button", text: "!", title: label, "aria-label": label, "data-testid": "failed", click: () => retry(entry),
  });
}

// Received messages are on the left, sent ones on the right.
export function messageRow(entry, { application, member, retry, press }) {
  if (entry.recalled) return element("p", { className: "system-note", text: t("recalled", application.name), "data-testid": "recalled" });
  const incoming = entry.received;
  const row = element("article", { className: `message ${incoming ? "in" : "out"}`, "data-testid": incoming ? "bubble-in" : "bubble-out" });
  row.dataset.msgtype = entry.msgtype;
  row.setAttribute("aria-label", incoming ? application.name : member.name);
  const column = element("div", { className: "bubble-column" }, messageBubble(entry, { press }));
  row.append(incoming ? applicationAvatar() : memberAvatar(member), column);
  const status = incoming ? null : sendStatus(entry, retry);
  if (status) row.append(status);
  return row;
}
