"""The admin's dashboard: what arrives, what is new, what can be done, and what it says when it is cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.shop_page import PretendShop, Step

#: Counts the notes that are really started. Two of them are one ring.
LISTEN = """
const start = OscillatorNode.prototype.start;
const page = () => document.documentElement.dataset;
OscillatorNode.prototype.start = function (...when) {
  page().notes = String(Number(page().notes ?? 0) + 1);
  return start.apply(this, when);
};
"""
MOBILE = {"width": 390, "height": 844}


@pytest.fixture
def shop() -> Iterator[PretendShop]:
    """A shop that answers what the test tells it to."""
    shop = PretendShop()
    shop.start()
    yield shop
    shop.stop()


def opened(page: Page, shop: PretendShop) -> Page:
    """The dashboard, open and live, with a way to count the sounds that it plays."""
    page.add_init_script(LISTEN)
    page.goto(shop.url + "/admin")
    expect(page.locator("#connection")).to_have_text("Live")
    return page


@pytest.fixture
def dashboard(page: Page, shop: PretendShop) -> Page:
    """One dashboard, open and live."""
    return opened(page, shop)


def allow_sound(page: Page) -> None:
    """A gesture: the browser allows sound from now on."""
    page.get_by_role("heading", name="Orders", exact=True).click()
    expect(page.locator("#sound")).to_have_text("Sound on")


def notes(page: Page) -> int:
    """How many notes this page has played."""
    return int(page.locator("html").get_attribute("data-notes") or 0)


def heard(page: Page, number: int) -> None:
    """Wait until the page has played so many notes."""
    expect(page.locator("html")).to_have_attribute("data-notes", str(number))


def numbers(page: Page) -> list[str]:
    """The numbers in the list, from the top."""
    return page.locator(".order .open").all_inner_texts()


def test_an_order_is_toast_sound_badge_title_and_row(dashboard: Page, shop: PretendShop) -> None:
    """All five, without a reload."""
    expect(dashboard.get_by_text("No orders yet")).to_be_visible()
    allow_sound(dashboard)
    shop.order(42, quantity=2, urgent=True)
    expect(dashboard.locator(".toast")).to_contain_text("New order from Ahmed for iPhone 15 Pro")
    expect(dashboard.locator(".toast")).to_contain_text("#42 · Algiers · 329 000 DZD")
    expect(dashboard.locator("#badge")).to_have_text("1")
    expect(dashboard).to_have_title("(1) Orders")
    row = dashboard.locator(".order.unread")
    for words in ("#42", "New", "Ahmed · iPhone 15 Pro × 2", "329 000 DZD", "Algiers", "Urgent", "pending"):
        expect(row).to_contain_text(words)
    expect(row.get_by_role("link")).to_have_attribute("href", "tel:+213555123456")
    heard(dashboard, 2)
    expect(dashboard.get_by_text("No orders yet")).to_be_hidden()


def test_before_the_browser_allows_sound_the_button_says_so(dashboard: Page, shop: PretendShop) -> None:
    """Silence that is not explained looks like a fault. The button itself is the way out of it."""
    sound = dashboard.locator("#sound")
    expect(sound).to_have_text("Sound: click to allow")
    shop.order(42)
    expect(dashboard.locator("#badge")).to_have_text("1")
    assert notes(dashboard) == 0
    sound.click()
    expect(sound).to_have_text("Sound on")
    heard(dashboard, 2)  # so that one hears what was allowed
    shop.order(43)
    heard(dashboard, 4)


def test_a_rush_is_one_sound_and_three_toasts(dashboard: Page, shop: PretendShop) -> None:
    """Thirty orders at once: all are in the list and in the badge, and nobody is buried under noise."""
    allow_sound(dashboard)
    for number in range(42, 72):
        shop.order(number)
    expect(dashboard.locator("#badge")).to_have_text("30")
    expect(dashboard.locator(".order")).to_have_count(30)
    assert numbers(dashboard) == [f"#{number}" for number in range(71, 41, -1)]
    assert dashboard.locator(".toast").count() <= 3
    assert notes(dashboard) <= 4


def test_two_tabs_are_both_live_and_ring_once(dashboard: Page, shop: PretendShop) -> None:
    """Both show the order; one sounds; what is read in one is read in the other; muting counts for both."""
    other = opened(dashboard.context.new_page(), shop)
    allow_sound(dashboard)
    allow_sound(other)
    shop.order(42)
    for tab in (dashboard, other):
        expect(tab.locator(".order.unread")).to_have_count(1)
        expect(tab).to_have_title("(1) Orders")
    dashboard.wait_for_timeout(300)  # a second ring would be there by now
    assert notes(dashboard) + notes(other) == 2
    other.get_by_role("button", name="Mark all read").click()
    for tab in (dashboard, other):
        expect(tab.locator("#badge")).to_be_hidden()
        expect(tab.locator(".order.unread")).to_have_count(0)
        expect(tab).to_have_title("Orders")
    other.locator("#sound").click()
    expect(dashboard.locator("#sound")).to_have_text("Sound off")


def test_the_tab_that_may_not_sound_leaves_it_to_the_one_that_may(dashboard: Page, shop: PretendShop) -> None:
    """The first tab was never clicked: the second one rings."""
    other = opened(dashboard.context.new_page(), shop)
    allow_sound(other)
    shop.order(42)
    heard(other, 2)
    assert notes(dashboard) == 0


def test_what_was_read_stays_read_and_what_is_new_is_counted(dashboard: Page, shop: PretendShop) -> None:
    """Over a reload. A change of status is no new order and does not count."""
    shop.order(42)
    dashboard.get_by_role("button", name="Mark all read").click()
    shop.order(43)
    shop.move(42, "confirmed")
    expect(dashboard.locator('[data-id="42"] .chip')).to_contain_text("confirmed")
    dashboard.reload()
    expect(dashboard.locator("#badge")).to_have_text("1")
    expect(dashboard.locator(".order.unread .open")).to_have_text("#43")


def test_more_than_the_page_can_count_is_shown_as_more(page: Page, shop: PretendShop) -> None:
    """Beyond the part of the feed that it fetched the page does not know, and does not pretend to."""
    for number in range(42, 292):
        shop.order(number)
    opened(page, shop)
    expect(page.locator("#badge")).to_have_text("200+")
    page.get_by_role("button", name="Mark all read").click()
    expect(page.locator("#badge")).to_be_hidden()


def test_a_stream_that_is_cut_misses_nothing_and_repeats_nothing(dashboard: Page, shop: PretendShop) -> None:
    """Orders come before, during and after the cut; each is there once, and is said once."""
    shop.order(42)
    expect(dashboard.locator(".order")).to_have_count(1)
    shop.away = True
    shop.cut()
    expect(dashboard.locator("#connection")).to_contain_text(re.compile(r"^Lost since \d\d:\d\d:\d\d$"))
    expect(dashboard.locator("#notice")).to_contain_text("No connection to the shop since")
    shop.order(43)
    shop.order(44)
    shop.away = False
    expect(dashboard.locator("#connection")).to_have_text("Live")
    expect(dashboard.locator("#notice")).to_be_hidden()
    shop.order(45)
    expect(dashboard.locator(".order")).to_have_count(4)
    assert numbers(dashboard) == ["#45", "#44", "#43", "#42"]
    expect(dashboard.locator("#badge")).to_have_text("4")


def test_a_short_cut_heals_by_itself_and_asks_for_what_came_after_the_last(
    dashboard: Page, shop: PretendShop
) -> None:
    """The browser reconnects with the last number that it saw."""
    shop.order(42)
    expect(dashboard.locator(".order")).to_have_count(1)
    shop.cut()
    shop.order(43)
    expect(dashboard.locator(".order")).to_have_count(2)
    expect(dashboard.locator("#connection")).to_have_text("Live")
    expect(dashboard.locator("#badge")).to_have_text("2")


def test_a_silent_connection_counts_as_lost(page: Page, shop: PretendShop) -> None:
    """No pulse for fifteen seconds: a network that swallows everything looks exactly like that."""
    page.clock.install()
    opened(page, shop)
    page.clock.run_for(14_000)
    expect(page.locator("#connection")).to_have_text("Live")
    page.clock.run_for(1_500)
    expect(page.locator("#connection")).to_contain_text("Lost since")


def test_the_page_tells_when_the_broker_is_away_and_how_much_waits(
    dashboard: Page, shop: PretendShop
) -> None:
    """The stream is fine, the broker is not: that is another sentence than a lost connection."""
    shop.beat(broker=False, waiting=1)
    expect(dashboard.locator("#connection")).to_have_text("Broker away · 1 waiting")
    expect(dashboard.locator("#notice")).to_contain_text("1 event waits in the outbox and will appear")
    shop.beat(broker=False, waiting=7)
    expect(dashboard.locator("#notice")).to_contain_text("7 events wait in the outbox and will appear")
    shop.beat(broker=True, waiting=3)
    expect(dashboard.locator("#connection")).to_have_text("Live · 3 waiting")
    expect(dashboard.locator("#notice")).to_be_hidden()
    shop.beat(broker=True, waiting=0)
    expect(dashboard.locator("#connection")).to_have_text("Live")


def test_confirming_an_order_asks_the_shop_and_then_shows_it(dashboard: Page, shop: PretendShop) -> None:
    """With the token and the version that was seen; nothing changes on the page before the answer."""
    shop.order(42)
    dashboard.get_by_role("button", name="Confirm order 42").click()
    expect(dashboard.locator('[data-id="42"] .chip')).to_contain_text("confirmed")
    expect(dashboard.get_by_role("button", name="Ship order 42")).to_be_visible()
    expect(dashboard.get_by_role("button", name="Confirm order 42")).to_have_count(0)
    assert shop.patched[0].body == {"status": "confirmed", "version": 1}
    assert shop.patched[0].headers["x-csrf-token"] == "the-token"


def test_cancelling_asks_why_and_can_be_thought_over(dashboard: Page, shop: PretendShop) -> None:
    """Keeping it and Escape change nothing; the reason goes with the order."""
    shop.order(42)
    for leave in ("Keep it", "Escape"):
        dashboard.get_by_role("button", name="Cancel order 42").click()
        expect(dashboard.get_by_role("dialog")).to_be_visible()
        if leave == "Escape":
            dashboard.keyboard.press("Escape")
        else:
            dashboard.get_by_role("button", name=leave).click()
        expect(dashboard.get_by_role("dialog")).to_be_hidden()
    assert shop.patched == []
    dashboard.get_by_role("button", name="Cancel order 42").click()
    dashboard.get_by_label("Reason").fill("Nobody answers the telephone")
    dashboard.keyboard.press("Enter")
    expect(dashboard.locator('[data-id="42"] .chip')).to_contain_text("cancelled")
    assert shop.patched[0].body["reason"] == "Nobody answers the telephone"


def test_who_comes_second_is_told_so_and_sees_what_is_true(dashboard: Page, shop: PretendShop) -> None:
    """409: the row keeps its explanation, and shows the status that the order really has."""
    shop.order(42)
    expect(dashboard.get_by_role("button", name="Confirm order 42")).to_be_visible()
    shop.orders[42] |= {"status": "cancelled", "version": 2, "moves": []}  # and no event has come yet
    dashboard.get_by_role("button", name="Confirm order 42").click()
    row = dashboard.locator('[data-id="42"]')
    expect(row.get_by_role("alert")).to_have_text(
        "Somebody was faster. This order is cancelled and cannot become confirmed."
    )
    expect(row.locator(".chip")).to_contain_text("cancelled")
    expect(row.locator("[data-move]")).to_have_count(0)


def test_a_change_by_somebody_else_arrives_by_itself(dashboard: Page, shop: PretendShop) -> None:
    """The stream says the status, the read model what may follow; no toast rings for it."""
    shop.order(42)
    expect(dashboard.locator(".toast")).to_have_count(1)
    shop.move(42, "confirmed")
    expect(dashboard.locator('[data-id="42"] .chip')).to_contain_text("confirmed")
    expect(dashboard.get_by_role("button", name="Ship order 42")).to_be_visible()
    expect(dashboard.locator(".toast")).to_have_count(1)


def test_an_order_that_the_saga_cancels_says_why(dashboard: Page, shop: PretendShop) -> None:
    """The event `order.cancelled` is a toast with its reason."""
    shop.order(42)
    order = shop.orders[42]
    order |= {"status": "cancelled", "version": 2, "moves": []}
    payload = {"orderId": 42, "status": "cancelled", "version": 2, "customerName": "Ahmed"}
    shop.announce("order.cancelled", payload | {"message": "Order 42 is cancelled: the card was declined"})
    expect(dashboard.locator(".toast").last).to_contain_text("Order 42 is cancelled: the card was declined")
    expect(dashboard.locator('[data-id="42"] .chip')).to_contain_text("cancelled")
    expect(dashboard.locator("#badge")).to_have_text("1")


def test_the_list_is_filtered_searched_and_paged(page: Page, shop: PretendShop) -> None:
    """By status, by words, and backwards in time; an order that arrives shows only where it fits."""
    for number in range(42, 162):
        shop.order(number, customerName="Meriem" if number % 10 == 0 else "Ahmed")
    shop.move(50, "confirmed")
    opened(page, shop)
    expect(page.locator(".order")).to_have_count(50)
    page.get_by_role("button", name="Show older orders (50 of 120)").click()
    expect(page.locator(".order")).to_have_count(100)
    page.get_by_role("button", name="Show older orders (100 of 120)").click()
    expect(page.locator(".order")).to_have_count(120)
    expect(page.locator("#older")).to_be_hidden()
    assert numbers(page) == [f"#{number}" for number in range(161, 41, -1)]

    page.get_by_label("Search orders").fill("meriem")
    expect(page.locator(".order")).to_have_count(12)
    shop.order(200, customerName="Ahmed")
    shop.order(201, customerName="Meriem")
    expect(page.locator(".order")).to_have_count(13)
    page.get_by_label("Status", exact=True).select_option("confirmed")
    expect(page.locator(".order")).to_have_count(1)
    expect(page.locator(".order .open")).to_have_text("#50")
    shop.move(50, "shipped")
    expect(page.get_by_text("No order fits.")).to_be_visible()


def test_an_order_opens_with_its_timeline_and_follows_it(dashboard: Page, shop: PretendShop) -> None:
    """Every hop with its moment; new hops come by themselves; Escape gives the focus back to the row."""
    shop.order(42, email="ahmed@example.org", tracking="DZ-1")
    stored = Step(0, "order.created", "stored", "shop", "The shop wrote order.created down.")
    failed = Step(1480, "order.created", "failed", "email → a@example.org", "email gave up.")
    shop.timelines[42] = [stored.as_json()]
    dashboard.get_by_role("button", name="#42").click()
    panel = dashboard.get_by_role("region", name="Order 42")
    expect(panel.get_by_role("heading", name="Order 42")).to_be_focused()
    for words in ("ahmed@example.org", "DZ-1", "Stock reserved and paid", "329 000 DZD"):
        expect(panel).to_contain_text(words)
    expect(panel.locator(".step")).to_have_count(1)
    shop.timelines[42].append(failed.as_json())
    expect(panel.locator(".step")).to_have_count(2)
    expect(panel.locator(".step").last).to_contain_text("+1.5 s")
    expect(panel.locator(".step").last).to_contain_text("email → a@example.org")
    panel.get_by_role("button", name="Confirm order 42").click()
    expect(panel.locator(".chip")).to_contain_text("confirmed")
    dashboard.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(dashboard.get_by_role("button", name="#42")).to_be_focused()


def test_the_chart_has_its_numbers_as_words_and_as_a_table(page: Page, shop: PretendShop) -> None:
    """Who cannot see bars hears the sum and the busiest hour, and can read every hour."""
    hours = [
        {
            "hour": f"2025-11-16T{hour:02}:00:00Z",
            "orders": hour % 5,
            "cancelled": int(hour == 4),
            "total": hour * 1000,
        }
        for hour in range(24)
    ]
    shop.trends = {"hours": hours, "wilayas": [{"wilaya": "Algiers", "orders": 7, "total": 1}]}
    opened(page, shop)
    expect(page.locator("#trend-orders")).to_have_text("46")
    expect(page.locator("#trend-cancelled")).to_have_text("1")
    chart = page.get_by_role("img", name=re.compile("Orders in each of the last 24 hours, 46 in all"))
    expect(chart.locator(".bar-orders")).to_have_count(24)
    page.get_by_text("The same as a table").click()
    expect(page.locator("#hours-table tr")).to_have_count(19)
    asked = sum(line.startswith("GET /api/trends") for line in shop.asked)
    shop.order(42)
    expect(page.locator(".order")).to_have_count(1)
    page.wait_for_timeout(1700)
    assert sum(line.startswith("GET /api/trends") for line in shop.asked) == asked + 1


def test_the_mailbox_shows_mail_as_text(page: Page, shop: PretendShop) -> None:
    """Subjects and texts quote customers: nothing of it is markup."""
    text = "Dear <b>Ahmed</b>,\n<img src=x onerror=alert(1)>"
    mail = {"id": 1, "from": "shop@example.org", "to": ["a@example.org"], "messageId": "1", "text": text}
    shop.mails = [mail | {"subject": "<i>42</i>"}]
    opened(page, shop)
    page.get_by_role("heading", name="Mailbox").click()
    page.get_by_text("<i>42</i>").click()
    expect(page.locator(".mail-text")).to_have_text(text)
    assert page.locator("#mails :is(b, i, img)").count() == 0


def test_webhooks_are_added_tried_and_removed(page: Page, shop: PretendShop) -> None:
    """The secret is shown once; a bad address is refused where it was typed."""
    shop.webhooks = []
    opened(page, shop)
    page.get_by_role("heading", name="Webhooks").click()
    address = page.get_by_label("Address")
    address.fill("ftp://example.org")
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.locator("#webhook-problem")).to_have_text(
        "Give an address that begins with http:// or https://."
    )
    expect(address).to_be_focused()
    address.fill("https://example.org/hook")
    page.get_by_label("Events").fill("order.created, order.cancelled")
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.locator("#webhook-secret")).to_contain_text("whsec_c2VjcmV0")
    hook = page.locator("#webhook-list li")
    expect(hook).to_contain_text("https://example.org/hook")
    assert shop.webhooks[0]["keys"] == ["order.created", "order.cancelled"]
    hook.get_by_role("button", name="Send a test").click()
    expect(hook).to_contain_text("The receiver answered 200.")
    hook.get_by_role("button", name="Remove").click()
    expect(hook).to_have_count(0)
    assert shop.webhooks == []


def test_a_shop_of_the_feed_alone_still_has_its_live_list(page: Page, shop: PretendShop) -> None:
    """No read model, no trends, no mailbox, no webhooks: what is missing is not shown, and orders arrive."""
    shop.no_views = True
    shop.order(42)
    opened(page, shop)
    shop.order(43)
    expect(page.locator(".order")).to_have_count(2)
    for panel in ("#tools", "#trends", "#mails", "#webhooks", "#older"):
        expect(page.locator(panel)).to_be_hidden()


def test_signing_out_ends_every_tab(dashboard: Page, shop: PretendShop) -> None:
    """A dashboard that stays open in another tab would go on showing customers' names."""
    other = opened(dashboard.context.new_page(), shop)
    dashboard.get_by_role("button", name="Sign out").click()
    for tab in (dashboard, other):
        expect(tab).to_have_url(shop.url + "/admin/sign-in")


