// Saves each change at once, and shows what the server answers: the page itself, from which the parts are taken.
{
  /** @returns {HTMLFormElement} */
  const form = () => document.getElementById("choices");
  let turn = 0;

  function take(answer) {
    const next = new DOMParser().parseFromString(answer, "text/html");
    if (!next.getElementById("choices")) {
      document.body.replaceWith(next.body);
      return;
    }
    const focused = document.activeElement?.id;
    document.documentElement.lang = next.documentElement.lang;
    document.title = next.title;
    document.querySelector("header").replaceWith(next.querySelector("header"));
    form().replaceWith(next.getElementById("choices"));
    // The status stays, so that screen readers tell what changes in it.
    const [done, news] = [document.getElementById("done"), next.getElementById("done")];
    const status = done.querySelector("[role=status]");
    [...done.children].filter((child) => child !== status).forEach((child) => child.remove());
    done.append(...[...news.children].filter((child) => !child.matches("[role=status]")));
    done.className = news.className;
    status.textContent = news.querySelector("[role=status]").textContent;
    hideSave();
    if (focused) document.getElementById(focused)?.focus();
  }

  async function send(address, data) {
    const mine = (turn += 1);
    try {
      const response = await fetch(address, { method: "POST", body: data, credentials: "same-origin" });
      const answer = await response.text();
      if (mine === turn) take(answer); // a later change answers for this one, too
    } catch {
      const done = document.getElementById("done");
      done.querySelectorAll("button, input[name=change]").forEach((each) => each.remove());
      done.classList.add("shown");
      done.querySelector("[role=status]").textContent = document.querySelector("main").dataset.failed;
      form().querySelector("[data-save]").hidden = false;
    }
  }

  // They have no files.
  const fieldsOf = (sent) => new URLSearchParams(/** @type {any} */ (new FormData(sent)));

  function hideSave() {
    form().querySelector("[data-save]").hidden = true;
  }

  document.addEventListener("change", (event) => {
    if (event.target.form === form()) send(form().action, fieldsOf(form()));
  });
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target.action, fieldsOf(event.target));
  });
  hideSave();
}
