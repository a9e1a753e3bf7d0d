// “Typing …” from when the application has taken a message until it answers, or has nothing to say.
const LONGEST = 20000;
let waiting = null; // whose message waits for an answer
let timer = 0;

// `show(yes)` puts it into the chat's head.
export function begin(member, show) {
  clearTimeout(timer);
  waiting = member;
  show(true);
  timer = setTimeout(() => end(member, show), LONGEST);
}

export function end(member, show) {
  if (waiting !== member) return;
  clearTimeout(timer);
  waiting = null;
  show(false);
}
