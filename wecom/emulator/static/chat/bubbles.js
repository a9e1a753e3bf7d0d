// The bubble of each kind of message.
import { emphasis, keyValues } from "../cards/card_parts.js";
import { templateCard } from "../cards/template_card.js";
import { element, externalLink, safeUrl } from "../shared/dom.js";
import { t } from "../shared/texts.js";
import { articleParagraphs, markdown, richText, textCard } from "./rich_text.js";
import { voiceButton } from "./voice_button.js";

const bubble = (className, ...children) => element("div", { className: `bubble ${className}` }, ...children);

function text({ content }) {
  return bubble("text", ...richText(content.content ?? ""));
}

function image(entry) {
  const picture = element("img", { src: entry.media_url, alt: t("image"), loading: "lazy" });
  const link = element("a", { href: entry.media_url, target: "_blank", rel: "noopener" }, picture);
  return bubble("plain image-bubble", link);
}

function video({ content, media_url: source }) {
  const player = element("video", {
    src: `${source}#t=0.1`, // the fragment makes browsers show a frame before it plays
    controls: true,
    playsinline: true,
    preload: "metadata",
    "data-testid": "video",
    "aria-label": content.title || t("video"),
  });
  const lines = [content.title, content.description && element("small", { text: content.description })].filter(Boolean);
  return bubble("plain video-bubble", player, lines.length ? element("div", { className: "caption" }, ...lines) : null);
}

const voice = ({ content, media_url: source }) => bubble("", voiceButton(source, content.seconds));

function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function file({ content, media_url: source }) {
  const suffix = content.filename.includes(".") ? content.filename.split(".").pop().slice(0, 4).toUpperCase() : "FILE";
  const lines = element("div", { className: "file-lines" });
  lines.append(element("div", { className: "file-name", text: content.filename }), element("div", { className: "file-size", text: fileSize(content.size) }));
  const icon = element("span", { className: "file-icon", text: suffix, "aria-hidden": "true" });
  return bubble("plain", element("a", { className: "card file", href: source, download: content.filename }, lines, icon));
}

function linkCard(url, title, description, footer) {
  const body = element("div", { className: "card-body" }, element("div", { className: "card-title", text: title }));
  if (description.length) body.append(element("div", { className: "card-text" }, ...description));
  const link = externalLink(url, body, footer ? element("div", { className: "card-footer", text: footer }) : null);
  link.classList.add("card");
  return bubble("plain", link);
}

const textcard = ({ content }) => linkCard(content.url, content.title, textCard(content.description), content.btntxt);
const link = ({ content }) => linkCard(content.url, content.title, [content.description], "");

function news({ content }) {
  const rows = content.articles.map((article, index) => {
    const lines = element("div", { className: "article-lines" }, element("div", { className: "card-title", text: article.title }));
    if (index === 0 && article.description) lines.append(element("div", { className: "card-text", text: article.description }));
    const picture = safeUrl(article.picurl) ? element("img", { src: article.picurl, alt: "", loading: "lazy" }) : null;
    picture?.addEventListener("error", () => picture.remove());
    const row = externalLink(article.url, lines, picture);
    row.classList.add("article");
    row.classList.toggle("first", index === 0);
    return row;
  });
  return bubble("plain", element("div", { className: "card" }, ...rows));
}

function location({ content }) {
  const body = element("div", { className: "card-body" }, element("div", { className: "card-title", text: content.label }));
  body.append(element("div", { className: "file-size", text: `${content.latitude}, ${content.longitude}` }));
  return bubble("plain", element("div", { className: "card" }, body, element("div", { className: "map", "aria-hidden": "true" })));
}

// An article of an mpnews message: its digest; the text opens below.
function mpnewsArticle(article, index) {
  const cover = article.thumb_url ? element("img", { src: article.thumb_url, alt: "", loading: "lazy" }) : null;
  const lines = element("div", { className: "article-lines" }, element("div", { className: "card-title", text: article.title }));
  if (index === 0 && article.digest) lines.append(element("div", { className: "card-text", text: article.digest }));
  const summary = element("summary", { className: `article ${index === 0 ? "first" : ""}` }, lines, cover);
  const body = element("div", { className: "article-text" }, ...articleParagraphs(article.content));
  if (article.author) body.prepend(element("p", { className: "author", text: article.author }));
  if (safeUrl(article.content_source_url)) body.append(externalLink(article.content_source_url, t("originalArticle")));
  return element("details", {}, summary, body);
}

const mpnews = ({ content }) => bubble("plain", element("div", { className: "card" }, ...content.articles.map(mpnewsArticle)));

function miniProgramNotice({ content }) {
  const source = element("div", { className: "card-source" }, element("span", { className: "color-grey", text: t("miniProgram") }));
  const title = element("div", { className: "card-title", text: content.title });
  const description = content.description ? element("div", { className: "card-text", text: content.description }) : null;
  const [first, ...rest] = content.content_item ?? [];
  const emphasized = content.emphasis_first_item && first ? emphasis({ title: first.value, desc: first.key }) : null;
  const items = emphasized ? rest : (content.content_item ?? []);
  const list = keyValues(items.map((item) => ({ keyname: item.key, value: item.value })));
  const body = element("div", { className: "card-body" }, source, title, description, emphasized, list);
  const footer = content.page ? element("div", { className: "card-footer", text: t("openMiniProgram") }) : null;
  return bubble("plain", element("div", { className: "card template-card", title: `${content.appid} ${content.page ?? ""}`.trim() }, body, footer));
}

const BUBBLES = {
  text, image, video, voice, file, textcard, news, link, location, mpnews,
  markdown: ({ content }) => bubble("markdown", ...markdown(content.content)),
  miniprogram_notice: miniProgramNotice,
  template_card: (entry, { press }) => bubble("plain", templateCard(entry, (key, selected) => press(entry, key, selected))),
};

// `press(entry, key, selected)` is called when a button of a card is pressed.
export const messageBubble = (entry, actions) => (BUBBLES[entry.msgtype] ?? text)(entry, actions);
