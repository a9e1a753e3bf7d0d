// The desk: answers without leaving the page, keeps the newest line in view, asks before a ticket ends, and has keys
// for the next ticket and the one before. What is not sent yet stays with its ticket while the tab is open.
{
  const composer = () => document.getElementById("desk-composer");
  const thread = () => document.getElementById("desk-thread");
  const NEAR_END = 120; // px from the end within which new lines scroll into view
  const NEIGHBOURS = { KeyJ: 1, KeyK: -1 }; // Alt+J, Alt+K, as in Chatwoot
  const MODES = { KeyL: "text", KeyP: "note" };
  let sending = false;

  // Unfold would write the name of a chosen file into a field that its own file inputs have beside them.
  if (composer()) composer().elements.file.hasChangeListener = true;

  const toEnd = () => {
    const box = thread();
    if (box) box.scrollTop = box.scrollHeight;
  };

  function mode() {
    return composer()?.querySelector("[name=as]:checked")?.value ?? "text";
  }

  function showMode() {
    const form = composer();
    if (!form) return;
    const field = form.elements.text;
    field.placeholder = field.dataset[mode()];
    form.dataset.mode = mode();
    form.querySelector(".ou-desk-file").hidden = mode() !== "text";
  }

  function showFile() {
    const form = composer();
    const label = form.querySelector("[data-filename]");
    label.dataset.empty ??= label.textContent;
    label.textContent = form.elements.file.files[0]?.name ?? label.dataset.empty;
  }

  const draftOf = (form) => `desk-draft-${form.action}`;

  function keepDraft() {
    const form = composer();
    const text = form.elements.text.value;
    if (text.trim()) sessionStorage.setItem(draftOf(form), JSON.stringify({ text, as: mode() }));
    else sessionStorage.removeItem(draftOf(form));
  }

  // A note comes back as a note, so that it is not sent to the member by mistake.
  function restoreDraft() {
    const form = composer();
    const { text, as } = JSON.parse(sessionStorage.getItem(draftOf(form)) ?? "{}");
    if (!text) return;
    form.elements.text.value = text;
    form.elements.as.value = as;
  }

  function goTo(step) {
    const rows = [...document.querySelectorAll("#desk-list [data-testid=ticket]")];
    const here = rows.findIndex((row) => row.getAttribute("aria-current"));
    rows[here < 0 ? 0 : here + step]?.click();
  }

  function setMode(name) {
    const choice = composer()?.querySelector(`[name=as][value=${name}]`);
    if (!choice || composer().hidden) return;
    choice.click();
    composer().elements.text.focus();
  }

  async function send(form) {
    const problem = form.querySelector("[data-problem]");
    const file = mode() === "text" ? form.elements.file : null; // it is hidden beside a note and a video
    if (sending || (!form.elements.text.value.trim() && !file?.files.length)) return;
    sending = true;
    const sent = form.elements.text.value;
    form.querySelector("[data-send]").disabled = true;
    problem.textContent = "";
    try {
      const body = new FormData(form);
      if (!file) body.delete("file");
      const options = { method: "POST", body, headers: { Accept: "application/json" } };
      const answer = await fetch(form.action, { ...options, credentials: "same-origin" });
      const out = signedOut(answer);
      const { error } = answer.ok && !out ? await answer.json() : { error: out || form.dataset.lost };
      problem.textContent = error ?? "";
      if (!error) {
        // What was written meanwhile is the next answer.
        form.elements.text.value = form.elements.text.value.replace(sent, "").trimStart();
        keepDraft();
        if (file) file.value = "";
        showFile();
        toEnd();
        document.dispatchEvent(new Event("written")); // the page shows it, also while no news come by the websocket
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch without a network
      problem.textContent = form.dataset.lost;
    } finally {
      sending = false;
      form.querySelector("[data-send]").disabled = false;
      form.elements.text.focus();
    }
  }

  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
    else if (event.target === composer()) {
      event.preventDefault();
      send(event.target);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && (event.code in NEIGHBOURS || event.code in MODES)) {
      event.preventDefault(); // on a Mac, Alt writes a character
      if (event.code in MODES) setMode(MODES[event.code]);
      else goTo(NEIGHBOURS[event.code]);
    }
    if (event.target !== composer()?.elements.text || event.key !== "Enter") return;
    if (event.shiftKey || event.isComposing) return; // an input method takes Enter for itself
    event.preventDefault();
    send(composer());
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "as") {
      showMode();
      keepDraft();
    }
    if (event.target.name === "file" && composer()) showFile();
  });
  document.addEventListener("input", ({ target }) => target === composer()?.elements.text && keepDraft());
  addEventListener("DOMContentLoaded", () => {
    if (composer()) restoreDraft();
    showMode();
    toEnd();
    const talk = document.getElementById("desk-talk");
    if (!talk) return;
    let height = thread()?.scrollHeight ?? 0;
    const followEnd = () => {
      const box = thread();
      if (!box || box.scrollHeight === height) return;
      const atEnd = height - box.scrollTop - box.clientHeight < NEAR_END;
      height = box.scrollHeight;
      if (atEnd) toEnd();
    };
    new MutationObserver(followEnd).observe(talk, { childList: true, subtree: true });
    // Pictures and videos take their room when they have arrived.
    for (const name of ["load", "loadedmetadata"]) talk.addEventListener(name, followEnd, { capture: true });
  });
}
