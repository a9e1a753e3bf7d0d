// One line of the lists: a member, or a conversation of theirs.
import { element } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { listTime } from "../shared/time_format.js";

// `names` are the nodes of the first line, `preview` the text of the second; `last` is the last message.
export function listLines({ names, last, preview, unread }) {
  const first = element("div", { className: "list-line" }, ...names);
  if (last) first.append(element("span", { className: "list-time", text: listTime(last.at) }));
  const second = element("div", { className: "list-line" }, element("span", { className: "list-preview", text: preview }));
  if (unread) second.append(element("span", { className: "badge", text: String(unread), "aria-label": t("unread", unread) }));
  return element("span", { className: "list-lines" }, first, second);
}
