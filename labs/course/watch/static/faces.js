// Routing keys by colour *and* letter, in the order in which they were first seen; the ninth and all later ones
// share "other". Each colour holds a white letter (contrast 4.5 or more) and stands out from white and from
// JupyterLab's dark (3 or more). Red and amber are taken: dead letters and redeliveries have them.

const PALETTE = ["#0a6ebd", "#8b3fd9", "#12803c", "#c4307a", "#0b7a75", "#916018", "#5a5fd8", "#5f7410"];
const OTHER_FACE = { index: PALETTE.length, letter: "…", colour: "#64748b", key: null };
// A dot that stands for many: they went the same way, and need not have the same key.
export const MANY_FACE = { index: PALETTE.length + 1, letter: "", colour: "#5a687c", key: null };
const MOST_OTHERS = 1_000; // how many other keys are told apart for their number

export function createFaces({ onNew = () => {} } = {}) {
  const known = new Map();
  const others = new Set();
  return {
    list: () => [...known.values()],
    get others() {
      return others.size;
    },
    other: OTHER_FACE,
    // The face of an event's message; many have none of their own.
    ofEvent({ n, about }) {
      return n > 1 ? MANY_FACE : this.of(about?.key);
    },
    // The face of a key; null (a message whose key nobody knows) has none.
    of(key) {
      if (key === null || key === undefined) return null;
      const face = known.get(key);
      if (face) return face;
      if (known.size < PALETTE.length) {
        const index = known.size;
        const made = { index, letter: String.fromCharCode(65 + index), colour: PALETTE[index], key };
        known.set(key, made);
        onNew(made);
        return made;
      }
      if (!others.has(key) && others.size < MOST_OTHERS) {
        others.add(key);
        onNew(OTHER_FACE);
      }
      return OTHER_FACE;
    },
  };
}
