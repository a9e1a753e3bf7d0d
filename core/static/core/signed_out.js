// Says on any page of the admin that its log-in has expired, and keeps the page, so that what is written there is not
// lost. Who logs in again in another tab goes on here: a log-in changes the token of forms, which is renewed then.
{
  const PERIOD = 5 * 60 * 1000; // ms between two looks at the session
  const WAIT = 5000; // ms between two looks while it has expired
  const notice = () => document.getElementById("signed-out");
  let looked = Date.now();

  // What to say if an answer is the log-in page; empty if it is another one.
  globalThis.signedOut = (answer) => {
    const bar = notice();
    if (!bar || !answer.redirected || new URL(answer.url).pathname !== bar.dataset.login) return "";
    bar.hidden = false;
    return bar.dataset.words;
  };

  async function look() {
    looked = Date.now();
    const answer = await fetch(notice().dataset.session, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || signedOut(answer)) return;
    const { token } = await answer.json();
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    if (notice().hidden) return;
    notice().hidden = true;
    document.dispatchEvent(new Event("signedin"));
  }

  const isDue = () => Date.now() - looked > (notice().hidden ? PERIOD : WAIT);
  const lookIfDue = () => !document.hidden && notice() && isDue() && look();
  setInterval(lookIfDue, WAIT);
  document.addEventListener("visibilitychange", lookIfDue);
  document.addEventListener(
    "submit",
    (event) => {
      // Not `form.method`: a field of that name, as a step that calls a service has one, would stand in its place.
      if (!notice() || notice().hidden || event.target.getAttribute("method")?.toLowerCase() !== "post") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      notice().querySelector("a").focus();
    },
    { capture: true },
  );
}
