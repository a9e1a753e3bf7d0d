// The conversations on a member's phone: applications that they see, and group chats.
import { messagePreview } from "../chat/message_preview.js";
import { applicationAvatar } from "../shared/avatar.js";
import { callApi, CORP_ID } from "../shared/control_api.js";
import { byId, element } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { listLines } from "./list_item.js";

const isGroup = (conversation) => conversation.kind === "group";

function preview(conversation) {
  if (conversation.last) return messagePreview(conversation.last, { name: conversation.name });
  return isGroup(conversation) ? t("groupSize", conversation.people) : t("noMessages");
}

function listItem(conversation, member, openApplication) {
  const { last, unread, name } = conversation;
  const names = [element("span", { className: "list-name grow", text: name || t("groupChat") })];
  const link = element("a", {
    className: "list-item", href: addressOf(conversation, member, openApplication),
    "data-testid": `conversation-${isGroup(conversation) ? conversation.id : conversation.agentid}`,
  });
  const avatar = isGroup(conversation) ? element("span", { className: "avatar group", text: "群", "aria-hidden": "true" }) : applicationAvatar();
  avatar.classList.add("large");
  link.append(avatar, listLines({ names, last, preview: preview(conversation), unread }));
  return element("li", {}, link);
}

// Another application is another page: title, menu and keys belong to the whole page.
function addressOf(conversation, member, openApplication) {
  const hash = `#${encodeURIComponent(member.userid)}${isGroup(conversation) ? `/${conversation.id}` : ""}`;
  if (conversation.agentid === openApplication.agentid) return hash;
  const page = new URL(location.href);
  page.searchParams.set("agentid", conversation.agentid);
  if (CORP_ID) page.searchParams.set("corpid", CORP_ID);
  page.hash = hash;
  return page.href;
}

// Draws the list; returns the conversations.
export async function drawConversations(member, openApplication) {
  const { conversations } = await callApi("GET", "conversations", { member: member.userid });
  byId("conversation-list").replaceChildren(...conversations.map((conversation) => listItem(conversation, member, openApplication)));
  return conversations;
}
