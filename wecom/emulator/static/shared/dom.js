// Builds nodes of the page. Text stays text: nothing here parses HTML into the page.
export const byId = (id) => document.getElementById(id);

// `options` are attributes; `className` and `text` set those properties, a function listens to the event of its name.
export function element(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  const { className, text, ...attributes } = options;
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// The address if it is a web page's, else null.
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// A link that opens a new tab; plain text where the address is not a web page's.
export function externalLink(url, ...children) {
  const safe = safeUrl(url);
  if (!safe) return element("span", {}, ...children);
  return element("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
