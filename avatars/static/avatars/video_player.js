// Films on a page of the admin. `[data-film]` gets, below its player, the loudness along the film, pictures of it in a
// row and its words with their times; each is a way to seek. `[data-slot]` follows a render until its film is there.
{
  const PACE = 1000; // ms between two looks at a render
  const STEP = 1; // seconds that an arrow key moves
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  function element(tag, words, attributes = {}) {
    const made = document.createElement(tag);
    made.textContent = words;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  async function asked(address, kind) {
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      return answer.ok && !answer.redirected ? await answer[kind]() : null;
    } catch (error) {
      if (error instanceof TypeError) return null; // no network: the player says so itself
      throw error;
    }
  }

  // ---- a film

  function lay(film) {
    film.removeAttribute("data-film");
    const player = film.querySelector("video");
    const seek = (seconds) => {
      player.currentTime = Math.max(0, Math.min(seconds, player.duration || seconds));
    };
    layGlance(film, player, seek);
    layWords(film, player, seek);
  }

  async function layGlance(film, player, seek) {
    const glance = await asked(film.dataset.glance, "json");
    if (!glance) return;
    layWave(film.querySelector(".ou-wave"), glance.bars, player, seek);
    laySheet(film.querySelector(".ou-sheet"), glance, player, seek);
  }

  function layWave(wave, bars, player, seek) {
    for (const height of bars) wave.append(element("i", "", { style: `--height: ${Math.max(2, height)}%` }));
    const show = () => {
      const length = player.duration || 0;
      const played = length ? player.currentTime / length : 0;
      wave.setAttribute("aria-valuemax", length.toFixed(1));
      wave.setAttribute("aria-valuenow", player.currentTime.toFixed(1));
      wave.setAttribute("aria-valuetext", clock(player.currentTime));
      [...wave.children].forEach((bar, index) => bar.classList.toggle("ou-played", index < played * bars.length));
    };
    for (const news of ["timeupdate", "seeking", "loadedmetadata"]) player.addEventListener(news, show);
    wave.addEventListener("click", (event) => {
      const box = wave.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * player.duration);
    });
    wave.addEventListener("keydown", (event) => {
      const to = {
        ArrowLeft: player.currentTime - STEP,
        ArrowRight: player.currentTime + STEP,
        Home: 0,
        End: player.duration,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      seek(to);
    });
    wave.hidden = false;
    show();
  }

  function laySheet(sheet, glance, player, seek) {
    sheet.style.setProperty("--columns", glance.columns);
    const size = () => {
      if (player.videoWidth) sheet.style.setProperty("--shape", `${player.videoWidth} / ${player.videoHeight}`);
    };
    player.addEventListener("loadedmetadata", size);
    size();
    glance.times.forEach((time, index) => {
      const column = index % glance.columns;
      const row = Math.floor(index / glance.columns);
      const at = (part, whole) => `${whole > 1 ? (100 * part) / (whole - 1) : 0}%`;
      const place = `${at(column, glance.columns)} ${at(row, glance.rows)}`;
      const scale = `${100 * glance.columns}% ${100 * glance.rows}%`;
      const style = `background: url("${glance.sheet}") ${place} / ${scale}`;
      const words = sheet.dataset.words.replace("{time}", clock(time));
      const cell = element("button", "", { type: "button", style, title: words, "aria-label": words });
      cell.addEventListener("click", () => seek(time));
      sheet.append(cell);
    });
    sheet.hidden = false;
  }

  // ---- its words

  async function layWords(film, player, seek) {
    if (!film.dataset.captions) return;
    const captions = await asked(film.dataset.captions, "text");
    if (!captions) return;
    const list = film.querySelector(".ou-lines");
    const lines = [...captions.matchAll(/^(\d+):(\d+):(\d+)[,.](\d+) --> .*\r?\n([\s\S]*?)(?=\r?\n\r?\n|$(?![\s\S]))/gm)];
    for (const [, hours, minutes, seconds, thousandths, words] of lines) {
      const at = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(thousandths) / 1000;
      const button = element("button", words.replace(/\s*\r?\n/g, " "), { type: "button" });
      button.prepend(element("time", clock(at)));
      button.addEventListener("click", () => seek(at + 0.01));
      const item = element("li", "");
      item.append(button);
      list.append(item);
      player.addEventListener("timeupdate", () => {
        const next = item.nextElementSibling?.dataset.at ?? Infinity;
        button.classList.toggle("ou-now", player.currentTime >= at && player.currentTime < next);
      });
      item.dataset.at = at;
    }
    list.hidden = lines.length === 0;
    const track = element("track", "", { kind: "captions", label: film.dataset.subtitles });
    const spoken = captions.replace(/(\d\d:\d\d:\d\d),(\d\d\d)/g, "$1.$2");
    track.src = URL.createObjectURL(new Blob([`WEBVTT\n\n${spoken}`], { type: "text/vtt" }));
    player.append(track);
  }

  // ---- a render until it is made

  function show(slot, state) {
    slot.dataset.again = state.again ?? "";
    if (state.html) {
      slot.innerHTML = state.html;
      slot.querySelectorAll("[data-film]").forEach(lay);
      slot.dispatchEvent(new CustomEvent("filmed", { bubbles: true }));
      return;
    }
    if (!slot.querySelector(".ou-slot-words")) slot.replaceChildren(...slot.empty.map((part) => part.cloneNode(true)));
    slot.querySelector(".ou-slot-progress").hidden = state.ended;
    slot.querySelector("progress").value = state.progress ?? 0;
    slot.querySelector(".ou-slot-words").textContent = state.words;
    if (!state.ended) slot.timer = setTimeout(follow, PACE, slot);
  }

  async function follow(slot) {
    const from = slot.dataset.again;
    const state = document.hidden ? undefined : await asked(from, "json");
    if (slot.dataset.again !== from) return; // something else is wanted by now
    if (state) show(slot, state);
    else slot.timer = setTimeout(follow, PACE * 2, slot);
  }

  // For whoever asks for a film: the slot shows this one from now on.
  globalThis.showFilm = (slot, state) => {
    clearTimeout(slot.timer);
    show(slot, state);
  };

  // ---- two at once

  function together(button) {
    const films = () => [...document.querySelectorAll(".ou-compare video")];
    const words = button.textContent;
    const tell = () => {
      button.textContent = films().some((film) => !film.paused) ? button.dataset.pause : words;
      button.disabled = films().length < 2;
    };
    button.addEventListener("click", () => {
      const [first, ...rest] = films();
      const runs = films().some((film) => !film.paused);
      for (const film of rest) film.muted = true;
      if (runs) return films().forEach((film) => film.pause());
      const at = first.ended ? 0 : first.currentTime;
      for (const film of films()) {
        film.currentTime = at;
        film.play();
      }
    });
    const watch = () => {
      tell();
      for (const film of films()) for (const news of ["play", "pause", "ended"]) film.addEventListener(news, tell);
    };
    addEventListener("filmed", watch);
    watch();
  }

  function begin() {
    for (const slot of document.querySelectorAll("[data-slot]")) {
      slot.empty = [...slot.children].filter((part) => !part.matches(".ou-video-preview")).map((part) => part.cloneNode(true));
      if (slot.dataset.again && !slot.querySelector(".ou-video-preview")) follow(slot);
    }
    document.querySelectorAll("[data-film]").forEach(lay);
    document.querySelectorAll("[data-together]").forEach(together);
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
}
