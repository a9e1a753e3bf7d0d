// The calendar: entries that go out once are moved by dragging with a mouse or a finger, or with the arrow keys. The server checks every move.
// Without this script the page shows the same days, and an entry is moved in its form.
addEventListener("DOMContentLoaded", () => {
  const said = document.getElementById("calendar-said");
  const ask = document.getElementById("calendar-ask");
  const DRAG_FROM = 6; // pixels that a press moves before it is no click
  const HOLD = 400; // milliseconds that a finger rests before it moves an entry; sooner it scrolls or opens
  const EDGE = 72; // pixels at the top and bottom within which the page scrolls while an entry is held
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
    if (signedOut(answer) || !answer.ok || answer.redirected) return false;
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

  const post = async (campaign, day, seen, voids) => {
    const body = new URLSearchParams({ campaign, day, seen, voids: voids ? "yes" : "" });
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(page().dataset.move, { method: "POST", body, headers: { "X-CSRFToken": token } });
    const out = signedOut(answer);
    if (out) return { error: out };
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
  const settle = async (campaign, day, seen) => {
    try {
      let told = await post(campaign, day, seen, false);
      if (told.ask) {
        if (!(await asked(told.ask))) {
          say(page().dataset.sayBack);
          return null;
        }
        told = await post(campaign, day, seen, true);
      }
      if (told.moved) return told;
      say(told.error ?? page().dataset.sayFailed, { bad: true });
    } catch {
      say(page().dataset.sayFailed, { bad: true });
    }
    return null;
  };

  const finish = async (campaign, told) => {
    const undo = async () => {
      say("");
      const again = await settle(campaign, told.back, told.day);
      if (again) await finish(campaign, again);
    };
    say(told.moved, { undo });
    await refresh(campaign);
    count();
  };

  const confirm = async () => {
    const { entry, from } = move;
    move.sent = true;
    const campaign = entry.dataset.movable;
    const told = await settle(campaign, dayOf(entry).dataset.day, from.dataset.day);
    if (!told) return takeBack();
    move = null;
    await finish(campaign, told);
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

  // ---- by mouse, or by a finger that rests on an entry first

  const scroller = () => {
    for (let part = page(); part; part = part.parentElement) {
      if (part.scrollHeight > part.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(part).overflowY)) return part;
    }
    return document.scrollingElement;
  };
  const lift = () => {
    const before = drag.entry.getBoundingClientRect();
    drag.on = true;
    drag.entry.classList.add("ou-calendar-dragged");
    // On a narrow page days without entries appear now: the page scrolls so that its own day stays under the finger.
    drag.within = scroller();
    drag.within.scrollTop += drag.entry.getBoundingClientRect().top - before.top;
    const after = drag.entry.getBoundingClientRect();
    drag.x += after.left - before.left;
    drag.y += after.top - before.top;
    drag.from = drag.within.scrollTop;
    follow();
  };
  const follow = () => {
    const [x, y] = drag.at;
    const down = y - drag.y + drag.within.scrollTop - drag.from;
    drag.entry.style.transform = `translate(${x - drag.x}px, ${down}px)`;
    drag.day = document.elementFromPoint(x, y)?.closest("#calendar [data-day]");
    show(drag.day);
  };
  const scroll = () => {
    if (!drag?.on || !drag.touch) return;
    const [, y] = drag.at;
    const step = y < EDGE ? y - EDGE : y > innerHeight - EDGE ? y - innerHeight + EDGE : 0;
    if (step) {
      drag.within.scrollTop += step / 4;
      follow();
    }
    requestAnimationFrame(scroll);
  };

  document.addEventListener("pointerdown", (event) => {
    const entry = entryOf(event.target);
    if (!entry || event.button !== 0 || !event.isPrimary || move?.sent || ask.open) return;
    if (move) takeBack();
    const touch = event.pointerType === "touch";
    drag = { entry, touch, x: event.clientX, y: event.clientY, at: [event.clientX, event.clientY], on: false };
    if (!touch) return;
    const mine = drag;
    drag.rests = setTimeout(() => {
      if (drag !== mine) return;
      lift();
      navigator.vibrate?.(15);
      scroll();
    }, HOLD);
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag || !event.isPrimary) return;
    drag.at = [event.clientX, event.clientY];
    if (!drag.on) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < DRAG_FROM) return;
      if (drag.touch) return drop(true); // it scrolls
      lift();
    }
    follow();
  });
  // Neither the page scrolls under an entry that is held, nor does the phone offer to open it.
  document.addEventListener("touchmove", (event) => drag?.on && event.preventDefault(), { passive: false });
  document.addEventListener("contextmenu", (event) => drag?.touch && event.preventDefault());
  const drop = (cancelled) => {
    if (!drag) return;
    const { entry, day, on, rests } = drag;
    clearTimeout(rests);
    entry.classList.remove("ou-calendar-dragged");
    entry.style.transform = "";
    drag = null;
    show(null);
    if (!on) return;
    // The click that ends a drag opens nothing.
    addEventListener("click", (event) => event.preventDefault(), { capture: true, once: true });
    setTimeout(() => dispatchEvent(new Event("click", { cancelable: true })), 50);
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
