// Which callback a call follows: the newest callback of a member whom the call addresses. The inspector shows its number
// beside both; it is not sent with either, since the platform has no such number.
const MOST = 500;
const callbacks = new Map(); // number of a callback → member and time

export function rememberCallback({ id, member, at }) {
  callbacks.delete(id);
  callbacks.set(id, { member: member.toLowerCase(), at });
  if (callbacks.size > MOST) callbacks.delete(callbacks.keys().next().value);
}

// The number of the callback; null where the call follows none.
export function callbackBefore({ request, at }) {
  const members = addressedMembers(request);
  let newest = null;
  for (const [id, callback] of callbacks) {
    if (members.has(callback.member) && callback.at <= at && (newest === null || id > newest)) newest = id;
  }
  return newest;
}

export const forgetCallbacks = () => callbacks.clear();

function addressedMembers(request) {
  try {
    const { touser = "", userids = [] } = JSON.parse(request);
    return new Set([...String(touser).split("|"), ...userids].map((name) => String(name).toLowerCase()));
  } catch {
    return new Set();
  }
}
