"""Two pages side by side, as Ahmed and the admin see them: ordered on one, arrived on the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from labs.broker.address import Broker
from labs.orders.running import OrderSystem
from labs.orders.services import SERVICES
from labs.orders.settings import OrderSettings
from labs.orders.web.account import Account

PASSWORD = "open-sesame"
AHMED = {
    "customerName": "Ahmed",
    "productName": "iPhone 15 Pro",
    "totalPrice": 329000,
    "quantity": 1,
    "wilaya": "Algiers",
    "phone": "+213 555 123 456",
}


@pytest.fixture
def shop(broker: Broker, vhost: str, tmp_path: Path) -> Iterator[OrderSystem]:
    """A shop of the test's own, on the real broker, with a password that the test knows."""
    Account.create(PASSWORD).save(tmp_path / "admin.json")
    with OrderSystem(broker, vhost=vhost, home=tmp_path) as shop:
        yield shop


@pytest.fixture
def dashboard(page: Page, shop: OrderSystem) -> Page:
    """The admin's page, signed in and live."""
    page.goto(shop.dashboard_url)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#connection")).to_have_text("Live")
    return page


def order(page: Page, shop: OrderSystem, name: str = "Ahmed") -> None:
    """Place an order on the checkout page, as a customer does."""
    page.goto(shop.checkout_url)
    page.get_by_label("Your name").fill(name)
    expect(page.get_by_label("Wilaya")).to_have_value("Algiers")
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator("#thanks")).to_be_visible()


def test_ahmed_orders_and_the_admin_sees_toast_badge_and_list(dashboard: Page, shop: OrderSystem) -> None:
    """Without a reload: the toast's sentence, the number in badge and title, the row, and the sound."""
    expect(dashboard.get_by_text("No orders yet")).to_be_visible()
    dashboard.get_by_role(
        "heading", name="Orders", exact=True
    ).click()  # a gesture: sound is allowed from now on
    checkout = dashboard.context.new_page()
    order(checkout, shop)
    expect(checkout.get_by_role("heading", name="Thank you, Ahmed.")).to_be_visible()
    expect(checkout.locator("#thanks-number")).to_have_text("42")

    expect(dashboard.locator(".toast")).to_contain_text("New order from Ahmed for iPhone 15 Pro")
    expect(dashboard.locator("#badge")).to_have_text("1")
    expect(dashboard).to_have_title("(1) Orders")
    row = dashboard.locator(".order")
    for words in ("#42", "Ahmed · iPhone 15 Pro", "329 000 DZD", "Algiers", "+213 555 12 34 56"):
        expect(row).to_contain_text(words)
    expect(dashboard.locator("body")).to_have_attribute("data-rang", "1")

    dashboard.get_by_role("button", name="Mark all read").click()
    expect(dashboard.locator("#badge")).to_be_hidden()
    expect(dashboard).to_have_title("Orders")


def test_a_hostile_name_is_shown_as_the_text_that_it_is(dashboard: Page, shop: OrderSystem) -> None:
    """Markup in a name stays letters on both pages, and no script of it runs."""
    name = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> أحمد"
    checkout = dashboard.context.new_page()
    order(checkout, shop, name)
    expect(checkout.locator("#thanks-title")).to_have_text(f"Thank you, {name}.")
    expect(dashboard.locator(".toast")).to_contain_text(name)
    expect(dashboard.locator(".order")).to_contain_text(name)
    expect(dashboard).to_have_title("(1) Orders")
    assert dashboard.locator(".order img, .toast-text img, main script").count() == 0


