// “Typing…” from when the application has received a message until it answers, or for 20 seconds.
const LONGEST = 20000; // milliseconds
let waitingMember = null;
let timer = 0;

// `show(typing)` puts it into the header of the chat.
export function startTyping(member, show) {
  clearTimeout(timer);
  waitingMember = member;
  show(true);
  timer = setTimeout(() => stopTyping(member, show), LONGEST);
}

export function stopTyping(member, show) {
  if (waitingMember !== member) return;
  clearTimeout(timer);
  waitingMember = null;
  show(false);
}
