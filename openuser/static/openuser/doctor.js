// Shows the results of the doctor's checks one by one, instead of after all have finished.
// data-checks="each": one request per check; "all": one request for all.
{
  addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-checks]");
    if (!form) return;
    event.preventDefault();
    const key = event.submitter?.value;
    if (form.dataset.checks === "all") runAllAtOnce(form);
    else if (key) runCheck(form, key);
    else runAllInTurn(form);
  });

  async function runAllInTurn(form) {
    const button = form.querySelector("[data-all]");
    button.disabled = true;
    const rows = [...form.querySelectorAll("[data-check]")];
    for (const row of rows) reset(row);
    for (const key of rows.map((row) => row.dataset.check)) {
      if (!(await runCheck(form, key))) break;
    }
    button.disabled = false;
  }

  async function runCheck(form, key) {
    const row = form.querySelector(`[data-check="${CSS.escape(key)}"]`);
    row.classList.add("ou-check-running");
    const bad = [...form.querySelectorAll('[data-level="bad"]')].map((other) => other.dataset.check);
    const fields = [["only", key], ...bad.filter((other) => other !== key).map((other) => ["bad", other])];
    const html = await post(form, fields);
    row.classList.remove("ou-check-running");
    if (html) row.outerHTML = html;
    return Boolean(html);
  }

  async function runAllAtOnce(form) {
    const button = form.querySelector("[data-all]");
    const list = form.querySelector(".ou-checks");
    button.disabled = true;
    list.replaceChildren();
    form.classList.add("ou-check-running");
    const html = await post(form, []);
    form.classList.remove("ou-check-running");
    if (html) list.innerHTML = html;
    button.disabled = false;
  }

  // Returns the rows as HTML; empty if the site does not answer, for example while it restarts.
  async function post(form, fields) {
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

  function reset(row) {
    row.dataset.level = "";
    row.className = "ou-check ou-check-unknown";
    row.querySelector(".ou-check-words")?.remove();
    for (const paragraph of row.querySelectorAll("p")) paragraph.remove();
  }
}
