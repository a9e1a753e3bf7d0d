// The calendar: entries that go out once are moved by dragging, or with the arrow keys. The server checks every move.
// Without this script the page shows the same days, and an entry is moved in its form.
addEventListener("DOMContentLoaded", () => {
  const said = document.getElementById("calendar-said");
  const ask = document.getElementById("calendar-ask");
  const DRAG_FROM = 6; // pixels that a press moves before it is no click
  const MOST_ROUNDS = 30; // requests for audiences that are counted while the page is open

  const page = () => document.getElementById("calendar");
  const entryOf = (target) => target.closest?.("#calendar [data-movable]");
  const dayOf = (entry) => entry.closest("[data-day]");
  const places = (day) => day.querySelector("[data-entries]");
  const dayNamed = (name) => page().querySelector(`[data-day="${name}"]`);

  const say = (words, { bad = false, undo = null } = {}) => {
    said.querySelector("[data-words]").textContent = words;
    said.toggleAttribute("data-bad", bad);
    const button = said.querySelector("[data-undo]");
    button.hidden = !undo;
    button.onclick = undo;
  };

  // ---- fresh days from the server

  const refresh = async (focus) => {
    const address = new URL(page().dataset.here, location.href);
    address.searchParams.set("part", "1");
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("calendar");
    const held = focus ?? document.activeElement?.dataset?.movable;
    if (!fresh || move || drag) return false;
    page().replaceWith(fresh);
    if (held) page().querySelector(`[data-movable="${held}"]`)?.focus({ preventScroll: true });
    return true;
  };

  const count = async () => {
    for (let round = 0; round < MOST_ROUNDS && page().dataset.uncounted; round++) {
      const before = page().dataset.uncounted;
      if (!(await refresh()) || page().dataset.uncounted === before) return;
    }
  };

  // ---- a move: shown first, then asked of the server

  let move = null; // the entry, the day that it comes from, and the place in it
  let drag = null;

  const begin = (entry) => ({ entry, from: dayOf(entry), next: entry.nextElementSibling });
  const show = (day) => {
    page().querySelector(".ou-calendar-target")?.classList.remove("ou-calendar-target");
    day?.classList.add("ou-calendar-target");
  };
  const takeBack = () => {
    const { entry, from, next } = move;
    move = null;
    const focused = document.activeElement === entry;
    places(from).insertBefore(entry, next);
    entry.classList.remove("ou-calendar-moving");
    show(null);
    if (focused) entry.focus();
  };

  const post = async (what, day, seen, voids) => {
    const body = new URLSearchParams({ what, day, seen, voids: voids ? "yes" : "" });
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(page().dataset.move, { method: "POST", body, headers: { "X-CSRFToken": token } });
    return answer.ok ? answer.json() : {};
  };
  const asked = (words) =>
    new Promise((resolve) => {
      document.getElementById("calendar-ask-words").textContent = words;
      ask.returnValue = "";
      ask.addEventListener("close", () => resolve(ask.returnValue === "yes"), { once: true });
      ask.showModal();
    });

  // Returns what the server says of the move: `moved` with both days, or null if it stays where it was.
  const settle = async (what, day, seen) => {
    try {
      let told = await post(what, day, seen, false);
      if (told.ask) {
        if (!(await asked(told.ask))) {
          say(page().dataset.sayBack);
          return null;
        }
        told = await post(what, day, seen, true);
      }
      if (told.moved) return told;
      say(told.error ?? page().dataset.sayFailed, { bad: true });
    } catch {
      say(page().dataset.sayFailed, { bad: true });
    }
    return null;
  };

  const finish = async (what, told) => {
    const undo = async () => {
      say("");
      const again = await settle(what, told.back, told.day);
      if (again) await finish(what, again);
    };
    say(told.moved, { undo });
    await refresh(what);
    count();
  };

  const confirm = async () => {
    const { entry, from } = move;
    move.sent = true;
    const what = entry.dataset.movable;
    const told = await settle(what, dayOf(entry).dataset.day, from.dataset.day);
    if (!told) return takeBack();
    move = null;
    await finish(what, told);
  };

  // ---- by keyboard: arrows choose a day, Enter moves there, Esc takes back

  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  const later = (name, days) => {
    const day = new Date(`${name}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + days);
    return day.toISOString().slice(0, 10);
  };
  const firstDay = () => page().querySelector(".ou-calendar-today[data-day]") ?? page().querySelector("[data-day]");

  document.addEventListener("keydown", (event) => {
    const entry = entryOf(event.target);
    if (!entry || ask.open || move?.sent || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in STEPS) {
      event.preventDefault();
      const on = dayOf(entry).dataset.day;
      const day = on ? dayNamed(later(on, STEPS[event.key])) : firstDay();
      if (!day) return say(page().dataset.sayEdge);
      move ??= begin(entry);
      places(day).append(entry);
      entry.classList.add("ou-calendar-moving");
      entry.focus();
      show(day);
      say(page().dataset.sayMoving.replace("{day}", day.dataset.name));
    } else if (move?.entry === entry && event.key === "Enter") {
      event.preventDefault();
      if (dayOf(entry) === move.from) takeBack();
      else confirm();
    } else if (move?.entry === entry && event.key === "Escape") {
      event.preventDefault();
      takeBack();
      say(page().dataset.sayBack);
    }
  });
  document.addEventListener("focusout", (event) => {
    // Moving the entry in the page takes the focus for a moment.
    setTimeout(() => {
      if (move?.entry === event.target && !move.sent && document.activeElement !== event.target && !ask.open && !drag) {
        takeBack();
        say(page().dataset.sayBack);
      }
    });
  });

  // ---- by mouse

  document.addEventListener("pointerdown", (event) => {
    const entry = entryOf(event.target);
    if (!entry || event.button !== 0 || event.pointerType === "touch" || move?.sent) return;
    if (move) takeBack();
    drag = { entry, x: event.clientX, y: event.clientY, on: false };
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.on && Math.hypot(x, y) < DRAG_FROM) return;
    drag.on = true;
    drag.entry.classList.add("ou-calendar-dragged");
    drag.entry.style.transform = `translate(${x}px, ${y}px)`;
    drag.day = document.elementFromPoint(event.clientX, event.clientY)?.closest("#calendar [data-day]");
    show(drag.day);
  });
  const drop = (cancelled) => {
    if (!drag) return;
    const { entry, day, on } = drag;
    entry.classList.remove("ou-calendar-dragged");
    entry.style.transform = "";
    drag = null;
    show(null);
    if (!on) return;
    // The click that ends a drag opens nothing.
    addEventListener("click", (event) => event.preventDefault(), { capture: true, once: true });
    setTimeout(() => dispatchEvent(new Event("click", { cancelable: true })));
    if (cancelled || !day || day === dayOf(entry)) return;
    move = begin(entry);
    places(day).append(entry);
    entry.classList.add("ou-calendar-moving");
    confirm();
  };
  document.addEventListener("pointerup", () => drop(false));
  document.addEventListener("pointercancel", () => drop(true));
  document.addEventListener("dragstart", (event) => entryOf(event.target) && event.preventDefault());

  count();
});
