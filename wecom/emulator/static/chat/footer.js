// Below the messages: the menu or the text field, or why the member cannot write.
import { drawMenu } from "../menu/app_menu.js";
import { byId } from "../shared/dom.js";
import { state } from "../shared/state.js";

export function drawFooter() {
  const member = state.members.find((one) => one.userid === state.member?.userid);
  const outside = member !== undefined && !member.reachable;
  byId("outside-range").hidden = !outside;
  drawMenu(outside || state.groupChat ? [] : state.application.menu);
  if (outside || state.groupChat) byId("composer-form").hidden = true;
  byId("group-note").hidden = !state.groupChat;
}
