// Wilayas: the server knows them by number and one name; customers read them in their language.
import arabic from "./wilayas-ar.js";
import { language } from "./language.js";

const FRENCH = { Algiers: "Alger" }; // all others have their French names already

let known = [];

/** Keep the server's list: [{number, name}]. */
export const keepWilayas = (list) => { known = list; };

/** The customer's name for a wilaya, such as "الجزائر" for "Algiers". */
export function wilayaName(name) {
  if (language() === "fr") return FRENCH[name] ?? name;
  if (language() !== "ar") return name;
  return arabic[known.find((wilaya) => wilaya.name === name)?.number - 1] ?? name;
}

/** Fill the select box, and keep what was chosen. */
export function showWilayas(list, chosen = "Algiers") {
  const value = list.value || chosen;
  list.replaceChildren(...known.map(({ number, name }) => {
    return new Option(`${String(number).padStart(2, "0")} · ${wilayaName(name)}`, name, name === value, name === value);
  }));
}
