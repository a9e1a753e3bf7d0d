// The graph of a draft: a click opens a step's form beside it; every change goes to the server, which draws anew.
// Without this script the boxes lead to the pages of the steps.
/* global GraphArrows, GraphView */
addEventListener("DOMContentLoaded", () => {
  const page = document.getElementById("graph");
  const [frame, panel, said, ask] = ["frame", "panel", "said", "ask"].map((name) => document.getElementById(`graph-${name}`));
  const POLL = 10000; // milliseconds between two looks for changes of others
  const editable = "editable" in page.dataset;
  const view = new GraphView(frame);
  const words = { draw: page.dataset.sayDraw, after: page.dataset.sayAfter };
  let busy = false;
  let dirty = false;
  let opener = null; // what had the focus before the panel opened

  const form = () => panel.querySelector("form");
  const seen = () => page.querySelector("[data-part=bar]").dataset.seen;
  const listed = (key) => page.querySelector(`[data-open][data-key="${CSS.escape(key)}"]`);
  const idOf = (key) => listed(key)?.dataset.open ?? "";
  const say = (text, bad = false) => {
    said.textContent = text;
    said.toggleAttribute("data-bad", bad);
  };

  // ---- the drawing and the lists, fresh from the server

  const dress = () => {
    if (editable) arrows.dress();
    select(form()?.dataset.key);
  };
  const select = (key) => {
    for (const state of frame.querySelectorAll(".chosen")) state.classList.remove("chosen");
    if (key) view.state(key)?.classList.add("chosen");
  };
  const redraw = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const focus = document.activeElement?.dataset?.act;
    view.keep(form()?.dataset.key || frame.querySelector("[data-state]")?.dataset.state, () => {
      for (const part of fresh.querySelectorAll("[data-part]")) {
        page.querySelector(`[data-part=${part.dataset.part}]`).replaceWith(part);
      }
    });
    dress();
    if (focus) page.querySelector(`[data-act=${focus}]`)?.focus();
  };
  const refresh = async () => {
    if (busy || document.hidden) return;
    const answer = await fetch(`${page.dataset.here}?part=1&seen=${seen()}`).catch(() => null);
    if (answer?.status !== 200 || signedOut(answer) || busy) return;
    redraw(await answer.text());
    say(page.dataset.sayChanged);
  };

  // ---- one change

  const post = async (body) => {
    body.set("seen", seen());
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(`${page.dataset.here}act/`, { method: "POST", body, headers: { "X-CSRFToken": token } });
    const out = signedOut(answer);
    return answer.ok && !out ? answer.json() : { error: out || page.dataset.sayLost };
  };
  const act = async (name, values = {}, body = new FormData()) => {
    if (busy) return {};
    busy = true;
    page.classList.add("ou-graph-busy");
    body.set("act", name);
    for (const [key, value] of Object.entries(values)) body.set(key, value);
    const told = await post(body).catch(() => ({ error: page.dataset.sayLost }));
    busy = false;
    page.classList.remove("ou-graph-busy");
    if (told.form && (told.said || name === "save")) fill(told.form, { keep: Boolean(told.error) });
    if (told.close) close();
    if (told.live) redraw(told.live);
    if (told.key) reveal();
    if (told.said || told.error) say(told.said ?? told.error, Boolean(told.error));
    return told;
  };

  // ---- the panel

  // How to find in the next form what has the focus in this one, so that keys go on where they were.
  const focused = () => {
    const one = document.activeElement;
    if (!panel.contains(one)) return "";
    const found = ["name", "data-testid", "data-act"].find((name) => one.getAttribute(name));
    return found ? `[${found}="${CSS.escape(one.getAttribute(found))}"]` : "#graph-panel-title";
  };
  const fill = (html, { keep = false } = {}) => {
    const before = focused();
    panel.innerHTML = html;
    panel.hidden = false;
    page.classList.add("ou-graph-open");
    dirty = keep;
    for (const row of panel.querySelectorAll("[data-row]")) showCells(row);
    select(form()?.dataset.key);
    if (before) (panel.querySelector(before) ?? document.getElementById("graph-panel-title")).focus({ preventScroll: true });
    const error = panel.querySelector(".ou-step-error");
    if (error) error.closest(".ou-step-field, .ou-step-cell")?.querySelector("input, select, textarea")?.focus();
  };
  // The step of the panel, which covers a part of the drawing on a phone.
  const reveal = () => view.reveal(form()?.dataset.key ?? "", getComputedStyle(panel).position === "fixed" ? panel.offsetHeight : 0);
  const mayLeave = () => !dirty || confirm(page.dataset.sayUnsaved);
  const open = async (address) => {
    if (!mayLeave()) return;
    opener = panel.hidden ? document.activeElement : opener;
    const answer = await fetch(page.dataset.here + address).catch(() => null);
    const out = answer && signedOut(answer);
    if (!answer?.ok || out) return say(out || page.dataset.sayLost, true);
    fill(await answer.text());
    reveal();
    document.getElementById("graph-panel-title").focus({ preventScroll: true });
  };
  const openStep = (pk) => pk && open(`${pk}/`);
  const add = (after) => open(`new/?after=${after}`);
  const close = () => {
    const key = form()?.dataset.key;
    panel.hidden = true;
    panel.replaceChildren();
    page.classList.remove("ou-graph-open");
    dirty = false;
    select(null);
    const link = key && view.state(key)?.querySelector("a");
    (opener?.isConnected ? opener : link)?.focus?.({ preventScroll: true });
  };
  const remove = async (pk) => {
    const { ask: question } = await act("remove", { step: pk });
    if (!question) return;
    document.getElementById("graph-ask-words").textContent = question;
    ask.returnValue = "";
    ask.addEventListener("close", () => ask.returnValue === "yes" && act("remove", { step: pk, sure: "yes" }), { once: true });
    ask.showModal();
  };
  const connect = async (from, to) => {
    if (!mayLeave()) return;
    const told = await act("connect", { step: from, to });
    if (told.way) showWay(`[data-row="${told.way}"]`);
  };
  const showWay = (selector) => {
    const row = panel.querySelector(selector);
    if (!row) return;
    row.classList.add("ou-step-row-here");
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("select, input:not([type=hidden])")?.focus({ preventScroll: true });
  };

  // ---- rows of the panel: transitions and whatever else a step has

  // A condition that always holds compares nothing.
  const showCells = (row) => {
    const test = row.querySelector("[data-cell=test] select")?.value;
    for (const name of ["slot", "value"]) {
      const cell = row.querySelector(`[data-cell=${name}]`);
      if (cell && test !== undefined) cell.hidden = test === "always";
    }
  };
  const addRow = (rows) => {
    const total = rows.querySelector("[name$=-TOTAL_FORMS]");
    const list = rows.querySelector("[data-list]");
    list.insertAdjacentHTML("beforeend", rows.querySelector("template").innerHTML.replaceAll("__prefix__", total.value));
    total.value = Number(total.value) + 1;
    showCells(list.lastElementChild);
    list.lastElementChild.querySelector("select, input:not([type=hidden])")?.focus();
  };
  const moveRow = (row, by) => {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    other[by < 0 ? "before" : "after"](row);
    [...row.parentElement.children].forEach((one, number) => {
      const position = one.querySelector("[data-position]");
      if (position) position.value = (number + 1) * 10;
    });
    dirty = true;
    row.querySelector(`[data-move="${by}"]`).focus();
  };

  // ---- what the editor presses

  page.addEventListener("click", (event) => {
    const button = event.target.closest("button, a, .edge");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest("[data-handle]")) return;
    const { zoom, act: name, open: step, new: after, move } = button.dataset;
    const state = button.closest("[data-state]");
    if (zoom) zoom === "fit" ? view.fit() : view.zoom(zoom === "in" ? 1.25 : 0.8);
    else if (name) mayLeave() && act(name, { step: form()?.dataset.step ?? "" });
    else if (step) openStep(step);
    else if (after !== undefined) add(after);
    else if (state) openStep(idOf(state.dataset.state));
    else if (button.matches(".edge") && button.dataset.from) openWay(button.dataset);
    else if ("close" in button.dataset) mayLeave() && close();
    else if ("remove" in button.dataset) remove(form().dataset.step);
    else if ("addRow" in button.dataset) addRow(button.closest("[data-rows]"));
    else if (move) moveRow(button.closest("[data-row]"), Number(move));
    else return;
    event.preventDefault();
  });
  const openWay = async ({ from, to, on }) => {
    await openStep(idOf(from));
    const target = idOf(to);
    for (const row of panel.querySelectorAll("[data-row]")) {
      const [leads, when] = ["target", "when"].map((name) => row.querySelector(`[data-cell=${name}] select`)?.value);
      if (row.dataset.row && leads === target && when === on) return showWay(`[data-row="${row.dataset.row}"]`);
    }
  };
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    act("save", {}, new FormData(form()));
  });
  panel.addEventListener("input", () => (dirty = true));
  panel.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) showCells(row);
    const to = event.target.closest("[data-connect]")?.value;
    if (to) {
      dirty = false;
      connect(form().dataset.step, to);
    }
  });
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, textarea, select");
    const state = event.target.closest?.("[data-state]");
    if (event.key === "Escape" && !panel.hidden && !ask.open && !event.defaultPrevented) {
      if (mayLeave()) close();
    } else if (editable && !writing && (event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase())) {
      event.preventDefault();
      const again = event.shiftKey || event.key.toLowerCase() === "y";
      if (mayLeave()) act(again ? "redo" : "undo", { step: form()?.dataset.step ?? "" });
    } else if (editable && state && event.key === "Delete") {
      remove(idOf(state.dataset.state));
    }
  });
  addEventListener("beforeunload", (event) => dirty && event.preventDefault());

  const arrows = new GraphArrows(view, words, {
    connect: (from, to) => connect(idOf(from), idOf(to)),
    add: (after) => add(idOf(after)),
    missed: () => say(page.dataset.sayDropped),
  });
  dress();
  view.begin();
  setInterval(refresh, POLL);
});
