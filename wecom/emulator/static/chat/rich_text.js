// Text with links, the tags of a text card, and the markdown that WeChat Work knows; all as nodes, never as HTML.
import { element, externalLink } from "../shared/dom.js";

const LINK = /<a\s+href=(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"'，。！？、；：（）《》“”]+)/gi;

export function richText(text) {
  const nodes = [];
  let position = 0;
  for (const match of text.matchAll(LINK)) {
    if (match.index > position) nodes.push(text.slice(position, match.index));
    const url = match[1] ?? match[2] ?? match[4];
    nodes.push(externalLink(url, match[3] ?? match[4]));
    position = match.index + match[0].length;
  }
  if (position < text.length) nodes.push(text.slice(position));
  return nodes;
}

const TEXT_CARD_CLASSES = new Set(["gray", "normal", "highlight"]);

// The parsed document is inert; only its text and these three class names reach the page.
export function textCard(html) {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeName === "BR") return element("br");
    const className = TEXT_CARD_CLASSES.has(node.className) ? node.className : "";
    const tag = node.nodeName === "DIV" ? "div" : "span";
    return element(tag, { className }, ...[...node.childNodes].map(copy));
  };
  return [...body.childNodes].map(copy);
}

const INLINE =
  /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|<font color="(info|comment|warning)">([\s\S]*?)<\/font>|<@([^>]+)>/g;

function inlineMarkdown(text) {
  const nodes = [];
  let position = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(position, match.index));
    if (match[1]) nodes.push(element("strong", {}, ...inlineMarkdown(match[1])));
    else if (match[2]) nodes.push(element("code", { text: match[2] }));
    else if (match[3]) nodes.push(externalLink(match[4], match[3]));
    else if (match[5]) nodes.push(element("span", { className: match[5] }, ...inlineMarkdown(match[6])));
    else nodes.push(`@${match[7]}`);
    position = match.index + match[0].length;
  }
  nodes.push(text.slice(position));
  return nodes;
}

export function markdown(text) {
  return text.split("\n").map((line) => {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (heading) return element(`h${Math.min(heading[1].length, 3)}`, {}, ...inlineMarkdown(heading[2]));
    const quote = /^>\s?(.*)$/.exec(line);
    if (quote) return element("blockquote", {}, ...inlineMarkdown(quote[1]));
    return element("p", {}, ...inlineMarkdown(line));
  });
}

// An article's HTML as paragraphs of text, without any of its tags.
export function articleParagraphs(html) {
  const lines = (html ?? "").replace(/<(br|\/p|\/div|\/h\d|\/li)\b[^>]*>/gi, "$&\n");
  const text = new DOMParser().parseFromString(lines, "text/html").body.textContent;
  return text.split(/\n+/).filter((line) => line.trim()).map((line) => element("p", { text: line.trim() }));
}