def test_a_session_that_has_run_out_leads_to_the_sign_in(dashboard: Page, shop: PretendShop) -> None:
    """The stream is refused: the page does not pretend that it only waits for the network."""
    shop.signed_in = False
    shop.cut()
    expect(dashboard).to_have_url(shop.url + "/admin/sign-in")


HOSTILE = {
    "script": "<script>document.title='owned'</script>",
    "image": "<img src=x onerror=\"document.title='owned'\">",
    "long": "W" * 10_000,
    "override": "\u202eAhmed \u2066\u2069\u2069\u202e",
    "arabic": "أمينة بوعلام",
    "emoji": "👩🏽‍💻 Ahmed 🇩🇿",
    "entity": "&lt;b&gt; &amp;",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("width", [390, 1280])
def test_a_hostile_name_is_text_everywhere(page: Page, shop: PretendShop, name: str, width: int) -> None:
    """In toast, row and detail: letters, no element of its own, no turned line, nothing to scroll sideways."""
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, shop)
    shop.order(42, customerName=name, productName=name)
    shown = re.sub("[\u202a-\u202e\u2066-\u2069]", "\ufffd", name)
    expect(page.locator(".toast")).to_contain_text(shown)
    expect(page.locator(".order-who")).to_have_text(f"{shown} · {shown}")
    page.get_by_role("button", name="#42").click()
    expect(page.locator("#facts")).to_contain_text(shown)
    expect(page).to_have_title("(1) Orders")
    inside = ".order :is(script, img, b), .toast-words :is(script, img, b), #detail :is(script, img, b)"
    assert page.locator(inside).count() == 0
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"the page is {wide} px wide in a window of {width} px"


