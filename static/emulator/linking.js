// The sheet that asks for a link to send.
import { $ } from "./dom.js";

// `send({title, url})` gets what was filled in.
export function start(send) {
  const sheet = $("link-sheet");
  $("link-cancel").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close()); // beside it
  $("link-form").addEventListener("submit", () => {
    send({ title: $("link-name").value.trim(), url: $("link-url").value.trim() });
    $("link-form").reset();
  });
}

export function open() {
  $("link-sheet").showModal();
  $("link-name").focus();
}
