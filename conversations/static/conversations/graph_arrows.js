// Draws transitions: each state has a dot to drag to another state, and a plus that adds a step after it.
/* exported GraphArrows */
class GraphArrows {
  static SVG = "http://www.w3.org/2000/svg";

  // `connect(from, to)` and `add(after)` get keys; `missed()` is called when an arrow ends nowhere.
  constructor(view, words, { connect, add, missed }) {
    this.view = view;
    this.words = words;
    this.connect = connect;
    this.add = add;
    this.missed = missed;
    this.line = null;
    view.frame.addEventListener("pointerdown", (event) => this.begin(event));
    addEventListener("pointermove", (event) => this.follow(event));
    addEventListener("pointerup", (event) => this.end(event));
    addEventListener("pointercancel", () => this.drop());
    addEventListener("keydown", (event) => event.key === "Escape" && this.drop());
    view.frame.addEventListener("click", (event) => {
      const plus = event.target.closest("[data-handle=add]");
      if (plus) this.add(plus.closest("[data-state]").dataset.state);
    });
  }

  dress() {
    for (const state of this.view.frame.querySelectorAll("[data-state]")) {
      const box = state.querySelector(".box");
      const { x, y, width, height } = box.getBBox(); // of a decision it is a path
      if (!state.classList.contains("end")) state.append(this.handle("draw", x + width / 2, y + height, this.words.draw));
      state.append(this.handle("add", x + width - 22, y + height, this.words.after));
    }
  }
  handle(name, x, y, title) {
    const make = (tag, attributes) => {
      const made = document.createElementNS(GraphArrows.SVG, tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    const group = make("g", { "data-handle": name, "aria-hidden": "true", transform: `translate(${x} ${y})` });
    const words = make("title", {});
    words.textContent = title;
    group.append(words, make("circle", { class: "reach", r: 16 }), make("circle", { class: "knob", r: name === "draw" ? 6 : 8 }));
    if (name === "add") group.append(make("path", { class: "plus", d: "M-4 0h8M0-4v8" }));
    return group;
  }

  begin(event) {
    const handle = event.target.closest("[data-handle=draw]");
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    const knob = handle.querySelector(".knob").getBoundingClientRect();
    this.line = document.createElementNS(GraphArrows.SVG, "path");
    this.line.setAttribute("class", "drawn");
    this.from = handle.closest("[data-state]").dataset.state;
    this.start = this.place(knob.left + knob.width / 2, knob.top + knob.height / 2);
    this.view.svg.append(this.line);
    // A finger's events all go to where it began; without this they go to what is below it.
    if (event.target.hasPointerCapture?.(event.pointerId)) event.target.releasePointerCapture(event.pointerId);
    this.follow(event);
  }
  place(x, y) {
    const point = new DOMPoint(x, y).matrixTransform(this.view.svg.getScreenCTM().inverse());
    return [point.x, point.y];
  }
  under(event) {
    return document.elementFromPoint(event.clientX, event.clientY)?.closest?.("[data-state]");
  }
  mark(state) {
    this.view.frame.querySelector(".target")?.classList.remove("target");
    state?.classList.add("target");
  }
  follow(event) {
    if (!this.line) return;
    const [x, y] = this.place(event.clientX, event.clientY);
    const [left, top] = this.start;
    const bend = Math.max(30, Math.abs(y - top) / 2);
    this.line.setAttribute("d", `M${left} ${top}C${left} ${top + bend} ${x} ${y - bend} ${x} ${y}`);
    this.mark(this.under(event));
  }
  end(event) {
    if (!this.line) return;
    const [from, to] = [this.from, this.under(event)?.dataset.state];
    this.drop();
    if (!to) this.missed();
    else if (to !== from) this.connect(from, to);
  }
  drop() {
    this.line?.remove();
    this.line = null;
    this.mark(null);
  }
}
