// What the buttons of the application's menu do: each tells the application; some ask for a code, pictures or a place.
import { $, make, safeUrl, toast } from "../shared/dom.js";
import { call } from "../shared/control_api.js";
import * as sheets from "../composer/dialogs.js";
import { say } from "../shared/texts.js";

const MOST = 9; // pictures at a time

export function tap(member, button) {
  (ACTS[button.type] ?? tell)(member, button);
}

async function tell(member, button, given = {}) {
  const named = { member: member.userid, key: button.key ?? button.url ?? button.pagepath };
  try {
    await call("POST", "tap", given instanceof FormData ? fill(given, named) : { ...named, ...given });
  } catch (error) {
    if (!(error instanceof TypeError)) toast(error.message);
  }
}

function fill(form, named) {
  for (const [name, value] of Object.entries(named)) form.append(name, value);
  return form;
}

function scan(member, button) {
  sheets.code((code) => {
    tell(member, button, { code });
    if (button.type === "scancode_waitmsg") return toast(say("receiving"));
    const url = safeUrl(code); // who only pushes shows what was scanned: an address opens
    return url ? void open(url, "_blank", "noopener") : toast(say("scanResult", code));
  });
}

function pictures(member, button) {
  const several = button.type !== "pic_sysphoto";
  const input = make("input", {
    type: "file", accept: "image/png,image/jpeg", hidden: true, multiple: several, capture: several ? null : "environment",
  });
  input.addEventListener("cancel", () => input.remove());
  input.addEventListener("change", () => {
    input.remove();
    const files = [...input.files].slice(0, several ? MOST : 1);
    const form = new FormData();
    for (const file of files) form.append("pictures", file, file.name);
    if (files.length) tell(member, button, form);
  });
  $("chat").append(input);
  input.click();
}

function enterMiniProgram(member, button) {
  tell(member, button);
  toast(say("inMiniProgram", button.name));
}

const ACTS = {
  scancode_push: scan,
  scancode_waitmsg: scan,
  pic_sysphoto: pictures,
  pic_photo_or_album: pictures,
  pic_weixin: pictures,
  location_select: (member, button) => sheets.place((place) => tell(member, button, place)),
  view_miniprogram: enterMiniProgram,
};
