// The application's menu below the chat, its submenus, and the switch between menu and text field.
import { byId, element, externalLink } from "../shared/dom.js";

let typing = false; // whether the member has switched to the text field
let shownButtons = "[]";
let pressButton = (_button) => {};

// `onPress(button)` is called with a button of the menu.
export function start(onPress) {
  pressButton = (button) => {
    closeSubmenus();
    onPress(button);
  };
  byId("to-keyboard").addEventListener("click", () => switchToText(true));
  byId("to-menu").addEventListener("click", () => switchToText(false));
  document.addEventListener("click", (event) => event.target.closest(".menu-column") || closeSubmenus());
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeSubmenus());
}

export function drawMenu(buttons) {
  const wanted = JSON.stringify(buttons);
  if (wanted !== shownButtons) byId("menu-buttons").replaceChildren(...buttons.map(menuColumn));
  shownButtons = wanted;
  showMenuOrText();
}

function switchToText(yes) {
  typing = yes;
  showMenuOrText();
  if (yes) byId("composer").focus();
}

function showMenuOrText() {
  const empty = shownButtons === "[]";
  byId("menu-row").hidden = empty || typing;
  byId("to-menu").hidden = empty;
  byId("composer-form").hidden = !empty && !typing;
}

function closeSubmenus() {
  for (const button of byId("menu-buttons").querySelectorAll("[aria-expanded=true]")) {
    button.setAttribute("aria-expanded", "false");
    button.parentElement.querySelector(".submenu").hidden = true;
  }
}

function menuColumn(button) {
  if (!button.sub_button?.length) return element("div", { className: "menu-column" }, menuItem(button));
  const submenu = element("ul", { className: "submenu", hidden: true, "data-testid": "submenu" });
  submenu.append(...button.sub_button.map((item) => element("li", {}, menuItem(item))));
  const node = element("button", { className: "menu-button has-submenu", type: "button", text: button.name, "aria-expanded": "false", "data-testid": "menu-button" });
  node.addEventListener("click", () => {
    const open = node.getAttribute("aria-expanded") === "true";
    closeSubmenus();
    node.setAttribute("aria-expanded", String(!open));
    submenu.hidden = open;
  });
  return element("div", { className: "menu-column" }, submenu, node);
}

function menuItem(button) {
  const press = () => pressButton(button);
  const options = { className: "menu-button", "data-testid": "menu-button" };
  if (button.type === "view") {
    const link = externalLink(button.url, button.name);
    link.className = options.className;
    link.dataset.testid = options["data-testid"];
    link.addEventListener("click", press);
    return link;
  }
  return element("button", { ...options, type: "button", text: button.name, click: press });
}
