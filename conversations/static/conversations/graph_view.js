// Zooms and moves a drawing in its frame: by wheel, by two fingers, by dragging, by buttons and by keys.
/* exported GraphView */
class GraphView {
  static LEAST = 0.15;
  static MOST = 2.5;
  static CLICK = 5; // pixels that a press may move and still is a click
  static PAN = 60; // pixels of an arrow key

  constructor(frame) {
    this.frame = frame;
    this.fingers = new Map();
    this.moved = false;
    [this.x, this.y, this.scale] = [0, 0, 1];
    frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.press(event));
    addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, (event) => this.release(event));
    frame.addEventListener("click", (event) => this.moved && this.swallow(event), { capture: true });
    frame.addEventListener("dragstart", (event) => event.preventDefault());
    frame.addEventListener("keydown", (event) => this.key(event));
  }

  get sheet() {
    return this.frame.querySelector("[data-part=drawing]");
  }
  get svg() {
    return this.sheet.querySelector("svg");
  }

  show() {
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }
  fit() {
    if (!this.svg) return; // words instead: there is no step yet
    const [width, height] = [this.svg.width.baseVal.value, this.svg.height.baseVal.value];
    const [wide, high] = [this.frame.clientWidth, this.frame.clientHeight];
    this.scale = Math.max(GraphView.LEAST, Math.min(1, wide / width, high / height));
    this.x = (wide - width * this.scale) / 2;
    this.y = Math.max(0, (high - height * this.scale) / 2);
    this.show();
  }
  // A first look: readable, from the start on.
  begin() {
    this.fit();
    if (this.scale >= 0.6 || !this.svg) return;
    this.scale = Math.min(1, Math.max(0.6, this.frame.clientWidth / this.svg.width.baseVal.value));
    [this.x, this.y] = [0, 0];
    this.show();
    const first = this.frame.querySelector("[data-state]")?.getBoundingClientRect();
    const frame = this.frame.getBoundingClientRect();
    const room = frame.width - this.svg.width.baseVal.value * this.scale;
    const middle = first ? frame.left + frame.width / 2 - (first.left + first.width / 2) : room / 2;
    this.x = room < 0 ? Math.max(room, Math.min(0, middle)) : room / 2;
    this.show();
  }
  zoom(factor, at = null) {
    const box = this.frame.getBoundingClientRect();
    const [x, y] = at ? [at[0] - box.left, at[1] - box.top] : [box.width / 2, box.height / 2];
    const scale = Math.max(GraphView.LEAST, Math.min(GraphView.MOST, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.show();
  }
  pan(x, y) {
    this.x += x;
    this.y += y;
    this.show();
  }
  state(key) {
    return this.frame.querySelector(`[data-state="${CSS.escape(key)}"]`);
  }
  // Redraws so that this state, if it is there before and after, stays where it is on the screen.
  keep(key, redraw) {
    const before = key && this.state(key)?.getBoundingClientRect();
    const isFirst = !this.svg;
    redraw();
    if (isFirst) return this.begin();
    this.show();
    const after = key && this.state(key)?.getBoundingClientRect();
    if (before && after) this.pan(before.left - after.left, before.top - after.top);
  }
  // Moves a state into the frame if it is outside or below the panel that covers a part of it.
  reveal(key, covered = 0) {
    const box = this.state(key)?.getBoundingClientRect();
    if (!box) return;
    const frame = this.frame.getBoundingClientRect();
    const bottom = covered ? Math.min(frame.bottom, innerHeight - covered) : frame.bottom;
    const shift = (low, high, from, to) => (low < from ? from - low + 16 : high > to ? Math.max(to - high - 16, from - low + 16) : 0);
    this.pan(shift(box.left, box.right, frame.left, frame.right), shift(box.top, box.bottom, frame.top, bottom));
  }

  wheel(event) {
    event.preventDefault();
    if (event.shiftKey) return this.pan(-event.deltaY || -event.deltaX, 0);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
    this.zoom(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 120 : 500)), [event.clientX, event.clientY]);
  }
  press(event) {
    if (event.button !== 0 || event.target.closest("[data-handle]")) return;
    if (!this.fingers.size) this.moved = false;
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.from = [event.clientX, event.clientY];
  }
  drag(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other && !this.moved && Math.hypot(now[0] - this.from[0], now[1] - this.from[1]) < GraphView.CLICK) return;
    this.moved = true;
    this.frame.classList.add("ou-graph-moving");
    this.fingers.set(event.pointerId, now);
    if (!other) return this.pan(now[0] - before[0], now[1] - before[1]);
    const far = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]) || 1;
    this.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    this.zoom(far(now) / far(before), [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
  }
  release(event) {
    this.fingers.delete(event.pointerId);
    if (!this.fingers.size) this.frame.classList.remove("ou-graph-moving");
  }
  swallow(event) {
    event.preventDefault();
    event.stopPropagation();
    this.moved = false;
  }
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = GraphView.PAN;
    const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.key in moves) this.pan(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
  }
}
