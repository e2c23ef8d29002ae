"""Every page in light and dark, at every width and in every language: nothing that axe minds, nothing cut off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.shop_page import PretendShop, Step

AXE = Axe()
LANGUAGES = ("en", "fr", "ar")
WIDTHS = (320, 360, 390, 768, 1100, 1280, 1920)
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3


@pytest.fixture(scope="module")
def shop() -> Iterator[PretendShop]:
    """A shop in which everything is to be seen: every status, mail, webhooks, a chart, a long timeline."""
    shop = PretendShop()
    statuses = ("pending", "confirmed", "shipped", "delivered", "cancelled")
    for number, status in enumerate(statuses, start=42):
        shop.order(number, urgent=True, email="ahmed@example.org", reason="No answer", tracking="DZ-1")
        if status != "pending":
            shop.move(number, status)
    shop.order(47, customerName=LONG, productName=LONG, email=f"{LONG}@example.org", reason=LONG)
    hops = ("stored", "published", "consumed", "waiting", "sent", "failed")
    shop.timelines[47] = [
        Step(9 * at, "order.created", hop, LONG, f"What happened. {LONG}").as_json()
        for at, hop in enumerate(hops)
    ]
    shop.trends = {
        "hours": [
            {"hour": f"2025-11-16T{hour:02}:00:00Z", "orders": hour, "cancelled": hour // 7, "total": 10**9}
            for hour in range(24)
        ],
        "wilayas": [{"wilaya": LONG, "orders": 7, "total": 1}, {"wilaya": "Oran", "orders": 1, "total": 1}],
    }
    shop.mails = [
        {"id": 1, "from": "a@b.c", "to": [f"{LONG}@b.c"], "subject": LONG, "messageId": "1", "text": LONG}
    ]
    hook = {"id": "h", "url": f"https://b.c/{LONG}", "keys": ["order.#"], "active": True}
    shop.webhooks = [hook]
    shop.start()
    yield shop
    shop.stop()


@contextmanager
def page_of(browser: Browser, **settings: Any) -> Iterator[Page]:
    """A page in a browser with these settings."""
    context = browser.new_context(**settings)
    yield context.new_page()
    context.close()


def checkout(page: Page, shop: PretendShop) -> None:
    """The checkout, as it opens."""
    shop.next_answers = []
    page.goto(shop.url + "/shop/1/checkout")
    expect(page.locator("#wilaya")).to_have_value("Algiers")


def refused(page: Page, shop: PretendShop) -> None:
    """The checkout with something wrong in every field."""
    checkout(page, shop)
    names = ("customerName", "productName", "phone", "wilaya", "email", "quantity", "urgent", "totalPrice")
    shop.next_answers = [(422, {"message": "No.", "fields": dict.fromkeys(names, f"Wrong. {LONG}")})]
    page.locator("#place").click()
    expect(page.locator("#phone-problem")).to_be_visible()


def taken(page: Page, shop: PretendShop) -> None:
    """The checkout after the order: a name as long as it may be, and longer."""
    checkout(page, shop)
    answer = {"id": 2**53 - 1, "customerName": LONG, "productName": LONG, "quantity": 1, "totalPrice": 10**9}
    address = f"{LONG}@example.org"
    rest = {"wilaya": "Algiers", "phone": "+213555123456", "email": address}
    shop.next_answers = [(201, answer | rest)]
    page.locator("#place").click()
    expect(page.locator("#thanks")).to_be_visible()


def signing_in(page: Page, shop: PretendShop) -> None:
    """The sign-in page with a wrong password."""
    shop.signed_in = False
    try:
        page.goto(shop.url + "/admin/sign-in")
        page.get_by_label("Password").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#password-problem")).to_be_visible()
    finally:
        shop.signed_in = True


def dashboard(page: Page, shop: PretendShop) -> None:
    """The dashboard with everything open that can be open beside the list."""
    page.goto(shop.url + "/admin")
    expect(page.locator(".order")).to_have_count(6)
    expect(page.locator("#connection")).to_have_text("Live")
    for panel in ("#mails", "#webhooks", "#trends details"):
        page.locator(panel).locator("summary").first.click()
    page.locator("#mail-list summary").first.click()
    shop.announce("order.cancelled", {"orderId": 46, "status": "cancelled", "version": 2, "message": LONG})
    expect(page.locator(".toast")).to_be_visible()


def detail(page: Page, shop: PretendShop) -> None:
    """The dashboard with an order open."""
    page.goto(shop.url + "/admin")
    page.get_by_role("button", name="#47").click()
    expect(page.locator(".step")).to_have_count(6)


def cancelling(page: Page, shop: PretendShop) -> None:
    """The dialog that asks for the reason."""
    page.goto(shop.url + "/admin")
    page.get_by_role("button", name="Cancel order 42").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def lost(page: Page, shop: PretendShop) -> None:
    """The dashboard without its broker."""
    page.goto(shop.url + "/admin")
    expect(page.locator("#connection")).to_have_text("Live")
    shop.beat(broker=False, waiting=1234)
    expect(page.locator("#notice")).to_be_visible()
    shop.pulse = {"broker": True, "waiting": 0}


def empty(page: Page, shop: PretendShop) -> None:
    """A search that finds nothing."""
    page.goto(shop.url + "/admin")
    page.get_by_label("Search orders").fill("nobody")
    expect(page.get_by_text("No order fits.")).to_be_visible()


STATES = (checkout, refused, taken, signing_in, dashboard, detail, cancelling, lost, empty)
FOR_CUSTOMERS = (checkout, refused, taken)
CASES = [
    (state, language)
    for state in STATES
    for language in LANGUAGES
    if language == "en" or state in FOR_CUSTOMERS
]
NAMES = [f"{state.__name__}-{language}" for state, language in CASES]


@pytest.mark.parametrize(("state", "language"), CASES, ids=NAMES)
def test_axe_finds_nothing_to_mind(browser: Browser, shop: PretendShop, state: Any, language: str) -> None:
    """Names, roles, contrast, focus: no violation of any rule, light at the desk and dark on a phone."""
    for scheme, width in (("light", 1280), ("dark", 390)):
        settings = {"color_scheme": scheme, "viewport": {"width": width, "height": 844}, "locale": language}
        with page_of(browser, reduced_motion="reduce", **settings) as page:
            state(page, shop)
            results = AXE.run(page)
            assert results.violations_count == 0, f"{scheme}, {width} px: {results.generate_report()}"


def test_axe_would_find_a_fault(browser: Browser, shop: PretendShop) -> None:
    """A button without a name and words that are too pale: so the test above is able to fail."""
    with page_of(browser) as page:
        checkout(page, shop)
        page.evaluate(
            """() => {
                 const pale = document.createElement("p");
                 Object.assign(pale.style, { color: "#ccc", background: "#fff" });
                 pale.textContent = "pale";
                 document.querySelector("main").append(pale, document.createElement("button"));
               }"""
        )
        found = {violation["id"] for violation in AXE.run(page).response["violations"]}
    assert {"button-name", "color-contrast"} <= found


@pytest.mark.parametrize(("state", "language"), CASES, ids=NAMES)
def test_nothing_has_to_be_scrolled_sideways(
    browser: Browser, shop: PretendShop, state: Any, language: str
) -> None:
    """From the narrowest phone to a large screen, with the longest words there are."""
    with page_of(browser, locale=language, viewport={"width": 1280, "height": 844}) as page:
        state(page, shop)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            found = page.evaluate(
                """() => [...document.querySelectorAll("body *")].filter((node) => {
                     if (node.closest("svg, .unseen, .switch, option") || !node.checkVisibility()) return false;
                     const { left, right } = node.getBoundingClientRect();
                     return left < -1 || right > innerWidth + 1;
                   }).map((node) => `${node.tagName} ${node.id} ${node.className}`)"""
            )
            assert found == [], f"outside of a window of {width} px"
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_who_wants_less_motion_gets_none(browser: Browser, shop: PretendShop) -> None:
    """The toast, the timeline and the pill stand still; without that wish they move, so the test can fail."""
    moving = "document.getAnimations().filter((each) => each.effect.getTiming().duration > 0).length"
    for wish, expected in (("reduce", False), ("no-preference", True)):
        with page_of(browser, reduced_motion=wish) as page:
            dashboard(page, shop)
            assert (page.evaluate(moving) > 0) is expected


def test_no_page_asks_for_anything_from_elsewhere_or_breaks_its_policy(
    browser: Browser, shop: PretendShop
) -> None:
    """Only our own address; no console message about the Content-Security-Policy."""
    with page_of(browser) as page:
        asked: set[str] = set()
        said: list[str] = []
        page.on("request", lambda request: asked.add(request.url))
        page.on("console", lambda message: said.append(message.text))
        for state in (checkout, taken, dashboard, detail):
            state(page, shop)
    assert asked
    assert all(url.startswith(shop.url) for url in asked)
    assert not [text for text in said if "Content Security Policy" in text]
