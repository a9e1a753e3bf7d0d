// The row at the bottom of a chat: text, emoji, and the tray of what else can be sent.
import { byId, element } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { showToast } from "../shared/toast.js";

const EMOJI = [..."😀😄😁😂🤣😊😇🙂😉😍🥰😘😜🤔🤗🤭😎🥳😴😅😭😢😤😡🤯😱👍👎👏🙏💪🤝✌👌👋❤💔🎉🎁🌹☕🍺🌞🌙⭐🔥💯✅"];
const FILE_INPUTS = { "image-file": "image", "video-file": "video", "voice-file": "voice" };
const TRAYS = ["emoji", "more"];

// Each of the actions is called when the member chooses it.
export function start({ sendText, sendFile, sendLocation, sendLink, reopenChat, leaveRange }) {
  startTextField(sendText);
  for (const name of TRAYS) byId(name).addEventListener("click", () => openTray(byId(`${name}-tray`).hidden ? name : null));
  byId("emoji-tray").append(...EMOJI.map((emoji) => element("button", { type: "button", text: emoji, "aria-label": emoji, click: () => insert(emoji) })));
  for (const [id, kind] of Object.entries(FILE_INPUTS)) startFileInput(byId(id), (file) => sendFile(kind, file));
  const buttons = {
    "send-location": sendLocation, "send-link": sendLink, "send-file": () => showToast(t("filesNotDelivered")), "reopen-chat": reopenChat, "leave-range": leaveRange,
  };
  for (const [id, action] of Object.entries(buttons)) {
    byId(id).addEventListener("click", () => {
      openTray(null);
      action();
    });
  }
  resize();
}

// Opens a tray and closes the other one; null closes both.
function openTray(wanted) {
  for (const name of TRAYS) {
    byId(`${name}-tray`).hidden = name !== wanted;
    byId(name).setAttribute("aria-expanded", String(name === wanted));
  }
}

function startTextField(sendText) {
  const field = byId("composer");
  field.placeholder = t("messagePlaceholder");
  const submit = () => {
    const text = field.value.replace(/\s+$/, "");
    if (!text.trim()) return;
    field.value = "";
    resize();
    sendText(text);
  };
  field.addEventListener("input", resize);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return; // Enter also confirms an input method's choice
    event.preventDefault();
    submit();
  });
  field.addEventListener("focus", () => openTray(null));
  byId("composer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    field.focus();
  });
}

// Fits the field to its text. The send button takes the place of the plus while there is text.
function resize() {
  const field = byId("composer");
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
  const filled = field.value.trim() !== "";
  byId("send").hidden = !filled;
  byId("more").hidden = filled;
}

function insert(emoji) {
  const field = byId("composer");
  field.setRangeText(emoji, field.selectionStart, field.selectionEnd, "end");
  resize();
}

function startFileInput(input, send) {
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = "";
    openTray(null);
    if (file) send(file);
  });
  input.parentElement.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") input.click();
  });
}
