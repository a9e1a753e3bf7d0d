// The row at the bottom: text, emoji, pictures, videos, a place.
import { $, make, toast } from "../shared/dom.js";
import { say } from "../shared/texts.js";

const EMOJI = [..."😀😄😁😂🤣😊😇🙂😉😍🥰😘😜🤔🤗🤭😎🥳😴😅😭😢😤😡🤯😱👍👎👏🙏💪🤝✌👌👋❤💔🎉🎁🌹☕🍺🌞🌙⭐🔥💯✅"];

export function start({ sendText, sendFile, sendPlace, sendLink, enter, leave }) {
  const field = $("composer");
  field.placeholder = say("writeHere");
  const fit = () => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    const filled = field.value.trim() !== "";
    $("send").hidden = !filled;
    $("more").hidden = filled;
  };
  const submit = () => {
    const text = field.value.replace(/\s+$/, "");
    if (!text.trim()) return;
    field.value = "";
    fit();
    sendText(text);
  };
  field.addEventListener("input", fit);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return; // Enter also confirms an input method's choice
    event.preventDefault();
    submit();
  });
  field.addEventListener("focus", () => open(null));
  $("composer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    field.focus();
  });

  const trays = { emoji: $("emoji-tray"), more: $("more-tray") };
  const open = (wanted) => {
    for (const [name, tray] of Object.entries(trays)) {
      tray.hidden = name !== wanted;
      $(name).setAttribute("aria-expanded", String(name === wanted));
    }
  };
  for (const name of Object.keys(trays)) $(name).addEventListener("click", () => open(trays[name].hidden ? name : null));
  const insert = (character) => {
    field.setRangeText(character, field.selectionStart, field.selectionEnd, "end");
    fit();
  };
  trays.emoji.append(...EMOJI.map((one) => make("button", { type: "button", text: one, "aria-label": one, click: () => insert(one) })));

  for (const [id, kind] of [["picture", "image"], ["film", "video"], ["sound", "voice"]]) {
    $(id).addEventListener("change", () => {
      const [file] = $(id).files;
      $(id).value = "";
      open(null);
      if (file) sendFile(kind, file);
    });
    $(id).parentElement.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") $(id).click();
    });
  }
  const tiles = { place: sendPlace, "page-link": sendLink, paper: () => toast(say("noFiles")), enter, leave };
  for (const [id, act] of Object.entries(tiles)) {
    $(id).addEventListener("click", () => {
      open(null);
      act();
    });
  }
  fit();
}
