// What the buttons of the application's menu do. Each tells the application; some first ask for a code, pictures or a location.
import { askLocation, askScannedCode } from "../composer/dialogs.js";
import { callApi } from "../shared/control_api.js";
import { byId, element, safeUrl } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { showToast } from "../shared/toast.js";

const MOST_PICTURES = 9;

export function pressMenuButton(member, button) {
  (ACTIONS[button.type] ?? tellApplication)(member, button);
}

// `input` is what the button asked for: fields, or a form with pictures.
async function tellApplication(member, button, input = {}) {
  const pressed = { member: member.userid, key: button.key ?? button.url ?? button.pagepath };
  try {
    await callApi("POST", "tap", input instanceof FormData ? withFields(input, pressed) : { ...pressed, ...input });
  } catch (error) {
    if (!(error instanceof TypeError)) showToast(error.message);
  }
}

function withFields(form, fields) {
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

function scan(member, button) {
  askScannedCode((code) => {
    tellApplication(member, button, { code });
    if (button.type === "scancode_waitmsg") return showToast(t("receivingMessage"));
    const url = safeUrl(code); // scancode_push shows the result: an address opens
    return url ? void open(url, "_blank", "noopener") : showToast(t("scanResult", code));
  });
}

function choosePictures(member, button) {
  const several = button.type !== "pic_sysphoto";
  const input = element("input", {
    type: "file", accept: "image/png,image/jpeg", hidden: true, multiple: several, capture: several ? null : "environment",
  });
  input.addEventListener("cancel", () => input.remove());
  input.addEventListener("change", () => {
    input.remove();
    const files = [...input.files].slice(0, several ? MOST_PICTURES : 1);
    const form = new FormData();
    for (const file of files) form.append("pictures", file, file.name);
    if (files.length) tellApplication(member, button, form);
  });
  byId("chat").append(input);
  input.click();
}

function openMiniProgram(member, button) {
  tellApplication(member, button);
  showToast(t("inMiniProgram", button.name));
}

const ACTIONS = {
  scancode_push: scan,
  scancode_waitmsg: scan,
  pic_sysphoto: choosePictures,
  pic_photo_or_album: choosePictures,
  pic_weixin: choosePictures,
  location_select: (member, button) => askLocation((location) => tellApplication(member, button, location)),
  view_miniprogram: openMiniProgram,
};
