// What the page shows now.
export const state = {
  application: null,
  members: [],
  member: null, // whose phone is open
  groupChat: null, // the ID of the group chat that is open
  listOpen: false, // whether the list of conversations is open
  entries: new Map(), // messages of the open chat, by ID
  drafts: [], // messages that the emulator does not have yet
  sending: 0, // how many of them are on their way
  heldUpdates: [], // updates that wait until those have arrived
};
