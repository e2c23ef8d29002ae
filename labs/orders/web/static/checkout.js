// The checkout page: collects the order, sends it, and shows the server's answer.
import { ask } from "./api.js";
import { sendOrder } from "./attempt.js";
import { price, speak, tell, word } from "./language.js";
import { showProblems } from "./problems.js";
import { bidi, telephone } from "./text.js";
import { keepWilayas, showWilayas, wilayaName } from "./wilayas.js";

const byId = (id) => document.getElementById(id);
const form = byId("order");
const quantity = byId("quantity");
const chosen = () => form.querySelector('input[name="product"]:checked');
const pieces = () => (Number.isInteger(quantity.valueAsNumber) && quantity.valueAsNumber > 0 ? quantity.valueAsNumber : 1);
const unit = () => Number(chosen().dataset.price);
let answer = null; // the server's last one: said again when the language changes

function refresh() {
  byId("summary-product").textContent = `${pieces()} × ${chosen().value}`;
  byId("summary-price").replaceChildren(price(unit()));
  byId("total").replaceChildren(price(unit() * pieces()));
  byId("fewer").disabled = pieces() <= 1;
  byId("more").disabled = pieces() >= Number(quantity.max);
}

function filledIn() {
  return {
    customerName: byId("customerName").value,
    productName: chosen().value,
    totalPrice: unit() * pieces(),
    quantity: quantity.valueAsNumber,
    wilaya: byId("wilaya").value,
    phone: byId("phone").value,
    email: byId("email").value.trim() || null,
    urgent: byId("urgent").checked,
  };
}

async function place(event) {
  event.preventDefault();
  if (byId("place").disabled) return; // Enter, while the last one is under way
  busy(true);
  showProblems(null);
  answer = await sendOrder(filledIn(), () => tell(byId("order-problem"), "retrying"));
  busy(false);
  const first = showProblems(answer);
  if (answer.ok) show(true);
  (answer.ok ? byId("thanks") : first ?? byId("place")).focus();
}

function busy(yes) {
  byId("place").disabled = yes; // one click, one order
  byId("place").textContent = word(yes ? "placing" : "place");
  form.setAttribute("aria-busy", String(yes));
}

function thank(order) {
  tell(byId("thanks-title"), "thanks", { name: order.customerName });
  byId("thanks-number").textContent = order.id;
  tell(byId("thanks-text"), "stored", {
    quantity: order.quantity, product: order.productName, price: price(order.totalPrice), wilaya: wilayaName(order.wilaya),
  });
  tell(byId("thanks-call"), "call", { phone: bidi(telephone(order.phone), "ltr") });
  tell(byId("thanks-write"), "write", { email: bidi(order.email, "ltr") });
  byId("thanks-write").hidden = !order.email;
}

function show(done) {
  if (done) thank(answer.data);
  byId("thanks").hidden = !done;
  form.hidden = done;
  byId("summary").hidden = done;
  scrollTo(0, 0);
}

function step(by) {
  quantity.value = String(Math.min(Number(quantity.max), Math.max(1, pieces() + by)));
  refresh();
}

function another() {
  answer = null;
  show(false);
  byId("customerName").focus();
}

function translated() {
  for (const node of document.querySelectorAll("[data-price]")) {
    node.closest("label").querySelector(".product-price").replaceChildren(price(Number(node.dataset.price)));
  }
  showWilayas(byId("wilaya"));
  busy(byId("place").disabled);
  refresh();
  if (answer) showProblems(answer);
  if (answer?.ok) thank(answer.data);
}

form.addEventListener("submit", place);
form.addEventListener("change", refresh);
quantity.addEventListener("input", refresh);
byId("fewer").addEventListener("click", () => step(-1));
byId("more").addEventListener("click", () => step(1));
byId("again").addEventListener("click", another);
speak(translated);
const list = await ask("GET", "/api/wilayas");
if (list.ok) keepWilayas(list.data);
else showProblems(list);
showWilayas(byId("wilaya"));
