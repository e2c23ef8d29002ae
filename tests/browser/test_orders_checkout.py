"""The checkout page in three languages: filled in, refused, sent again, and taken once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.shop_page import PretendShop

PHONE = "Give a phone number that we can call, such as 0555 12 34 56 or +213 555 123 456."
AHMED = {
    "customerName": "Ahmed",
    "productName": "iPhone 15 Pro",
    "totalPrice": 329000,
    "quantity": 1,
    "wilaya": "Algiers",
    "phone": "+213 555 123 456",
    "email": None,
    "urgent": False,
}


@pytest.fixture
def shop() -> Iterator[PretendShop]:
    """A shop that answers what the test tells it to."""
    shop = PretendShop()
    shop.start()
    yield shop
    shop.stop()


@pytest.fixture
def checkout(page: Page, shop: PretendShop) -> Page:
    """The page, ready to be filled in."""
    page.goto(shop.url + "/shop/1/checkout")
    expect(page.get_by_label("Wilaya")).to_have_value("Algiers")
    return page


def test_the_page_sends_every_field_of_the_order(checkout: Page, shop: PretendShop) -> None:
    """Two laptops to Oran, urgent, with an address: all of it arrives, and the total is the price of both."""
    checkout.get_by_text("MacBook Air").click()
    checkout.get_by_role("button", name="One more").click()
    expect(checkout.locator("#total")).to_have_text("579 000 DZD")
    checkout.get_by_label("Your name").fill("Meriem")
    checkout.get_by_label("Phone", exact=True).fill("0555 12 34 56")
    checkout.get_by_label("Wilaya").select_option("Oran")
    checkout.get_by_label("E-mail (optional)").fill(" meriem@example.org ")
    checkout.get_by_text("It is urgent").click()
    checkout.get_by_role("button", name="Place the order").click()
    expect(checkout.get_by_role("heading", name="Thank you, Meriem.")).to_be_visible()
    expect(checkout.locator("#thanks-number")).to_have_text("42")
    expect(checkout.locator("#thanks-text")).to_have_text("2 × MacBook Air, 579 000 DZD, to Oran.")
    expect(checkout.locator("#thanks-write")).to_have_text("We will write to meriem@example.org.")
    assert [asked.body for asked in shop.posted] == [
        {
            "customerName": "Meriem",
            "productName": "MacBook Air",
            "totalPrice": 579000,
            "quantity": 2,
            "wilaya": "Oran",
            "phone": "0555 12 34 56",
            "email": "meriem@example.org",
            "urgent": True,
        }
    ]


def test_no_address_is_sent_as_none(checkout: Page, shop: PretendShop) -> None:
    """Ahmed's order as it stands on the page: the optional fields say that they are empty."""
    checkout.get_by_role("button", name="Place the order").click()
    expect(checkout.locator("#thanks")).to_be_visible()
    assert shop.posted[0].body == AHMED


def keys(shop: PretendShop) -> list[str]:
    """The keys of the orders that the page sent."""
    return [asked.headers["idempotency-key"] for asked in shop.posted]


def test_an_order_without_an_answer_is_sent_again_under_the_same_key(
    checkout: Page, shop: PretendShop
) -> None:
    """Twice the shop is away: the page says so, tries again by itself, and it is one order."""
    shop.next_answers = [(503, {"message": "Away."}), (503, {"message": "Away."})]
    checkout.get_by_role("button", name="Place the order").click()
    expect(checkout.locator("#order-problem")).to_contain_text("Trying again…")
    expect(checkout.locator("#thanks-number")).to_have_text("42")
    assert len(keys(shop)) == 3
    assert len(set(keys(shop))) == 1


def test_the_key_is_kept_over_a_reload_until_there_is_an_answer(checkout: Page, shop: PretendShop) -> None:
    """The line breaks, the customer reloads and orders the same again: the shop can tell that it is the same."""
    checkout.route("**/api/algeria-orders", lambda route: route.abort())
    checkout.clock.install()
    checkout.get_by_role("button", name="Place the order").click()
    for _ in range(3):
        expect(checkout.locator("#order-problem")).to_contain_text("Trying again…")
        checkout.clock.run_for(5000)
    expect(checkout.locator("#order-problem")).to_contain_text("press the button to send it again")
    kept = checkout.evaluate("JSON.parse(sessionStorage['shop.attempt']).key")
    checkout.unroute("**/api/algeria-orders")
    checkout.reload()
    checkout.get_by_role("button", name="Place the order").click()
    expect(checkout.locator("#thanks")).to_be_visible()
    assert keys(shop) == [kept]


