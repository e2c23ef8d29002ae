"""The API's description is complete and true: every route is asked everything that it allows, and more."""

from __future__ import annotations

import gc
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest
import schemathesis
import schemathesis.specs.openapi
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from labs.orders.running import OrderSystem
from labs.orders.web.client import ShopClient
from labs.orders.web.guard import TOKEN_HEADER
from labs.orders.web.operations import OPERATIONS
from tests.orders.conftest import NOWHERE, PASSWORD, tell

# What schemathesis would load when it is first used, by a plugin's import that parses its source: in CPython 3.11 that
# fails ("AST constructor recursion depth mismatch") when another thread parses meanwhile, and a shop has threads.
for module in pkgutil.walk_packages(schemathesis.specs.openapi.__path__, "schemathesis.specs.openapi."):
    importlib.import_module(module.name)

DOCUMENT = "/api/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: How many requests of random content each operation gets, beside those that try its limits one by one.
BOUNDED = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
#: The stream has no end, and so it has tests of its own.
ASKED = sorted(set(OPERATIONS) - {("GET", "/api/notifications/stream")})

schemathesis.openapi.format("phone", st.sampled_from(["0555 12 34 56", "+213 555 123 456", "12"]))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrderSystem]:
    """One shop for all tests here, with an order and a notification in it."""
    home = tmp_path_factory.mktemp("shop")
    with OrderSystem(NOWHERE, vhost="/", home=home, admin_password=PASSWORD) as shop:
        tell(shop, 42)
        yield shop


@pytest.fixture(scope="module")
def browser(shop: OrderSystem) -> Iterator[SimpleNamespace]:
    """What an admin's page sends with every request."""
    client = ShopClient(shop.url)
    client.sign_in(PASSWORD)
    token = client.http.get("/api/session").json()["csrf"]
    yield SimpleNamespace(http=client.http, cookies=dict(client.http.cookies), headers={TOKEN_HEADER: token})
    client.close()


@pytest.fixture(scope="module")
def api(shop: OrderSystem) -> schemathesis.BaseSchema:
    """The document that the running shop gives out."""
    document = httpx.get(shop.url + DOCUMENT, trust_env=False).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=shop.url)
    return schema


@pytest.fixture
def undisturbed() -> Iterator[None]:
    """No garbage collection meanwhile: in the midst of `ast.parse` it can end in a SystemError of CPython 3.11.

    Hypothesis parses the source of lambdas; see https://github.com/python/cpython/issues/106905.
    """
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("undisturbed")
@pytest.mark.parametrize("operation", ASKED, ids=" ".join)
def test_every_answer_is_one_that_the_document_promises(
    operation: tuple[str, str], api: schemathesis.BaseSchema, browser: SimpleNamespace
) -> None:
    """No 5xx, no status, media type or field that is not described, whatever an admin's browser sends."""
    method, path = operation

    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=browser.headers, cookies=browser.cookies, timeout=20)

    create_test(
        operation=api[path][method],
        test_func=ask,
        config=HypothesisTestConfig(
            project=api.config,
            modes=list(HypothesisTestMode),
            settings=BOUNDED,
            apply_ci_profile=False,
            seed=1,
        ),
    )()


def test_every_route_is_in_the_table_and_the_table_is_in_the_document(shop: OrderSystem) -> None:
    """A route that somebody adds without a description fails here; so does an entry without a route."""
    document = httpx.get(shop.url + DOCUMENT, trust_env=False).json()
    routes = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert routes == set(OPERATIONS)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"].endswith("."), (method, path)
            assert any(int(status) < 400 for status in operation["responses"]), (method, path)


def test_every_name_that_the_document_uses_is_explained_in_it(shop: OrderSystem) -> None:
    """And nothing is explained that nobody uses."""
    document = httpx.get(shop.url + DOCUMENT, trust_env=False).text
    used = set(re.findall(r'"#/components/schemas/(\w+)"', document))
    assert used == set(json.loads(document)["components"]["schemas"])


def test_what_needs_a_login_is_refused_without_one(shop: OrderSystem) -> None:
    """Everything that the document marks says 401 or 403 to a stranger, and everything else does not."""
    for (method, path), operation in OPERATIONS.items():
        address = shop.url + path.replace("{order_id}", "42").replace("{registration_id}", "x")
        answer = httpx.request(method, address, json={} if operation.takes else None, trust_env=False)
        locked = answer.status_code in (401, 403)
        assert locked == (operation.admin or operation.csrf), f"{method} {path}: {answer.status_code}"
        assert answer.status_code < 500


def test_a_method_that_a_path_does_not_have_is_a_405_with_the_ones_it_has(shop: OrderSystem) -> None:
    """Said in the API's own shape."""
    answer = httpx.put(shop.url + "/api/algeria-orders", json={}, trust_env=False)
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
    assert answer.json()["message"]


def test_the_examples_of_the_document_work(shop: OrderSystem, browser: SimpleNamespace) -> None:
    """Ahmed's order, copied out of the document, is taken."""
    document = browser.http.get(DOCUMENT).json()
    (example,) = document["components"]["schemas"]["OrderRequest"]["examples"]
    answer = browser.http.post("/api/algeria-orders", json=example)
    assert answer.status_code == 201
    order, promised = answer.json(), document["components"]["schemas"]["Order"]["examples"][0]
    assert set(order) - set(promised) == set()
    assert order["phone"] == promised["phone"]
