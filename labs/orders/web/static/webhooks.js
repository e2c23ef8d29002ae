// Who hears of events by signed HTTP: list, add, try, remove.
import { ask, change } from "./api.js";
import { bidi, element, say, unseen } from "./text.js";

const PATH = "/api/webhooks";
const byId = (id) => document.getElementById(id);

/** Show the panel, where the shop has webhooks at all. */
export async function showWebhooks() {
  const { ok, data } = await ask("GET", PATH);
  byId("webhooks").hidden = !ok;
  if (!ok) return;
  const items = data.items ?? data;
  byId("webhooks-count").textContent = String(items.length);
  byId("webhooks-empty").hidden = items.length > 0;
  byId("webhook-list").replaceChildren(...items.map(webhook));
}

function webhook(hook) {
  const result = element("p", "quiet small");
  result.setAttribute("role", "status");
  const test = button("Send a test", hook.url, async () => {
    result.textContent = "Sending…";
    const { ok, data } = await change("POST", `${PATH}/${hook.id}/test`);
    result.textContent = data.message ?? (ok ? "It arrived." : "It did not arrive.");
  });
  const remove = button("Remove", hook.url, async () => {
    const { ok, data } = await change("DELETE", `${PATH}/${hook.id}`);
    if (!ok) result.textContent = data.message;
    else await showWebhooks();
    byId("webhook-url").focus();
  });
  const about = [hook.keys ?? []].flat().join(", ") || "#";
  return element("li", "", null, element("div", "hook-url", null, bidi(hook.url, "ltr")),
    element("div", "quiet small", null, "Hears ", element("code", "", about), hook.active === false ? " · no longer told" : ""),
    element("div", "moves", null, test, remove), result);
}

function button(text, about, act) {
  const node = element("button", "move", null, text, unseen(` ${about}`));
  node.type = "button";
  node.addEventListener("click", async () => {
    node.disabled = true;
    await act();
    node.disabled = false;
  });
  return node;
}

async function add(event) {
  event.preventDefault();
  const url = byId("webhook-url");
  const { ok, data } = await change("POST", PATH, { url: url.value.trim(), keys: byId("webhook-keys").value.split(/[\s,]+/).filter(Boolean) });
  const problem = ok ? null : data.fields?.url ?? data.fields?.keys ?? data.message;
  say(byId("webhook-problem"), problem);
  if (ok) url.removeAttribute("aria-invalid");
  else url.setAttribute("aria-invalid", "true");
  byId("webhook-secret").hidden = !ok || !data.secret;
  if (!ok) return url.focus();
  byId("webhook-secret-text").textContent = data.secret ?? "";
  url.value = "";
  return showWebhooks();
}

/** Connect the form that adds one. */
export function webhookForm() { byId("webhook-form").addEventListener("submit", add); }
