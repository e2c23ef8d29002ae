// The admin's dashboard: the list, the badge, and what happens when an order arrives.
import { ask, askSession } from "./api.js";
import { allowSound, muted, ring, setMuted } from "./sound.js";
import { Stream } from "./stream.js";
import { dinars, element, say, telephone, words } from "./text.js";
import { toast } from "./toast.js";

const READ = "orders.read";
const SHOWN = 50;
const STATES = { connecting: "Connecting…", live: "Live", lost: "Connection lost, trying again" };

const byId = (id) => document.getElementById(id);
const list = byId("orders");
let latest = 0;
let unread = 0;
const readUpTo = () => Number(localStorage.getItem(READ) ?? 0) || 0;

function row(id, order) {
  const when = new Date(order.createdAt);
  const time = element("time", "", when.toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }));
  time.dateTime = order.createdAt;
  const call = element("a", "", telephone(order.phone));
  call.href = `tel:${String(order.phone).replace(/[^+\d]/g, "")}`;
  const number = element("div", "order-number", `#${order.orderId}`);
  const item = element(
    "li", "order", null, number,
    element("div", "order-who", null, words(order.customerName), " · ", words(order.productName)),
    element("div", "order-price", dinars(order.totalPrice)),
    element("div", "order-details", null, words(order.wilaya), " · ", call),
    time,
  );
  if (id > readUpTo()) {
    item.classList.add("unread");
    number.append(element("span", "new", "New"));
  }
  return item;
}

function showBadge() {
  say(byId("badge"), unread ? String(unread) : null);
  byId("badge").setAttribute("aria-label", `${unread} unread`);
  byId("mark-read").hidden = !unread;
  byId("empty").hidden = list.children.length > 0;
  document.title = unread ? `(${unread}) Orders` : "Orders";
}

function arrived(id, order) {
  latest = id;
  unread += 1;
  list.prepend(row(id, order));
  while (list.children.length > SHOWN) list.lastElementChild.remove();
  showBadge();
  toast(order.message, `#${order.orderId} · ${order.wilaya} · ${dinars(order.totalPrice)}`);
  ring();
}

function markRead() {
  localStorage.setItem(READ, String(latest));
  unread = 0;
  for (const item of list.querySelectorAll(".unread")) {
    item.classList.remove("unread");
    item.querySelector(".new")?.remove();
  }
  showBadge();
}

function showState(state) {
  const pill = byId("connection");
  if (pill.dataset.state === state) return;
  pill.dataset.state = state;
  pill.textContent = STATES[state];
  if (state !== "live") say(byId("notice"), null); // what we knew about the broker is old news now
}

async function refused() {
  const { ok, data } = await ask("GET", "/api/session");
  if (ok && !data.signedIn) location.assign("/admin/sign-in"); // the session has run out
}

function showStatus({ broker, waiting }) {
  const orders = waiting === 1 ? "1 order waits" : `${waiting} orders wait`;
  say(byId("notice"), broker ? null
    : `The broker is away. Orders are still taken${waiting ? `; ${orders} and will appear here when it is back.` : "."}`);
}

function showSound() {
  byId("sound").textContent = muted() ? "Sound off" : "Sound on";
}

async function open() {
  const { ok, status, data } = await ask("GET", `/api/notifications?limit=${SHOWN}&read=${readUpTo()}`);
  if (status === 401) return location.assign("/admin/sign-in");
  if (!ok) {
    showState("lost");
    return setTimeout(open, 2000);
  }
  latest = data.latestId;
  if (readUpTo() > latest) localStorage.setItem(READ, String(latest)); // a new database counts from one again
  unread = data.unread;
  list.replaceChildren(...data.items.map((item) => row(item.id, item)));
  showBadge();
  new Stream("/api/notifications/stream", latest, { order: arrived, state: showState, status: showStatus, refused }).open();
}

byId("mark-read").addEventListener("click", markRead);
byId("sound").addEventListener("click", () => { setMuted(!muted()); showSound(); });
byId("sign-out").addEventListener("click", async () => {
  await askSession("DELETE");
  location.assign("/admin/sign-in");
});
addEventListener("storage", (event) => { if (event.key === READ && readUpTo() >= latest) markRead(); });
allowSound();
showSound();
open();
