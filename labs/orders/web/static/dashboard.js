// The admin's dashboard: where its parts meet, and what happens when an event arrives.
import { ask, change } from "./api.js";
import { showPulse, showState } from "./connection.js";
import { Detail } from "./detail.js";
import { List } from "./list.js";
import { showMails } from "./mails.js";
import { remember } from "./memory.js";
import { cancelDialog } from "./moves.js";
import { Orders } from "./orders.js";
import { numbersUpTo, ring, soundButton } from "./sound.js";
import { Stream } from "./stream.js";
import { dinars } from "./text.js";
import { toast } from "./toast.js";
import { showTrends, trendsSoon } from "./trends.js";
import { readUpTo, Unread } from "./unread.js";
import { showWebhooks, webhookForm } from "./webhooks.js";

const FEED = 200; // how much of the feed an opening page asks for
const SIGNED_OUT = "orders.signed-out";
const TYPED_MS = 250;
const byId = (id) => document.getElementById(id);

const orders = new Orders((ids) => show(ids));
const unread = new Unread({ badge: byId("badge"), button: byId("mark-read"), changed: () => show(null) });
const list = new List(byId("orders"), { orders, unread, on: { open: openOrder, moved } });
const detail = new Detail({ orders, on: { closed, moved } });
let painting = null;
let changed = [];

/** Rows are written once for each picture that the screen shows, however many events came in between. */
function show(ids) {
  changed = ids === null || changed === null ? null : [...changed, ...ids];
  painting ??= setTimeout(paint, 16);
}

function paint() {
  const ids = changed;
  [painting, changed] = [null, []];
  list.show(ids);
  if (detail.id !== null && (ids === null || ids.includes(detail.id))) detail.show();
  const none = byId("orders").children.length === 0;
  byId("empty").hidden = !none || Boolean(orders.status || orders.text);
  byId("nothing").hidden = !none || !(orders.status || orders.text);
  byId("older").hidden = !orders.next;
  byId("older").textContent = `Show older orders (${byId("orders").children.length} of ${orders.total})`;
  byId("tools").hidden = !orders.offered;
}

function arrived(id, event, order) {
  orders.fold(order);
  unread.arrived(id, event, order.orderId);
  show([order.orderId]);
  trendsSoon();
  if (detail.id === order.orderId) detail.follow();
  if (event !== "order.created" && event !== "order.cancelled") return;
  const about = [`#${order.orderId}`, order.wilaya, order.totalPrice && dinars(order.totalPrice)].filter(Boolean).join(" · ");
  toast(order.message, about, () => openOrder(order.orderId));
  if (event === "order.created") ring(id);
}

function openOrder(id) {
  const before = list.open;
  list.open = id;
  show([id, before]);
  detail.open(id);
}

function closed(id) {
  list.open = null;
  show([id]);
  byId("orders").querySelector(`[data-id="${id}"] .open`)?.focus();
}

async function moved(order, problem, id) {
  if (problem) list.problems.set(id, problem);
  else list.problems.delete(id);
  if (detail.id === id) detail.problem(problem);
  if (order) orders.merge(order);
  else await orders.one(id); // what it really is now
  show([id]);
}

async function refused() {
  const { ok, data } = await ask("GET", "/api/session");
  if (ok && !data.signedIn) location.assign("/admin/sign-in"); // the session has run out
}

async function open() {
  const { ok, status, data } = await ask("GET", `/api/notifications?limit=${FEED}&read=${readUpTo()}`);
  if (status === 401) return location.assign("/admin/sign-in");
  if (!ok) {
    showState("lost");
    return setTimeout(open, 2000);
  }
  await orders.look();
  for (const { id, event, ...payload } of [...data.items].reverse()) orders.fold(payload);
  unread.begin(data);
  numbersUpTo(data.latestId);
  new Stream("/api/notifications/stream", data.latestId, { event: arrived, state: showState, pulse: showPulse, refused }).open();
  return Promise.all([showTrends(), showMails(), showWebhooks()]);
}

let typing = null;
byId("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => orders.look({ text: byId("search").value.trim() }), TYPED_MS);
});
byId("status").addEventListener("change", () => orders.look({ status: byId("status").value }));
byId("older").addEventListener("click", () => orders.older());
byId("sign-out").addEventListener("click", async () => {
  await change("DELETE", "/api/session");
  remember(SIGNED_OUT, String(Date.now())); // the other tabs go too
  location.assign("/admin/sign-in");
});
addEventListener("storage", ({ key }) => { if (key === SIGNED_OUT) location.assign("/admin/sign-in"); });
soundButton(byId("sound"));
cancelDialog();
webhookForm();
open();
