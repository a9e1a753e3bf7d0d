// Checks a picture before it is saved, turns it upright, and marks on it the faces and what each remark is about. If there
// are several faces, you choose one by a click or by the keyboard. templates/admin/digital_humans/portrait_check.html has the words; [name=face] carries the choice.
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
    const spots = place.querySelector(".ou-marks");
    const words = place.querySelector("[role=status]");
    const remarks = place.querySelector(".ou-remarks");
    let asked = 0;
    let turned = 0; // degrees by which the picture that is shown was turned

    // Beside the field that it is about.
    (input.closest(".field-portrait") ?? input.parentElement).append(place);
    place.hidden = !picture.getAttribute("src");

    input.addEventListener("change", () => {
      choice.value = "";
      const file = input.files[0];
      place.hidden = !file;
      if (!file) return;
      present(file, 0);
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
        if (number !== asked) return; // another picture was chosen since
        const out = signedOut(answer);
        if (out) return show("bad", out);
        if (!answer.ok) return show("bad", place.dataset.failed);
        const found = await answer.json();
        if (found.turn !== turned) await turn(found.turn);
        if (number === asked) draw(found, again);
      } catch (error) {
        if (number === asked) show("bad", place.dataset.failed);
        if (!(error instanceof TypeError)) throw error;
      }
    }

    function present(blob, degrees) {
      if (picture.src.startsWith("blob:")) URL.revokeObjectURL(picture.src);
      picture.src = URL.createObjectURL(blob);
      turned = degrees;
    }

    // All places are those of the upright picture.
    async function turn(degrees) {
      await picture.decode();
      const quarters = ((degrees - turned + 360) % 360) / 90;
      const size = [picture.naturalWidth, picture.naturalHeight];
      const scale = Math.min(1, 1440 / Math.max(...size));
      const [width, height] = size.map((side) => Math.round(side * scale));
      const canvas = element("canvas", quarters % 2 ? { width: height, height: width } : { width, height });
      const brush = canvas.getContext("2d");
      brush.translate(canvas.width / 2, canvas.height / 2);
      brush.rotate((quarters * Math.PI) / 2);
      brush.drawImage(picture, -width / 2, -height / 2, width, height);
      present(await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9)), degrees);
    }

    function draw(found, again) {
      show(found.ok ? "good" : "bad", found.ok ? place.dataset.good : found.words);
      remarks.replaceChildren(...found.remarks.map((remark) => element("li", { textContent: remark.words })));
      marks.setAttribute("viewBox", `0 0 ${found.width || 1} ${found.height || 1}`);
      marks.replaceChildren();
      faces.replaceChildren();
      mark(found);
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

    // A box with the number of the remark, or of all remarks that are about the same place.
    function mark(found) {
      spots.replaceChildren();
      const boxes = new Map();
      const add = (label, places, kind) => places.forEach((spot) => {
        const key = Object.values(spot).join();
        if (!boxes.has(key)) boxes.set(key, { ...spot, kind, labels: [] });
        boxes.get(key).labels.push(label);
      });
      // Several faces have buttons of their own.
      if (found.faces.length === 1) add("!", found.places, "ou-bad");
      found.remarks.forEach((remark, index) => add(index + 1, remark.places, "ou-minded"));
      for (const box of boxes.values()) {
        const spot = element("div", { className: `ou-mark ${box.kind}` });
        spot.dataset.number = box.labels.join(", ");
        for (const [side, edge] of [["left", "x"], ["top", "y"], ["width", "width"], ["height", "height"]]) {
          spot.style[side] = share(box[edge], 1);
        }
        spots.append(spot);
      }
    }

    function show(state, text) {
      place.dataset.state = state;
      words.textContent = text;
      if (state !== "busy") return;
      remarks.replaceChildren();
      spots.replaceChildren();
    }
  }

  function share(part, whole) {
    return `${(100 * part) / whole}%`;
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
