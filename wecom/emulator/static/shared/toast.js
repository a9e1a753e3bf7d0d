// A short notice that disappears by itself.
import { byId } from "./dom.js";

const VISIBLE = 4000; // milliseconds
let timer = 0;

export function showToast(text) {
  clearTimeout(timer);
  byId("toast").textContent = text;
  timer = setTimeout(() => (byId("toast").textContent = ""), VISIBLE);
}
