// The buttons that move an order on. What may follow what is the server's to say; the page shows what it was told,
// changes nothing before the answer, and says why when the answer is no.
import { change } from "./api.js";
import { element, say, unseen } from "./text.js";

const NAMES = { confirmed: "Confirm", shipped: "Ship", delivered: "Mark delivered", cancelled: "Cancel" };
const byId = (id) => document.getElementById(id);

let asking = null; // the order whose cancelling is being talked about

/** Buttons for everything that may follow now. `done(order, problem)` gets the order as it is after the attempt. */
export function moveButtons(order, done) {
  const buttons = (order.moves ?? []).map((status) => {
    const button = element("button", status === "cancelled" ? "move cancel" : "move", null, NAMES[status] ?? status, unseen(` order ${order.id}`));
    button.type = "button";
    button.dataset.move = status;
    button.addEventListener("click", () => {
      if (status === "cancelled") askWhy(order, button, done);
      else move(order, status, button, done);
    });
    return button;
  });
  return element("div", "moves", null, ...buttons);
}

async function move(order, status, button, done, reason) {
  button.disabled = true;
  const body = { status, version: order.version, ...(reason ? { reason } : {}) };
  const answer = await change("PATCH", `/api/algeria-orders/${order.id}/status`, body);
  button.disabled = false;
  if (answer.ok) return done(answer.data, null);
  const sentence = answer.data.message ?? "That could not be done.";
  return done(null, answer.status === 409 ? `Somebody was faster. ${sentence}` : sentence);
}

function askWhy(order, button, done) {
  asking = { order, button, done };
  byId("cancel-title").textContent = `Cancel order ${order.id}?`;
  byId("reason").value = "";
  byId("cancel").showModal();
}

/** Connect the dialog that asks why an order is cancelled. */
export function cancelDialog() {
  const dialog = byId("cancel");
  byId("keep").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", () => {
    const { order, button, done } = asking;
    move(order, "cancelled", button, done, byId("reason").value.trim());
  });
}

/** A problem in a row or panel, until the next attempt. */
export function sayProblem(place, sentence) {
  let node = place.querySelector(":scope > .problem");
  if (!node) {
    node = element("p", "problem");
    node.setAttribute("role", "alert");
    place.append(node);
  }
  say(node, sentence);
}
