// Checks a picture before it is saved and marks the faces on it. If there are several, you choose one by a click or by
// the keyboard. templates/admin/digital_humans/portrait_check.html has the words; [name=face] carries the choice.
{
  // The admin's scripts stand before the page.
  addEventListener("DOMContentLoaded", () => {
    const place = document.querySelector("[data-portrait]");
    const input = document.querySelector("input[type=file][name=portrait]");
    const choice = document.querySelector("input[name=face]");
    if (place && input && choice) watch(place, input, choice);
  });

  function watch(place, input, choice) {
    const picture = place.querySelector("img");
    const marks = place.querySelector("svg");
    const faces = place.querySelector(".ou-faces");
    const words = place.querySelector("[role=status]");
    const remarks = place.querySelector(".ou-remarks");
    let asked = 0;

    // Beside the field that it is about.
    (input.closest(".field-portrait") ?? input.parentElement).append(place);
    place.hidden = !picture.getAttribute("src");

    input.addEventListener("change", () => {
      choice.value = "";
      if (picture.src.startsWith("blob:")) URL.revokeObjectURL(picture.src);
      const file = input.files[0];
      place.hidden = !file;
      if (!file) return;
      picture.src = URL.createObjectURL(file);
      picture.hidden = false;
      look();
    });

    picture.addEventListener("error", () => { picture.hidden = true; });

    place.querySelector("[data-look]")?.addEventListener("click", () => look());

    faces.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      choice.value = button.value;
      look(button.value);
    });

    async function look(again) {
      const number = ++asked;
      const form = new FormData();
      if (input.files[0]) form.append("portrait", input.files[0]);
      else form.append("human", place.dataset.human);
      if (choice.value) form.append("face", choice.value);
      show("busy", place.dataset.busy);
      try {
        const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
        const answer = await fetch(place.dataset.portrait, { method: "POST", body: form, headers: { "X-CSRFToken": token } });
        if (answer.redirected) return location.reload(); // signed out meanwhile
        if (number !== asked) return; // another picture was chosen since
        if (!answer.ok) return show("bad", place.dataset.failed);
        draw(await answer.json(), again);
      } catch (error) {
        if (number === asked) show("bad", place.dataset.failed);
        if (!(error instanceof TypeError)) throw error;
      }
    }

    function draw(found, again) {
      show(found.ok ? "good" : "bad", found.ok ? place.dataset.good : found.words);
      remarks.replaceChildren(...found.remarks.map((remark) => element("li", { textContent: remark.words })));
      marks.setAttribute("viewBox", `0 0 ${found.width || 1} ${found.height || 1}`);
      marks.replaceChildren();
      faces.replaceChildren();
      const chosen = found.faces[found.chosen ?? -1];
      if (chosen) {
        const dots = chosen.points.map(([x, y]) => `M${x} ${y}h0`).join("");
        marks.append(shape("path", { d: dots, class: "ou-points" }));
      }
      if (found.cut) {
        const [left, top, right, bottom] = found.cut;
        marks.append(shape("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "ou-cut" }));
      }
      for (const face of found.faces) {
        const button = found.faces.length > 1 ? element("button", { type: "button", value: face.index }) : element("span");
        const [left, top, right, bottom] = face.box;
        const share = (part, whole) => `${(100 * part) / whole}%`;
        Object.assign(button.style, {
          left: share(left, found.width), top: share(top, found.height),
          width: share(right - left, found.width), height: share(bottom - top, found.height),
        });
        button.className = "ou-face";
        button.setAttribute("aria-label", place.dataset.face.replace("{number}", face.index + 1));
        if (button.type) button.setAttribute("aria-pressed", String(face.index === found.chosen));
        if (found.faces.length > 1) button.dataset.number = face.index + 1;
        faces.append(button);
      }
      // Keeps the keyboard's focus on the face that was chosen.
      if (again !== undefined) faces.querySelector(`button[value="${Number(again)}"]`)?.focus();
    }

    function show(state, text) {
      place.dataset.state = state;
      words.textContent = text;
      if (state === "busy") remarks.replaceChildren();
    }
  }

  function element(name, values = {}) {
    return Object.assign(document.createElement(name), values);
  }

  function shape(name, values) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
    return made;
  }
}
