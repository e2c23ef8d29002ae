// What the server found wrong, in the customer's language, under the field where it belongs.
import * as ar from "./messages-ar.js";
import * as fr from "./messages-fr.js";
import { language, tell } from "./language.js";
import { say } from "./text.js";

const TRANSLATIONS = { fr, ar };
const FIELDS = ["productName", "quantity", "customerName", "phone", "wilaya", "email", "urgent", "totalPrice"];
const byId = (id) => document.getElementById(id);

/** Write a sentence of the server's: translated if it is known, else one for its field, else in English as it is. */
function write(node, sentence, field) {
  node.removeAttribute("lang");
  node.removeAttribute("dir");
  const translation = TRANSLATIONS[language()];
  const translated = translation?.sentences[sentence] ?? translation?.fields[field];
  say(node, sentence && (translated ?? sentence));
  if (sentence && translation && !translated) Object.assign(node, { lang: "en", dir: "ltr" });
}

/** Show the problems of an answer; nothing when there are none. Returns the first field that needs the customer. */
export function showProblems(answer) {
  const problems = answer?.data.fields ?? {};
  let first = null;
  for (const field of FIELDS) {
    write(byId(`${field}-problem`), problems[field], field);
    const input = byId(field);
    if (!input) continue;
    if (field in problems) {
      input.setAttribute("aria-invalid", "true");
      first ??= input;
    } else {
      input.removeAttribute("aria-invalid");
    }
  }
  const others = Object.keys(problems).some((field) => FIELDS.includes(field));
  showGeneral(byId("order-problem"), others ? null : answer);
  return first;
}

function showGeneral(node, answer) {
  write(node, null);
  if (!answer || answer.ok) return;
  if ([0, 502, 503, 504].includes(answer.status)) tell(node, "unreachable");
  else if (answer.status === 429) tell(node, "tooMany", { seconds: answer.retryAfter || 10 });
  else if (answer.data.message) write(node, answer.data.message);
  else tell(node, "failed");
}
