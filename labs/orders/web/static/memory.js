// What this browser remembers between visits. Some browsers forbid it; then the page works and forgets.

/** What was remembered under this name, or null. */
export function recall(name, place = () => localStorage) {
  try { return place().getItem(name); } catch { return null; }
}

/** Remember a text; null forgets it. */
export function remember(name, text, place = () => localStorage) {
  try {
    if (text === null) place().removeItem(name);
    else place().setItem(name, text);
  } catch { /* then not */ }
}

/** For what should not outlive this tab. */
export const tab = () => sessionStorage;