def test_another_order_has_another_key(checkout: Page, shop: PretendShop) -> None:
    """The same words ordered twice on purpose are two orders."""
    for number in ("42", "43"):
        checkout.get_by_role("button", name="Place the order").click()
        expect(checkout.locator("#thanks-number")).to_have_text(number)
        checkout.get_by_role("button", name="Place another order").click()
    assert len(set(keys(shop))) == 2


def test_a_second_click_while_the_first_is_under_way_sends_nothing(checkout: Page, shop: PretendShop) -> None:
    """One click, one order; Enter in a field is a click too."""
    shop.next_answers = [(503, {"message": "Away."})]
    checkout.get_by_role("button", name="Place the order").click()
    expect(checkout.locator("#place")).to_be_disabled()
    checkout.get_by_label("Your name").press("Enter")
    expect(checkout.locator("#thanks")).to_be_visible()
    assert len(shop.posted) == 2  # the one that failed, and its repetition


def test_an_impatient_customer_is_told_when_to_come_back(checkout: Page, shop: PretendShop) -> None:
    """429 is no fault of any field: one sentence under the button."""
    shop.next_answers = [(429, {"message": "Slowly."})]
    checkout.get_by_role("button", name="Place the order").click()
    expect(checkout.locator("#order-problem")).to_contain_text("Please try again in 10 seconds.")


def refused(shop: PretendShop, **fields: str) -> None:
    """Let the shop refuse the next order with these sentences."""
    shop.next_answers = [(422, {"message": "Please correct the order.", "fields": fields})]


def test_what_the_server_refuses_is_said_in_the_customers_language(checkout: Page, shop: PretendShop) -> None:
    """A sentence that is known is translated; of an unknown one its field is; and both follow the language."""
    refused(shop, phone=PHONE, email="This domain takes no mail.")
    checkout.get_by_role("button", name="Place the order").click()
    expect(checkout.locator("#phone-problem")).to_have_text(PHONE)
    expect(checkout.locator("#email-problem")).to_have_text("This domain takes no mail.")
    expect(checkout.get_by_label("Phone", exact=True)).to_be_focused()
    expect(checkout.get_by_label("Phone", exact=True)).to_have_attribute("aria-invalid", "true")
    checkout.get_by_role("button", name="Français").click()
    expect(checkout.locator("#phone-problem")).to_contain_text("Donnez un numéro")
    expect(checkout.locator("#email-problem")).to_contain_text("Vérifiez l’adresse e-mail")
    checkout.get_by_role("button", name="العربية").click()
    expect(checkout.locator("#phone-problem")).to_contain_text("اكتب رقم هاتف")
    checkout.locator("#place").click()
    expect(checkout.locator("#phone-problem")).to_be_hidden()
    expect(checkout.locator("#thanks-title")).to_have_text("شكرًا لك، Ahmed.")


def test_a_sentence_that_nobody_translated_is_shown_in_english_and_says_so(
    checkout: Page, shop: PretendShop
) -> None:
    """A screen reader must not read English with an Arabic voice."""
    checkout.get_by_role("button", name="العربية").click()
    shop.next_answers = [(400, {"message": "The body is not valid JSON."})]
    checkout.locator("#place").click()
    problem = checkout.locator("#order-problem")
    expect(problem).to_have_text("The body is not valid JSON.")
    expect(problem).to_have_attribute("lang", "en")
    expect(problem).to_have_attribute("dir", "ltr")


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en-GB", ("en", "ltr", "Checkout")),
        ("fr-DZ", ("fr", "ltr", "Votre commande")),
        ("ar-DZ", ("ar", "rtl", "إتمام الطلب")),
        ("de-DE", ("en", "ltr", "Checkout")),
    ],
)
def test_the_browsers_language_is_the_first_choice(
    browser: Browser, shop: PretendShop, locale: str, expected: tuple[str, str, str]
) -> None:
    """Language and direction are those of the browser, English where we have no words."""
    lang, direction, title = expected
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(shop.url + "/shop/1/checkout")
    expect(page.locator("h1").first).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.locator("html")).to_have_attribute("dir", direction)
    context.close()


