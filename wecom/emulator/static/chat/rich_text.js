// Text with links, a text card's few tags, and the markdown that WeChat Work knows; all as nodes, never as HTML.
import { anchor, make } from "../shared/dom.js";

const LINK = /<a\s+href=(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"'，。！？、；：（）《》“”]+)/gi;

export function richText(text) {
  const nodes = [];
  let position = 0;
  for (const match of text.matchAll(LINK)) {
    if (match.index > position) nodes.push(text.slice(position, match.index));
    const url = match[1] ?? match[2] ?? match[4];
    nodes.push(anchor(url, match[3] ?? match[4]));
    position = match.index + match[0].length;
  }
  if (position < text.length) nodes.push(text.slice(position));
  return nodes;
}

const SHADES = new Set(["gray", "normal", "highlight"]);

// The parsed document is inert and thrown away: only its text and three class names are taken over.
export function cardText(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html").body;
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeName === "BR") return make("br");
    const shade = SHADES.has(node.className) ? node.className : "";
    const tag = node.nodeName === "DIV" ? "div" : "span";
    return make(tag, { className: shade }, ...[...node.childNodes].map(copy));
  };
  return [...parsed.childNodes].map(copy);
}

const INLINE =
  /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|<font color="(info|comment|warning)">([\s\S]*?)<\/font>|<@([^>]+)>/g;

function inline(text) {
  const nodes = [];
  let position = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(position, match.index));
    if (match[1]) nodes.push(make("strong", {}, ...inline(match[1])));
    else if (match[2]) nodes.push(make("code", { text: match[2] }));
    else if (match[3]) nodes.push(anchor(match[4], match[3]));
    else if (match[5]) nodes.push(make("span", { className: match[5] }, ...inline(match[6])));
    else nodes.push(`@${match[7]}`);
    position = match.index + match[0].length;
  }
  nodes.push(text.slice(position));
  return nodes;
}

export function markdown(text) {
  return text.split("\n").map((line) => {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (heading) return make(`h${Math.min(heading[1].length, 3)}`, {}, ...inline(heading[2]));
    const quote = /^>\s?(.*)$/.exec(line);
    if (quote) return make("blockquote", {}, ...inline(quote[1]));
    return make("p", {}, ...inline(line));
  });
}

// An article's HTML as paragraphs of text: nothing of its tags comes into the page.
export function plainWords(html) {
  const parsed = new DOMParser().parseFromString((html ?? "").replace(/<(br|\/p|\/div|\/h\d|\/li)\b[^>]*>/gi, "$&\n"), "text/html").body;
  return parsed.textContent.split(/\n+/).filter((line) => line.trim()).map((line) => make("p", { text: line.trim() }));
}
