// The WebSocket that brings live updates.
const LONGEST_PAUSE = 8000; // milliseconds
const POLL_INTERVAL = 2000;

// Calls `onUpdate(update)` for each update, `reload()` after every connection and regularly while there is none, and
// `onStatus(connected)`.
export function connect({ onUpdate, reload, onStatus }) {
  let pause = 500;
  let polling = null;
  const open = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/emulator/ws/`);
    socket.addEventListener("open", () => {
      pause = 500;
      clearInterval(polling);
      polling = null;
      onStatus(true);
      reload();
    });
    socket.addEventListener("message", (message) => onUpdate(JSON.parse(message.data)));
    socket.addEventListener("close", () => {
      onStatus(false);
      polling ??= setInterval(reload, POLL_INTERVAL);
      setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    });
  };
  open();
}
