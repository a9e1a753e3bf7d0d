// One entry of a chat as a row: avatar, bubble, and how the sending went.
import { emphasis, facts } from "../cards/card_parts.js";
import { templateCard } from "../cards/template_card.js";
import { anchor, appAvatar, avatar, make, safeUrl } from "../shared/dom.js";
import { cardText, markdown, plainWords, richText } from "./rich_text.js";
import { say } from "../shared/texts.js";

const bubble = (className, ...children) => make("div", { className: `bubble ${className}` }, ...children);

function text({ content }) {
  return bubble("text", ...richText(content.content ?? ""));
}

function picture(entry) {
  const image = make("img", { src: entry.media_url, alt: say("picture"), loading: "lazy" });
  const link = make("a", { href: entry.media_url, target: "_blank", rel: "noopener" }, image);
  return bubble("plain picture-bubble", link);
}

function film({ content, media_url: source }) {
  const video = make("video", {
    src: `${source}#t=0.1`, // the fragment makes browsers show a frame before it plays
    controls: true,
    playsinline: true,
    preload: "metadata",
    "data-testid": "video",
    "aria-label": content.title || say("video"),
  });
  const words = [content.title, content.description && make("small", { text: content.description })].filter(Boolean);
  return bubble("plain film-bubble", video, words.length ? make("div", { className: "caption" }, ...words) : null);
}

const WAVES = "M3 8.5a3.5 3.5 0 0 1 0 5M6.5 5.5a8 8 0 0 1 0 11M10 2.5a12.5 12.5 0 0 1 0 17";

function waves() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 22");
  svg.setAttribute("width", "16");
  svg.setAttribute("height", "22");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", WAVES);
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", "currentColor");
  path.setAttribute("stroke-width", "1.8");
  path.setAttribute("stroke-linecap", "round");
  svg.append(path);
  return svg;
}

