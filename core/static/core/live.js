// Keeps a page of the admin fresh: is told over a websocket what changed, asks every few seconds where that cannot be
// had, and changes only what differs, so that nothing flickers and nobody loses their place.
{
  const LIVE = "[data-live], #result_list";
  const AT_MOST_EVERY = 1000; // ms between two looks, however much happens
  const WITHOUT_SOCKET = 3000; // the pace of asking
  const BESIDES = 15000; // with a socket: some things change without a hint
  const RECONNECT = [2000, 60000]; // from, to
  const FOR_GOOD = [4401, 4403]; // signed out, or not allowed: connecting again would not help
  // Which pages show which rows.
  const SHOWN_ON = {
    renders: /\/avatars\/render\/|\/timeline\//,
    messages: /\/conversations\/|\/wecom\/callback\/|\/timeline\//,
    directory: /\/wecom\/(directorysync|department|member|tag)\//,
    outbounds: /\/wecom\/(outbound|upload)\/|\/conversations\/|\/timeline\//,
  };

  let socket = null;
  let pause = RECONNECT[0];
  let timer = 0;
  let due = Infinity;
  let looked = 0;
  let missed = false;

  const home = () => document.querySelector("[data-source]");
  const isOpen = () => socket?.readyState === WebSocket.OPEN;
  const isUnfinished = (page) => page.querySelector("[data-unfinished]") !== null;
  const changesByItself = () => home() !== null || isUnfinished(document);
  const isPageOfRow = () => document.body.classList.contains("change-form");
  // Rows that move would take what somebody has just ticked somewhere else.
  const isBusy = () => document.querySelector("#result_list input:checked") !== null;

  function concerns(what) {
    if (home()) return true;
    return Boolean(SHOWN_ON[what]?.test(location.pathname)) && (!isPageOfRow() || isUnfinished(document));
  }

  // ---- looking

  function plan(delay) {
    const at = Math.max(Date.now() + delay, looked + AT_MOST_EVERY);
    if (at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(look, at - Date.now());
  }

  async function look() {
    due = Infinity;
    missed = document.hidden || isBusy();
    if (missed) return; // made up for as soon as somebody looks, or has let go
    looked = Date.now();
    try {
      if (!(await refresh())) return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch without a network: the next look will do
    }
    if (changesByItself()) plan(isOpen() ? BESIDES : WITHOUT_SOCKET);
  }

  // False where there is no more to do here.
  async function refresh() {
    const answer = await fetch(home()?.dataset.source ?? location.href, { credentials: "same-origin" });
    if (answer.redirected || (answer.status >= 400 && answer.status < 500)) return false; // logged out, or deleted
    if (!answer.ok) return true; // restarted just now, perhaps
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const ended = isPageOfRow() && isUnfinished(document) && !isUnfinished(fresh);
    const filled = fresh.querySelector("#result_list") && !document.querySelector("#result_list") && !home();
    if (ended || filled) {
      location.reload(); // the page looks different from now on
      return false;
    }
    missed = isBusy(); // by now
    if (!missed) patch(fresh);
    return true;
  }

  function patch(fresh) {
    const focused = document.activeElement;
    for (const part of document.querySelectorAll(LIVE)) {
      const other = fresh.getElementById(part.id);
      if (!other || part.isEqualNode(other)) continue;
      become(part, other);
      globalThis.htmx?.process(part);
    }
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  }

  // ---- changing what differs

  const keyOf = (node) => node.dataset?.key ?? "";
  const isAlike = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

  function become(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.nodeValue = fresh.nodeValue;
      return;
    }
    copyAttributes(old, fresh);
    if (old.nodeName !== "TEMPLATE") becomeChildren(old, fresh);
  }

  function copyAttributes(old, fresh) {
    // What Alpine has shown or hidden stays so.
    const isAlpines = [...fresh.attributes].some(({ name }) => name.startsWith("x-"));
    const ours = ({ name }) => name !== "x-cloak" && !(isAlpines && ["style", "class"].includes(name));
    for (const { name } of [...old.attributes].filter(ours)) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of [...fresh.attributes].filter(ours)) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  function becomeChildren(old, fresh) {
    const keyed = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
    let place = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      const known = keyOf(child) ? keyed.get(keyOf(child)) : place;
      if (!known || !isAlike(known, child)) {
        old.insertBefore(child, place);
      } else {
        if (known === place) place = place.nextSibling;
        else old.insertBefore(known, place);
        become(known, child);
      }
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  }

  // ---- being told

  function connect() {
    socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/v1/home/`);
    socket.onmessage = ({ data }) => {
      const { type, what } = JSON.parse(data);
      if (type === "ready") pause = RECONNECT[0];
      if (type === "ready" ? changesByItself() : concerns(what)) plan(0);
    };
    socket.onclose = ({ code }) => {
      if (changesByItself()) plan(WITHOUT_SOCKET);
      if (FOR_GOOD.includes(code)) return;
      setTimeout(connect, pause);
      pause = Math.min(pause * 2, RECONNECT[1]);
    };
  }

  addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector(LIVE) && !document.querySelector("[data-testid=empty]")) return;
    connect();
    if (changesByItself()) plan(WITHOUT_SOCKET);
  });
  for (const freed of ["visibilitychange", "change"]) {
    document.addEventListener(freed, () => {
      if (missed && !document.hidden && !isBusy()) plan(0);
    });
  }
}
