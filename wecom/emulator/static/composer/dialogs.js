// Small sheets that ask for something before it is sent: a link, a place, what a scanned code says.
import { $, make } from "../shared/dom.js";
import { say } from "../shared/texts.js";

// `fields` are inputs by name, with a label and attributes; `done(values)` gets what was filled in, trimmed.
function ask({ id, title, button = "send", fields }, done) {
  const inputs = Object.entries(fields).map(([name, { label, ...attributes }]) => [
    name, label, make("input", { ...attributes, name, required: true, "data-testid": `${id}-${name}` }),
  ]);
  const rows = inputs.map(([, label, input]) => make("label", {}, make("span", { text: say(label) }), input));
  const cancel = make("button", { type: "button", className: "plain", text: say("cancel"), click: () => sheet.close() });
  const ready = make("button", { type: "submit", className: "filled", text: say(button), "data-testid": `${id}-send` });
  const form = make(
    "form", { method: "dialog" }, make("h3", { id: `${id}-title`, text: say(title) }), ...rows,
    make("div", { className: "sheet-buttons" }, cancel, ready),
  );
  form.addEventListener("submit", () => done(Object.fromEntries(inputs.map(([name, , input]) => [name, input.value.trim()]))));
  const sheet = make("dialog", { className: "sheet", "aria-labelledby": `${id}-title` }, form);
  sheet.addEventListener("close", () => sheet.remove());
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close()); // beside it
  $("chat").append(sheet);
  sheet.showModal();
  center(sheet);
  inputs[0][2].select();
}

// In the middle of the phone, wherever on the desktop that is.
function center(sheet) {
  const { left, top, width, height } = $("chat").getBoundingClientRect();
  sheet.style.margin = "0";
  sheet.style.left = `${left + (width - sheet.offsetWidth) / 2}px`;
  sheet.style.top = `${top + Math.max(0, (height - sheet.offsetHeight) / 2)}px`;
}

export function link(send) {
  const fields = {
    name: { label: "title", maxlength: 128 },
    url: { label: "address", type: "url", placeholder: "https://example.com" },
  };
  ask({ id: "link", title: "linkTitle", fields }, ({ name, url }) => send({ title: name, url }));
}

export function place(send) {
  const degrees = (most) => ({ type: "number", step: "any", min: -most, max: most });
  const fields = {
    label: { label: "placeName", maxlength: 200, value: say("here") },
    latitude: { label: "latitude", ...degrees(90), value: 23.1065 },
    longitude: { label: "longitude", ...degrees(180), value: 113.3245 },
  };
  ask({ id: "place", title: "placeTitle", fields }, ({ label, latitude, longitude }) =>
    send({ label, latitude: Number(latitude), longitude: Number(longitude) }),
  );
}

export function code(scanned) {
  const fields = { code: { label: "codeSays", maxlength: 2000, placeholder: "https://example.com" } };
  ask({ id: "scan", title: "scanTitle", button: "scanned", fields }, ({ code }) => scanned(code));
}