def test_the_checkout_says_what_is_wrong_under_each_field(page: Page, shop: OrderSystem) -> None:
    """Sentences where they belong, focus on the first of them, and an order that is still there."""
    page.goto(shop.checkout_url)
    page.get_by_label("Your name").fill("")
    page.get_by_label("Phone", exact=True).fill("12")
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator("#customerName-problem")).to_have_text("Please give your name.")
    expect(page.locator("#phone-problem")).to_contain_text("Give a phone number")
    expect(page.get_by_label("Your name")).to_be_focused()
    expect(page.get_by_label("Phone", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Your name").fill("Ahmed")
    page.get_by_label("Phone", exact=True).fill("0555 12 34 56")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you, Ahmed.")).to_be_visible()


def test_a_dashboard_that_was_closed_shows_what_it_missed(
    dashboard: Page, shop: OrderSystem, ahmed: dict[str, object]
) -> None:
    """Three orders while nobody looked: all listed, all unread."""
    url = dashboard.url
    dashboard.goto(shop.checkout_url)
    for _ in range(3):
        shop.wait_for_notification(shop.place(ahmed)["id"])
    dashboard.goto(url)
    expect(dashboard.locator(".order.unread")).to_have_count(3)
    expect(dashboard).to_have_title("(3) Orders")


def test_the_mute_is_remembered(dashboard: Page, shop: OrderSystem) -> None:
    """Off stays off after a reload, and then an order is silent."""
    sound = dashboard.locator("#sound")
    dashboard.get_by_role("heading", name="Orders", exact=True).click()
    expect(sound).to_have_text("Sound on")
    sound.click()
    dashboard.reload()
    expect(sound).to_have_text("Sound off")
    expect(dashboard.locator("#connection")).to_have_text("Live")
    dashboard.get_by_role("heading", name="Orders", exact=True).click()
    order(dashboard.context.new_page(), shop)
    expect(dashboard.locator(".toast")).to_be_visible()
    assert dashboard.locator("body").get_attribute("data-rang") is None


def test_the_connection_state_tells_the_truth(
    dashboard: Page, shop: OrderSystem, broker: Broker, vhost: str, tmp_path: Path
) -> None:
    """The shop stops: the page says so. It comes back, with an order: live again, nothing missed."""
    port = int(shop.url.rpartition(":")[2])
    shop.stop()
    expect(dashboard.locator("#connection")).to_contain_text("Lost since")
    with OrderSystem(broker, vhost=vhost, home=tmp_path, port=port) as again:
        again.wait_for_notification(again.place(AHMED)["id"])
        expect(dashboard.locator("#connection")).to_have_text("Live")
        expect(dashboard.locator(".order")).to_have_count(1)


def test_the_pages_fit_their_window(browser: Browser, shop: OrderSystem, ahmed: dict[str, object]) -> None:
    """Phone or desk, light or dark: nothing to scroll sideways, even with the longest of names."""
    shop.wait_for_notification(shop.place(ahmed | {"customerName": "W" * 120})["id"])
    for width, scheme in ((390, "light"), (1200, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        for url in (shop.checkout_url, shop.dashboard_url):
            page.goto(url)
            if url == shop.dashboard_url:
                page.get_by_label("Password").fill(PASSWORD)
                page.keyboard.press("Enter")
                expect(page.locator(".order")).to_be_visible()
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{url} is {wide} px wide in a window of {width} px"
        context.close()


@pytest.fixture
def whole(broker: Broker, vhost: str, tmp_path: Path) -> Iterator[OrderSystem]:
    """The shop with all its services, and one piece of everything in the store room."""
    Account.create(PASSWORD).save(tmp_path / "admin.json")
    settings = OrderSettings(first_stock=1)
    with OrderSystem(broker, vhost=vhost, home=tmp_path, readers=tuple(SERVICES), settings=settings) as shop:
        yield shop


def test_the_whole_shop_is_to_be_seen_on_the_dashboard(page: Page, whole: OrderSystem) -> None:
    """One order through every hop: paid, mailed, confirmed, shipped; the next finds the store room empty."""
    expect.set_options(timeout=20_000)
    page.goto(whole.dashboard_url)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#connection")).to_have_text("Live")
    checkout = page.context.new_page()
    checkout.goto(whole.checkout_url)
    expect(checkout.get_by_label("Wilaya")).to_have_value("Algiers")
    checkout.get_by_label("E-mail (optional)").fill("ahmed@example.org")
    checkout.get_by_role("button", name="Place the order").click()
    expect(checkout.locator("#thanks-number")).to_have_text("42")

    page.get_by_role("button", name="#42").click()
    panel = page.get_by_role("region", name="Order 42")
    expect(panel).to_contain_text("Stock reserved and paid")
    for who in (
        "shop",
        "relay",
        "feed",
        "read_model",
        "inventory",
        "payment",
        "saga",
        "email → ahmed@example.org",
    ):
        expect(panel.locator(".step").filter(has_text=who).first).to_be_visible()
    panel.get_by_role("button", name="Confirm order 42").click()
    expect(panel.locator(".chip")).to_contain_text("confirmed")
    panel.get_by_role("button", name="Ship order 42").click()
    expect(panel.locator(".chip")).to_contain_text("shipped")
    expect(panel.get_by_text("Tracking")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#trend-orders")).to_have_text("1")
    page.get_by_role("heading", name="Mailbox").click()
    expect(page.locator("#mail-list")).to_contain_text("ahmed@example.org")

    checkout.get_by_role("button", name="Place another order").click()
    checkout.get_by_role("button", name="Place the order").click()
    expect(page.locator(".toast").last).to_contain_text("Order 43 is cancelled")
    expect(page.locator('[data-id="43"] .chip')).to_contain_text("cancelled")
    page.get_by_role("button", name="#43").click()
    expect(page.locator("#facts")).to_contain_text("Reason")
    expect(page.locator("#badge")).to_have_text("2")
