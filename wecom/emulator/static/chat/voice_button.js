// A voice message: a button that plays it and pauses it.
import { element } from "../shared/dom.js";
import { t } from "../shared/texts.js";

const WAVES = "M3 8.5a3.5 3.5 0 0 1 0 5M6.5 5.5a8 8 0 0 1 0 11M10 2.5a12.5 12.5 0 0 1 0 17";
const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const waves = () => {
  const path = svg("path", { d: WAVES, fill: "none", stroke: "currentColor", "stroke-width": "1.8", "stroke-linecap": "round" });
  return svg("svg", { viewBox: "0 0 16 22", width: "16", height: "22" }, path);
};

// Longer messages have a wider button.
export function voiceButton(source, length) {
  const seconds = Math.max(1, Math.round(length ?? 1));
  const audio = element("audio", { src: `${source}/listen`, preload: "none" });
  const button = element("button", { className: "voice", type: "button", "aria-label": `${t("kind.voice")} ${t("seconds", seconds)}` });
  button.append(waves(), element("span", { text: `${seconds}″` }), audio);
  button.style.width = `${Math.min(76 + seconds * 4, 190)}px`;
  button.addEventListener("click", () => (audio.paused ? audio.play() : audio.pause()));
  for (const name of ["play", "pause", "ended"]) {
    audio.addEventListener(name, () => button.classList.toggle("playing", !audio.paused));
  }
  return button;
}
