// Shows what checks find, line by line, where a page would show it only when all are through.
// data-checks="each": every line is asked for by itself; "all": one answer brings all lines.
{
  addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-checks]")) return;
    event.preventDefault();
    const one = event.submitter?.value;
    if (form.dataset.checks === "all") askForAll(form);
    else if (one) askFor(form, one);
    else askForEach(form);
  });

  async function askForEach(form) {
    const button = form.querySelector("[data-all]");
    button.disabled = true;
    for (const line of form.querySelectorAll("[data-check]")) forget(line);
    for (const key of [...form.querySelectorAll("[data-check]")].map((line) => line.dataset.check)) {
      if (!(await askFor(form, key))) break;
    }
    button.disabled = false;
  }

  async function askFor(form, key) {
    const line = find(form, key);
    line.classList.add("ou-check-asking");
    const bad = [...form.querySelectorAll('[data-level="bad"]')].map((other) => other.dataset.check);
    const fields = [["only", key], ...bad.filter((other) => other !== key).map((other) => ["bad", other])];
    const html = await ask(form, fields);
    line.classList.remove("ou-check-asking");
    if (html) line.outerHTML = html;
    return Boolean(html);
  }

  async function askForAll(form) {
    const button = form.querySelector("[data-all]");
    const list = form.querySelector(".ou-checks");
    button.disabled = true;
    list.replaceChildren();
    form.classList.add("ou-check-asking");
    const html = await ask(form, []);
    form.classList.remove("ou-check-asking");
    if (html) list.innerHTML = html;
    button.disabled = false;
  }

  // The lines as HTML; nothing where the site did not answer, as when it restarts.
  async function ask(form, fields) {
    const body = new URLSearchParams(fields);
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "lines" } });
      if (answer.redirected) location.reload(); // signed out meanwhile
      return answer.ok ? await answer.text() : "";
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch without a network
      return "";
    }
  }

  function find(form, key) {
    return form.querySelector(`[data-check="${CSS.escape(key)}"]`);
  }

  function forget(line) {
    line.dataset.level = "";
    line.className = "ou-check ou-check-unknown";
    line.querySelector(".ou-check-words")?.remove();
    for (const paragraph of line.querySelectorAll("p")) paragraph.remove();
  }
}
