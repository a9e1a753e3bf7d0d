// Files that are dropped on the chat or pasted into the text field.
import { byId } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { showToast } from "../shared/toast.js";

const KINDS = { "image/png": "image", "image/jpeg": "image", "video/mp4": "video" };

const kindOf = ({ type, name }) => KINDS[type] ?? (type.startsWith("audio/") || name.endsWith(".amr") ? "voice" : null);

// `send(kind, file)` is called for each file that an application can receive.
export function start(send) {
  const chat = byId("chat");
  const sendAll = (files) => {
    for (const file of files) {
      const kind = kindOf(file);
      if (kind) send(kind, file);
      else showToast(t("filesNotDelivered"));
    }
  };
  const showHint = (visible) => (byId("drop-hint").hidden = !visible);
  chat.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    showHint(true);
  });
  chat.addEventListener("dragleave", (event) => chat.contains(/** @type {Node} */ (event.relatedTarget)) || showHint(false));
  chat.addEventListener("drop", (event) => {
    event.preventDefault();
    showHint(false);
    sendAll(event.dataTransfer.files);
  });
  byId("composer").addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    sendAll(event.clipboardData.files);
  });
}
