// A second phone beside the first, for another member: the same page in a frame, without its inspector.
import { $ } from "../shared/dom.js";
import { say } from "../shared/texts.js";

const here = new URL(location.href);
export const alone = here.searchParams.has("alone"); // this page is the second phone

function show(userid) {
  const open = userid !== null;
  const words = say(open ? "onePhone" : "twoPhones");
  $("second").hidden = !open;
  $("desk").classList.toggle("two", open);
  $("second-phone").setAttribute("aria-pressed", String(open));
  $("second-phone").setAttribute("aria-label", words);
  $("second-phone").title = words;
  const page = new URL(location.href);
  if (open) page.searchParams.set("second", userid);
  else page.searchParams.delete("second");
  history.replaceState(null, "", page);
  const frame = new URL(page);
  frame.searchParams.delete("second");
  frame.searchParams.set("alone", "");
  frame.hash = userid ?? "";
  $("second-frame").src = open ? frame.href : "about:blank";
}

// `other()` is the user ID of somebody else than who is on the first phone.
export function start(other) {
  $("second-frame").title = say("secondPhone");
  document.body.classList.toggle("alone", alone);
  if (alone) return;
  show(here.searchParams.get("second"));
  $("second-phone").addEventListener("click", () => show($("second").hidden ? other() : null));
}
