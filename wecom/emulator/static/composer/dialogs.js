// Dialogs that ask for a link, a location or the content of a scanned code.
import { byId, element } from "../shared/dom.js";
import { t } from "../shared/texts.js";

/** @typedef {import("../shared/texts.js").Name} Name */
/** @typedef {Record<string, { label: Name, [attribute: string]: unknown }>} Fields */

// `fields` are inputs by name, with a label and attributes; `submit(values)` gets what was entered, trimmed.
/**
 * @param {{ id: string, title: Name, button?: Name, fields: Fields }} dialog
 * @param {(values: Record<string, string>) => void} submit
 */
function openDialog({ id, title, button = "send", fields }, submit) {
  const inputs = Object.entries(fields).map(([name, { label, ...attributes }]) => [
    name, label, element("input", { ...attributes, name, required: true, "data-testid": `${id}-${name}` }),
  ]);
  const rows = inputs.map(([, label, input]) => element("label", {}, element("span", { text: t(label) }), input));
  const cancelButton = element("button", { type: "button", className: "plain", text: t("cancel"), click: () => dialog.close() });
  const submitButton = element("button", { type: "submit", className: "filled", text: t(button), "data-testid": `${id}-send` });
  const form = element(
    "form", { method: "dialog" }, element("h3", { id: `${id}-title`, text: t(title) }), ...rows,
    element("div", { className: "dialog-buttons" }, cancelButton, submitButton),
  );
  form.addEventListener("submit", () => submit(Object.fromEntries(inputs.map(([name, , input]) => [name, input.value.trim()]))));
  const dialog = element("dialog", { className: "dialog", "aria-labelledby": `${id}-title` }, form);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // a click on the backdrop
  byId("chat").append(dialog);
  dialog.showModal();
  center(dialog);
  inputs[0][2].select();
}

// In the middle of the phone, wherever that is in the window.
function center(dialog) {
  const { left, top, width, height } = byId("chat").getBoundingClientRect();
  dialog.style.margin = "0";
  dialog.style.left = `${left + (width - dialog.offsetWidth) / 2}px`;
  dialog.style.top = `${top + Math.max(0, (height - dialog.offsetHeight) / 2)}px`;
}

export function askLink(submit) {
  /** @type {Fields} */
  const fields = {
    name: { label: "title", maxlength: 128 },
    url: { label: "address", type: "url", placeholder: "https://example.com" },
  };
  openDialog({ id: "link", title: "linkTitle", fields }, ({ name, url }) => submit({ title: name, url }));
}

export function askLocation(submit) {
  const degrees = (most) => ({ type: "number", step: "any", min: -most, max: most });
  /** @type {Fields} */
  const fields = {
    label: { label: "locationName", maxlength: 200, value: t("locationDefault") },
    latitude: { label: "latitude", ...degrees(90), value: 23.1065 },
    longitude: { label: "longitude", ...degrees(180), value: 113.3245 },
  };
  openDialog({ id: "location", title: "locationTitle", fields }, ({ label, latitude, longitude }) =>
    submit({ label, latitude: Number(latitude), longitude: Number(longitude) }),
  );
}

export function askScannedCode(submit) {
  /** @type {Fields} */
  const fields = { code: { label: "codeContent", maxlength: 2000, placeholder: "https://example.com" } };
  openDialog({ id: "scan", title: "scanTitle", button: "done", fields }, ({ code }) => submit(code));
}