def test_the_dashboard_can_be_used_by_keyboard_alone(dashboard: Page, shop: PretendShop) -> None:
    """From the top to an order, into it, confirm it there, and back; the focus is never lost on the way."""
    shop.order(42)
    expect(dashboard.locator(".order")).to_have_count(1)
    dashboard.locator(".toast-close").click()

    def tab_to(selector: str) -> None:
        for _ in range(25):
            dashboard.keyboard.press("Tab")
            if dashboard.evaluate(f"document.activeElement.matches('{selector}')"):
                return
        pytest.fail(f"no Tab leads to {selector}")

    dashboard.evaluate("document.activeElement.blur()")
    tab_to("#sound")
    tab_to(".order .open")
    dashboard.keyboard.press("Enter")
    expect(dashboard.locator("#detail-title")).to_be_focused()
    tab_to("#detail [data-move=confirmed]")
    dashboard.keyboard.press("Enter")
    expect(dashboard.locator("#detail .chip")).to_contain_text("confirmed")
    dashboard.keyboard.press("Escape")
    expect(dashboard.get_by_role("button", name="#42")).to_be_focused()


def test_the_focus_stays_in_a_row_that_is_written_anew(dashboard: Page, shop: PretendShop) -> None:
    """Somebody else's event must not throw a keyboard back to the top of the page."""
    shop.order(42)
    dashboard.locator('[data-id="42"] [data-move="cancelled"]').focus()
    shop.move(42, "confirmed")
    expect(dashboard.locator('[data-id="42"] .chip')).to_contain_text("confirmed")
    expect(dashboard.get_by_role("button", name="Ship order 42")).to_be_visible()
    expect(dashboard.get_by_role("button", name="#42")).to_be_focused()


def test_on_a_phone_the_open_order_covers_the_page_and_nothing_behind_it_can_be_reached(
    dashboard: Page, shop: PretendShop
) -> None:
    """What cannot be seen must not take the focus either."""
    dashboard.set_viewport_size(MOBILE)
    shop.order(42)
    dashboard.get_by_role("button", name="#42").click()
    box = dashboard.locator("#detail").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    assert dashboard.locator(".main").evaluate("node => node.inert")
    dashboard.get_by_role("button", name="Close").click()
    assert not dashboard.locator(".main").evaluate("node => node.inert")


def test_two_browsers_have_their_own_badges(
    dashboard: Page, shop: PretendShop, context_of_another: BrowserContext
) -> None:
    """What one admin has read is news to another."""
    shop.order(42)
    dashboard.get_by_role("button", name="Mark all read").click()
    other = opened(context_of_another.new_page(), shop)
    expect(other.locator("#badge")).to_have_text("1")


@pytest.fixture
def context_of_another(page: Page) -> Iterator[BrowserContext]:
    """A second browser, which shares nothing with the first."""
    assert page.context.browser is not None
    context = page.context.browser.new_context()
    yield context
    context.close()
