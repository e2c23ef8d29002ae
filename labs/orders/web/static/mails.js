// The mailbox of development: every mail that the shop has sent, to be read here because it went nowhere else.
import { ask } from "./api.js";
import { bidi, element } from "./text.js";

const EVERY_MS = 4000;
const byId = (id) => document.getElementById(id);
let shown = "";

/** Show the mails, and go on looking. Stays hidden where real mail leaves the house. */
export async function showMails() {
  const { ok, status, data } = await ask("GET", "/api/mails");
  if (status === 404 || data.kept === false) return; // the panel stays hidden
  setTimeout(showMails, EVERY_MS);
  if (!ok) return;
  byId("mails").hidden = false;
  byId("mails-count").textContent = String(data.items.length);
  byId("mails-empty").hidden = data.items.length > 0;
  const now = JSON.stringify(data.items);
  if (now !== shown) byId("mail-list").replaceChildren(...data.items.map(mail));
  shown = now;
}

function mail(item) {
  const head = element("summary", "", null, element("span", "mail-subject", null, bidi(item.subject)),
    element("span", "quiet small", null, "To ", bidi(item.to.join(", "), "ltr")));
  const body = element("pre", "mail-text", item.text);
  body.dir = "auto";
  body.tabIndex = 0;
  return element("li", "", null, element("details", "", null, head, body));
}
