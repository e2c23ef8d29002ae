// The checkout page: collects the order, sends it, and shows the server's answer field by field.
import { ask } from "./api.js";
import { dinars, say, telephone } from "./text.js";

const FIELDS = ["customerName", "productName", "totalPrice", "quantity", "wilaya", "phone"];
const byId = (id) => document.getElementById(id);
const form = byId("order");
const chosen = () => form.querySelector('input[name="product"]:checked');
const pieces = () => Number(byId("quantity").value);
const total = () => Number(chosen().dataset.price) * (Number.isInteger(pieces()) && pieces() > 0 ? pieces() : 1);

function refresh() {
  byId("summary-product").textContent = chosen().value;
  byId("summary-price").textContent = dinars(chosen().dataset.price);
  byId("total").textContent = dinars(total());
}

function showProblems(problems, general) {
  let first = null;
  for (const field of FIELDS) {
    const input = byId(field);
    say(byId(`${field}-problem`), problems[field]);
    if (!input) continue;
    if (problems[field]) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", `${field}-problem`);
      first ??= input;
    } else {
      input.removeAttribute("aria-invalid");
    }
  }
  say(byId("order-problem"), Object.keys(problems).length ? null : general);
  first?.focus();
}

async function place(event) {
  event.preventDefault();
  const button = byId("place");
  button.disabled = true; // one click, one order
  const answer = await ask("POST", "/api/algeria-orders", {
    customerName: byId("customerName").value,
    productName: chosen().value,
    totalPrice: total(),
    quantity: pieces(),
    wilaya: byId("wilaya").value,
    phone: byId("phone").value,
  });
  button.disabled = false;
  showProblems(answer.data.fields ?? {}, answer.ok ? null : answer.data.message);
  if (answer.ok) thank(answer.data);
}

function thank(order) {
  byId("thanks-title").textContent = `Thank you, ${order.customerName}.`;
  byId("thanks-text").textContent =
    `Order ${order.id} is stored: ${order.quantity} × ${order.productName}, ${dinars(order.totalPrice)}, to ${order.wilaya}.`;
  byId("thanks-call").textContent = `We will call ${telephone(order.phone)}.`;
  swap(true);
  byId("thanks").focus();
}

function swap(done) {
  byId("thanks").hidden = !done;
  form.hidden = done;
  document.querySelector(".summary").hidden = done;
}

async function fillWilayas() {
  const answer = await ask("GET", "/api/wilayas");
  const list = byId("wilaya");
  for (const { number, name } of answer.ok ? answer.data : []) {
    list.append(new Option(`${String(number).padStart(2, "0")} · ${name}`, name, name === "Algiers", name === "Algiers"));
  }
  if (!answer.ok) say(byId("order-problem"), answer.data.message);
}

form.addEventListener("submit", place);
form.addEventListener("change", refresh);
byId("quantity").addEventListener("input", refresh);
byId("again").addEventListener("click", () => { swap(false); byId("customerName").focus(); });
refresh();
fillWilayas();
