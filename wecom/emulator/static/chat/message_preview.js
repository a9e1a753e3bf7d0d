// A message as one line of a list.
import { t } from "../shared/texts.js";

export function messagePreview(entry, application) {
  if (entry.recalled) return t("recalled", application.name);
  if (entry.msgtype === "text") return entry.content.content;
  const title = entry.content.main_title?.title ?? (entry.received ? entry.content.title : "");
  return `${t(`kind.${entry.msgtype}`)} ${title ?? ""}`.trim();
}