def test_the_chosen_language_is_remembered(checkout: Page, shop: PretendShop) -> None:
    """Arabic stays Arabic after a reload, and what was typed stays while the words change."""
    checkout.get_by_label("Your name").fill("أمينة")
    checkout.get_by_role("button", name="العربية").click()
    expect(checkout.get_by_label("اسمك")).to_have_value("أمينة")
    expect(checkout.get_by_label("الولاية").locator("option:checked")).to_have_text("16 · الجزائر")
    checkout.reload()
    expect(checkout.locator("h1").first).to_have_text("إتمام الطلب")
    checkout.locator("#place").click()
    expect(checkout.locator("#thanks-text")).to_have_text("1 × iPhone 15 Pro، 329 000 دج، إلى الجزائر.")
    assert shop.posted[0].body["wilaya"] == "Algiers"


def test_arabic_reads_from_the_right_and_numbers_from_the_left(checkout: Page) -> None:
    """The form stands at the right of the summary; telephone and figures keep their order."""
    checkout.set_viewport_size({"width": 1200, "height": 900})
    checkout.get_by_role("button", name="العربية").click()
    form, summary = checkout.locator("#order").bounding_box(), checkout.locator("#summary").bounding_box()
    assert form is not None
    assert summary is not None
    assert form["x"] > summary["x"]
    assert checkout.locator("#phone").evaluate("node => getComputedStyle(node).direction") == "ltr"
    assert checkout.locator("#total bdi").get_attribute("dir") == "ltr"
    first, last = checkout.locator("#total bdi").evaluate(
        """bdi => [0, bdi.textContent.length - 1].map((at) => {
             const range = document.createRange();
             range.setStart(bdi.firstChild, at);
             range.setEnd(bdi.firstChild, at + 1);
             return range.getBoundingClientRect().x;
           })"""
    )
    assert first < last


def test_the_three_languages_say_the_same_things(checkout: Page) -> None:
    """Same keys, same values to fill in; and every key in the page's HTML has its words."""
    words = checkout.evaluate(
        """async () => Object.fromEntries(await Promise.all(["en", "fr", "ar"].map(async (name) => {
             const module = await import(`/static/messages-${name}.js`);
             return [name, module.default];
           })))"""
    )
    marked = checkout.evaluate(
        """[...document.querySelectorAll("[data-t], [data-t-label]")].flatMap((node) =>
             [node.dataset.t, node.dataset.tLabel].filter(Boolean))"""
    )
    assert set(marked) <= set(words["en"])

    def slots(text: str) -> set[str]:
        return {piece.partition("}")[0] for piece in text.split("{")[1:]}

    for name in ("fr", "ar"):
        assert words[name].keys() == words["en"].keys()
        assert all(slots(words[name][key]) == slots(words["en"][key]) for key in words["en"])
        same = {key for key in words["en"] if words[name][key] == words["en"][key]}
        assert same <= {"direction", "total", "wilaya", "dinars"}


def test_every_sentence_of_the_servers_validation_is_translated(checkout: Page) -> None:
    """A sentence that the server changes must be translated anew: this is where one hears of it."""
    from labs.orders.domain.validation import InvalidOrder, read_order

    sentences: set[str] = set()
    wrong_orders = (
        {},
        AHMED | {"customerName": "x" * 121, "quantity": 0, "phone": "12", "email": "no"},
        AHMED | {"customerName": "a\x07"},
    )
    for wrong in wrong_orders:
        with pytest.raises(InvalidOrder) as refusal:
            read_order(wrong)
        problems = refusal.value.problems
        sentences |= {
            problems[name]
            for name in ("customerName", "wilaya", "phone", "quantity", "email")
            if name in problems
        }
    assert len(sentences) == 7
    for name in ("fr", "ar"):
        known = checkout.evaluate(f"import('/static/messages-{name}.js').then((module) => module.sentences)")
        assert sentences <= known.keys()


def test_the_checkout_can_be_done_by_keyboard_alone(checkout: Page, shop: PretendShop) -> None:
    """Tab, arrows, space and Enter, from the top of the page to the order's number."""
    seen: list[str] = []
    for _ in range(30):
        checkout.keyboard.press("Tab")
        here = checkout.evaluate("document.activeElement.id || document.activeElement.name || ''")
        seen.append(here)
        if here == "product":
            checkout.keyboard.press("ArrowDown")
        if here == "urgent":
            checkout.keyboard.press("Space")
        if here == "place":
            checkout.keyboard.press("Enter")
            break
    assert [name for name in seen if name] == [
        "product", "quantity", "more", "customerName", "phone", "wilaya", "email", "urgent", "place",
    ]  # fmt: skip
    expect(checkout.locator("#thanks-number")).to_have_text("42")
    expect(checkout.locator("#thanks")).to_be_focused()
    assert shop.posted[0].body["productName"] == "AirPods Pro"
    assert shop.posted[0].body["urgent"] is True
