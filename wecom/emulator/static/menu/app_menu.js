// The application's menu at the bottom: its bar, the menus that its buttons open, and the keyboard that takes its place.
import { $, anchor, make } from "../shared/dom.js";

let writing = false; // whether the person has chosen the keyboard
let drawn = "[]";

// `tapped(button)` gets what was pressed.
export function start(tapped) {
  $("to-keyboard").addEventListener("click", () => choose(true));
  $("to-menu").addEventListener("click", () => choose(false));
  document.addEventListener("click", (event) => event.target.closest(".menu-column") || close());
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
  $("menu-row").addEventListener("pressed", ({ detail }) => {
    close();
    tapped(detail);
  });
}

export function draw(buttons) {
  const wanted = JSON.stringify(buttons);
  if (wanted !== drawn) $("menu-buttons").replaceChildren(...buttons.map(column));
  drawn = wanted;
  show();
}

function choose(keyboard) {
  writing = keyboard;
  show();
  if (keyboard) $("composer").focus();
}

function show() {
  const none = drawn === "[]";
  $("menu-row").hidden = none || writing;
  $("to-menu").hidden = none;
  $("composer-form").hidden = !none && !writing;
}

function close() {
  for (const button of $("menu-buttons").querySelectorAll("[aria-expanded=true]")) {
    button.setAttribute("aria-expanded", "false");
    button.parentElement.querySelector(".submenu").hidden = true;
  }
}

function column(top) {
  if (!top.sub_button?.length) return make("div", { className: "menu-column" }, item(top));
  const list = make("ul", { className: "submenu", hidden: true, "data-testid": "submenu" });
  list.append(...top.sub_button.map((one) => make("li", {}, item(one))));
  const button = make("button", { className: "menu-button opens", type: "button", text: top.name, "aria-expanded": "false", "data-testid": "menu-button" });
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") === "true";
    close();
    button.setAttribute("aria-expanded", String(!open));
    list.hidden = open;
  });
  return make("div", { className: "menu-column" }, list, button);
}

function item(one) {
  const press = () => $("menu-row").dispatchEvent(new CustomEvent("pressed", { detail: one }));
  const options = { className: "menu-button", "data-testid": "menu-button" };
  if (one.type === "view") {
    const link = anchor(one.url, one.name);
    link.className = options.className;
    link.dataset.testid = options["data-testid"];
    link.addEventListener("click", press);
    return link;
  }
  return make("button", { ...options, type: "button", text: one.name, click: press });
}
