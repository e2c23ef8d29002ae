"""The shop in frames inside a page of another port, as in a notebook: sign in, order, see it arrive.

The page around is a bare one with the same module that the notebook gets. It is served at `localhost` and at
`127.0.0.1`, because for a browser these are two sites, and a cookie of one does not go into a frame of the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from labs.broker.address import Broker
from labs.course.framed import LAB, framed
from labs.course.pieces.piece import page_side, page_style
from labs.orders.running import OrderSystem
from labs.orders.settings import OrderSettings
from labs.orders.web.server import WebServer

PASSWORD = "open-sesame"
BARE = """<!doctype html><meta charset=utf-8><title>A notebook</title><style>STYLE</style>
<h1>A notebook</h1><div id=here></div>
<script type=module>
const text = TEXT, state = STATE;
const piece = (await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })))).default;
piece.render({ model: { get: (name) => state[name] }, el: document.querySelector("#here") });
</script>"""


@pytest.fixture
def shop(broker: Broker, vhost: str, tmp_path: Path) -> Iterator[OrderSystem]:
    """A shop that the pages of this machine may frame."""
    settings = OrderSettings(frame_from=LAB)
    with OrderSystem(broker, vhost=vhost, home=tmp_path, admin_password=PASSWORD, settings=settings) as shop:
        yield shop


@pytest.fixture
def closed(broker: Broker, vhost: str, tmp_path: Path) -> Iterator[OrderSystem]:
    """A shop as everybody gets it."""
    with OrderSystem(broker, vhost=vhost, home=tmp_path, admin_password=PASSWORD) as shop:
        yield shop


@pytest.fixture
def around() -> Iterator[WebServer]:
    """The page around, on a port of its own: what `?url=…&url=…` names is framed."""

    async def page(request: Request) -> Response:
        frames = framed(*request.query_params.getlist("url"))
        state = {"urls": list(frames.urls), "height": frames.height}
        html = BARE.replace("STYLE", page_style()).replace("STATE", json.dumps(state))
        return HTMLResponse(html.replace("TEXT", json.dumps(page_side("framed.js")).replace("</", "<\\/")))

    server = WebServer(Starlette(routes=[Route("/", page)]), port=0, stop_s=2)
    server.start()
    yield server
    server.stop(5)


def open_both(
    page: Page, around: WebServer, shop: OrderSystem, host: str
) -> tuple[FrameLocator, FrameLocator]:
    """Checkout and dashboard in frames of a page at `host`."""
    page.goto(f"http://{host}:{around.port}/?url={shop.checkout_url}&url={shop.dashboard_url}")
    checkout, dashboard = (page.locator("iframe").nth(number).content_frame for number in (0, 1))
    return checkout, dashboard


def sign_in(dashboard: FrameLocator) -> None:
    """As the admin does, inside the frame."""
    dashboard.get_by_label("Password").fill(PASSWORD)
    dashboard.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_an_order_in_one_frame_is_a_toast_in_the_other(
    page: Page, around: WebServer, shop: OrderSystem, host: str
) -> None:
    """Sign in within the frame, order, and the toast, the badge and the sound are there."""
    checkout, dashboard = open_both(page, around, shop, host)
    sign_in(dashboard)
    expect(dashboard.locator("#connection")).to_have_text("Live")
    expect(dashboard.locator("#sound")).to_have_text("Sound on")  # the click on the button was the permission
    expect(checkout.get_by_label("Wilaya")).to_have_value("Algiers")
    checkout.get_by_role("button", name="Place the order").click()
    expect(checkout.locator("#thanks-number")).to_have_text("42")
    expect(dashboard.locator(".toast")).to_contain_text("New order from Ahmed for iPhone 15 Pro")
    expect(dashboard.locator("#badge")).to_have_text("1")
    expect(dashboard.locator("body")).to_have_attribute("data-rang", "1")

    second = page.context.new_page()
    # Whatever Playwright asks a frame counts as a gesture there: so nothing is asked before the page stands.
    with second.expect_response("**/api/notifications/stream**"):
        _, again = open_both(second, around, shop, host)
    expect(again.locator("#sound")).to_have_text("Sound: click to allow")
    expect(again.locator("#badge")).to_have_text("1")  # still signed in, still unread


def test_a_frame_of_another_site_gets_no_cookie(page: Page, around: WebServer, shop: OrderSystem) -> None:
    """The reason for all this: 127.0.0.1 in a page of localhost stays at the sign-in, whatever one types."""
    open_both(page, around, shop, "localhost")
    place = page.locator("iframe").nth(1)
    place.evaluate("(frame, url) => { frame.src = url; }", shop.dashboard_url)
    dashboard = place.content_frame
    dashboard.get_by_label("Password").fill(PASSWORD)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        dashboard.get_by_role("button", name="Sign in").click()
    assert answer.value.status == 403
    expect(dashboard.get_by_text("This request did not come from our own page")).to_be_visible()


def test_a_shop_that_names_nobody_shows_nothing_in_a_frame(
    page: Page, around: WebServer, closed: OrderSystem
) -> None:
    """The browser refuses and says why; the link beside it still works."""
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    checkout, _ = open_both(page, around, closed, "localhost")
    page.wait_for_function("() => document.querySelectorAll('iframe').length === 2")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="/shop/1/checkout in a tab of its own").click()
    expect(opened.value.get_by_role("button", name="Place the order")).to_be_visible()
    expect(checkout.get_by_role("button", name="Place the order")).to_have_count(0)
    assert any("frame-ancestors 'none'" in text for text in refused), refused


def test_from_another_machine_there_are_words_and_links(
    page: Page, around: WebServer, shop: OrderSystem
) -> None:
    """A notebook on a server: its reader's browser cannot reach a loopback address there."""
    page.route(
        "http://lab.example/**",
        lambda route: route.fulfill(
            response=route.fetch(url=route.request.url.replace("lab.example", f"127.0.0.1:{around.port}"))
        ),
    )
    page.goto(f"http://lab.example/?url={shop.dashboard_url}")
    expect(page.get_by_text("it alone")).to_be_visible()
    expect(page.get_by_role("link", name="/admin in a tab of its own")).to_have_attribute(
        "href", shop.dashboard_url
    )
    assert page.locator("iframe").count() == 0
