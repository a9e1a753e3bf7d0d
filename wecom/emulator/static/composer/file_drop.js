// Files that are dropped on the chat or pasted into it.
import { $, toast } from "../shared/dom.js";
import { say } from "../shared/texts.js";

const KINDS = { "image/png": "image", "image/jpeg": "image", "video/mp4": "video" };

const kindOf = ({ type, name }) => KINDS[type] ?? (type.startsWith("audio/") || name.endsWith(".amr") ? "voice" : null);

// `send(kind, file)` gets each file that an application can receive.
export function start(send) {
  const chat = $("chat");
  const take = (files) => {
    for (const file of files) {
      const kind = kindOf(file);
      if (kind) send(kind, file);
      else toast(say("noFiles"));
    }
  };
  const here = (yes) => ($("drop-here").hidden = !yes);
  chat.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    here(true);
  });
  chat.addEventListener("dragleave", (event) => chat.contains(event.relatedTarget) || here(false));
  chat.addEventListener("drop", (event) => {
    event.preventDefault();
    here(false);
    take(event.dataTransfer.files);
  });
  $("composer").addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
}
