// Which call follows which callback: something sent to a person is put down to their newest callback before it. The number
// of the callback is what both show; nothing of it goes over the wire, where the platform has no such thing.
const MOST = 500;
const heard = new Map(); // number of a callback → who, and when

export function note({ id, member, at }) {
  heard.delete(id);
  heard.set(id, { member: member.toLowerCase(), at });
  if (heard.size > MOST) heard.delete(heard.keys().next().value);
}

// The number of the callback that a call follows; null where it follows none.
export function cause({ request, at }) {
  const people = addressed(request);
  let newest = null;
  for (const [id, one] of heard) {
    if (people.has(one.member) && one.at <= at && (newest === null || id > newest)) newest = id;
  }
  return newest;
}

export const forget = () => heard.clear();

function addressed(request) {
  try {
    const { touser = "", userids = [] } = JSON.parse(request);
    return new Set([...String(touser).split("|"), ...userids].map((name) => String(name).toLowerCase()));
  } catch {
    return new Set();
  }
}
