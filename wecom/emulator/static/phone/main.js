// Starts the phone's page.
import { markRead } from "../chat/chat.js";
import { drawMessages, scrollToEnd, watchScrolling } from "../chat/message_list.js";
import * as composer from "../composer/composer.js";
import { askLink, askLocation } from "../composer/dialogs.js";
import * as fileDrop from "../composer/file_drop.js";
import * as outbox from "../composer/outbox.js";
import * as voiceRecorder from "../composer/voice_recorder.js";
import * as inspector from "../inspector/inspector.js";
import * as memberList from "../members/member_list.js";
import { choosePhone, loadMembers } from "../members/members.js";
import * as appMenu from "../menu/app_menu.js";
import { pressMenuButton } from "../menu/button_actions.js";
import { ignoreNetworkErrors } from "../shared/control_api.js";
import { byId } from "../shared/dom.js";
import { connect } from "../shared/live_connection.js";
import { state } from "../shared/state.js";
import { translatePage } from "../shared/texts.js";
import { currentTime } from "../shared/time_format.js";
import { loadApplication, onUpdate, reload, showConnectionStatus } from "./live_updates.js";
import { openApplication, setVisible } from "./member_actions.js";
import { followAddress, startNavigation } from "./navigation.js";
import * as notificationSound from "./notification_sound.js";
import * as secondPhone from "./second_phone.js";

const WIDE = "(min-width: 1180px)"; // here the list of members stands beside the phone

function startClock() {
  const tick = () => (byId("status-clock").textContent = currentTime());
  tick();
  setInterval(tick, 5000);
}

function startChat() {
  composer.start({
    sendText: outbox.sendText,
    sendFile: outbox.sendFile,
    sendLocation: () => askLocation(outbox.sendLocation),
    sendLink: () => askLink(outbox.sendLink),
    reopenChat: () => ignoreNetworkErrors(openApplication(state.member)),
    leaveRange: () => setVisible(state.member, false),
  });
  outbox.start({ draw: drawMessages, scrollToEnd, onUpdate });
  voiceRecorder.start((file) => outbox.sendFile("voice", file));
  fileDrop.start(outbox.sendFile);
  appMenu.start((button) => pressMenuButton(state.member, button));
  byId("return-to-range").addEventListener("click", () => setVisible(state.member, true));
  watchScrolling();
}

async function start() {
  translatePage(document);
  startClock();
  notificationSound.start();
  await loadApplication();
  startChat();
  inspector.start();
  memberList.start();
  await memberList.loadDepartments();
  await loadMembers();
  startNavigation();
  document.addEventListener("visibilitychange", () => ignoreNetworkErrors(markRead()));
  secondPhone.start(() => state.members.find((member) => !member.left && member.userid !== state.member?.userid)?.userid ?? "");
  if (location.hash.length > 1) followAddress();
  else if (matchMedia(WIDE).matches && state.members.length) choosePhone(state.members[0].userid);
  connect({ onUpdate, reload, onStatus: showConnectionStatus });
}

start();
