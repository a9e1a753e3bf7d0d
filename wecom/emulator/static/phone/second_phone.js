// A second phone beside the first, for another member: this page again in a frame, without its inspector.
import { byId } from "../shared/dom.js";
import { t } from "../shared/texts.js";

const address = new URL(location.href);
const embedded = address.searchParams.has("embedded"); // this page is the second phone

// `userid` is the member of the second phone; null closes it.
function show(userid) {
  const open = userid !== null;
  const label = t(open ? "closeSecondPhone" : "openSecondPhone");
  byId("second-phone").hidden = !open;
  byId("layout").classList.toggle("two-phones", open);
  byId("second-phone-toggle").setAttribute("aria-pressed", String(open));
  byId("second-phone-toggle").setAttribute("aria-label", label);
  byId("second-phone-toggle").title = label;
  const page = new URL(location.href);
  if (open) page.searchParams.set("second", userid);
  else page.searchParams.delete("second");
  history.replaceState(null, "", page);
  const frame = new URL(page);
  frame.searchParams.delete("second");
  frame.searchParams.set("embedded", "");
  frame.hash = userid ?? "";
  byId("second-phone-frame").src = open ? frame.href : "about:blank";
}

// `otherMember()` returns the user ID of a member who is not on the first phone.
export function start(otherMember) {
  byId("second-phone-frame").title = t("secondPhone");
  document.body.classList.toggle("embedded", embedded);
  if (embedded) return;
  show(address.searchParams.get("second"));
  byId("second-phone-toggle").addEventListener("click", () => show(byId("second-phone").hidden ? otherMember() : null));
}