function voice({ content, media_url: source }) {
  const seconds = Math.max(1, Math.round(content.seconds ?? 1));
  const sound = make("audio", { src: `${source}/listen`, preload: "none" });
  const button = make("button", { className: "voice", type: "button", "aria-label": `${say("kind.voice")} ${say("seconds", seconds)}` });
  button.append(waves(), make("span", { text: `${seconds}″` }), sound);
  button.style.width = `${Math.min(76 + seconds * 4, 190)}px`;
  button.addEventListener("click", () => (sound.paused ? sound.play() : sound.pause()));
  for (const name of ["play", "pause", "ended"]) {
    sound.addEventListener(name, () => button.classList.toggle("playing", !sound.paused));
  }
  return bubble("", button);
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function file({ content, media_url: source }) {
  const kind = content.filename.includes(".") ? content.filename.split(".").pop().slice(0, 4).toUpperCase() : "FILE";
  const lines = make("div", { className: "file-lines" });
  lines.append(make("div", { className: "file-name", text: content.filename }), make("div", { className: "file-size", text: size(content.size) }));
  const icon = make("span", { className: "file-icon", text: kind, "aria-hidden": "true" });
  return bubble("plain", make("a", { className: "card file", href: source, download: content.filename }, lines, icon));
}

function card(url, title, words, foot) {
  const body = make("div", { className: "card-body" }, make("div", { className: "card-title", text: title }));
  if (words.length) body.append(make("div", { className: "card-text" }, ...words));
  const link = anchor(url, body, foot ? make("div", { className: "card-foot", text: foot }) : null);
  link.classList.add("card");
  return bubble("plain", link);
}

const textcard = ({ content }) => card(content.url, content.title, cardText(content.description), content.btntxt);
const link = ({ content }) => card(content.url, content.title, [content.description], "");

function news({ content }) {
  const rows = content.articles.map((article, index) => {
    const lines = make("div", { className: "article-lines" }, make("div", { className: "card-title", text: article.title }));
    if (index === 0 && article.description) lines.append(make("div", { className: "card-text", text: article.description }));
    const image = safeUrl(article.picurl) ? make("img", { src: article.picurl, alt: "", loading: "lazy" }) : null;
    image?.addEventListener("error", () => image.remove());
    const row = anchor(article.url, lines, image);
    row.classList.add("article");
    row.classList.toggle("first", index === 0);
    return row;
  });
  return bubble("plain", make("div", { className: "card" }, ...rows));
}

function place({ content }) {
  const body = make("div", { className: "card-body" }, make("div", { className: "card-title", text: content.label }));
  body.append(make("div", { className: "file-size", text: `${content.latitude}, ${content.longitude}` }));
  return bubble("plain", make("div", { className: "card" }, body, make("div", { className: "map", "aria-hidden": "true" })));
}

// A long article of the company's own: its digest; the text opens below, as text.
function story(article, index) {
  const cover = article.thumb_url ? make("img", { src: article.thumb_url, alt: "", loading: "lazy" }) : null;
  const head = make("div", { className: "article-lines" }, make("div", { className: "card-title", text: article.title }));
  if (index === 0 && article.digest) head.append(make("div", { className: "card-text", text: article.digest }));
  const summary = make("summary", { className: `article ${index === 0 ? "first" : ""}` }, head, cover);
  const words = make("div", { className: "story" }, ...plainWords(article.content));
  if (article.author) words.prepend(make("p", { className: "byline", text: article.author }));
  if (safeUrl(article.content_source_url)) words.append(anchor(article.content_source_url, say("original")));
  return make("details", {}, summary, words);
}

const mpnews = ({ content }) => bubble("plain", make("div", { className: "card" }, ...content.articles.map(story)));

function notice({ content }) {
  const head = make("div", { className: "card-source" }, make("span", { className: "shade-grey", text: say("miniProgram") }));
  const title = make("div", { className: "card-title", text: content.title });
  const [first, ...rest] = content.content_item ?? [];
  const big = content.emphasis_first_item && first ? emphasis({ title: first.value, desc: first.key }) : null;
  const items = big ? rest : (content.content_item ?? []);
  const list = facts(items.map((item) => ({ keyname: item.key, value: item.value })));
  const desc = content.description ? make("div", { className: "card-text", text: content.description }) : null;
  const body = make("div", { className: "card-body" }, head, title, desc, big, list);
  const foot = content.page ? make("div", { className: "card-foot", text: say("openMiniProgram") }) : null;
  return bubble("plain", make("div", { className: "card template-card", title: `${content.appid} ${content.page ?? ""}`.trim() }, body, foot));
}

const template = (entry, { press }) => bubble("plain", templateCard(entry, (key, selected) => press(entry, key, selected)));

const KINDS = {
  text, image: picture, video: film, voice, file, textcard, news, link, location: place, template_card: template, mpnews,
  miniprogram_notice: notice,
  markdown: ({ content }) => bubble("markdown", ...markdown(content.content)),
};

// What the list of members shows of an entry.
export function preview(entry, app) {
  if (entry.recalled) return say("recalled", app.name);
  if (entry.msgtype === "text") return entry.content.content;
  const title = entry.content.main_title?.title ?? (entry.received ? entry.content.title : "");
  return `${say(`kind.${entry.msgtype}`)} ${title ?? ""}`.trim();
}

function state(entry, retry) {
  const status = entry.status ?? entry.callback?.status;
  if (status === "queued") return make("span", { className: "state pending", role: "img", "aria-label": say("sending") });
  if (status !== "failed" && status !== "unsent") return null;
  const words = say(status === "failed" ? "refused" : "failed");
  return make("button", {
    className: "state failed", type: "button", text: "!", title: words, "aria-label": words, "data-testid": "failed", click: () => retry(entry),
  });
}

// `entry.received` is from the person's point of view; what they sent stands on the right.
export function row(entry, { app, member, retry, press }) {
  if (entry.recalled) return make("p", { className: "notice", text: say("recalled", app.name), "data-testid": "recalled" });
  const shown = (KINDS[entry.msgtype] ?? text)(entry, { press });
  const incoming = entry.received;
  const node = make("article", { className: `row ${incoming ? "in" : "out"}`, "data-testid": incoming ? "bubble-in" : "bubble-out" });
  node.dataset.msgtype = entry.msgtype;
  node.setAttribute("aria-label", incoming ? app.name : member.name);
  node.append(incoming ? appAvatar() : avatar(member), make("div", { className: "hold" }, shown));
  const mark = incoming ? null : state(entry, retry);
  if (mark) node.append(mark);
  return node;
}
