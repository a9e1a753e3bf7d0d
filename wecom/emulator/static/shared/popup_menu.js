// A menu behind three dots. It closes with Escape and when the focus leaves it.
import { element } from "./dom.js";

// `fill()` returns the menu's nodes each time it opens. Returns the menu's `node` and `close()`.
export function popupMenu({ className, label, testId, fill }) {
  const list = element("div", { className: "popup-menu", role: "menu", hidden: true });
  const dots = element("button", {
    className: "menu-dots", type: "button", text: "⋯", "aria-label": label, "aria-expanded": "false", "data-testid": testId,
  });
  const setOpen = (open) => {
    if (open) list.replaceChildren(...fill());
    list.hidden = !open;
    dots.setAttribute("aria-expanded", String(open));
  };
  dots.addEventListener("click", () => setOpen(list.hidden));
  const node = element("div", { className }, dots, list);
  node.addEventListener("keydown", (event) => event.key === "Escape" && setOpen(false));
  node.addEventListener("focusout", (event) => node.contains(event.relatedTarget) || setOpen(false));
  return { node, close: () => setOpen(false) };
}
