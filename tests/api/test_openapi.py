import json

import pytest

from edgebox.api.app import create_app
from edgebox.api.openapi import openapi
from support.boxes.api import TALK, ApiBox, api_box

pytestmark = pytest.mark.anyio


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()


@pytest.mark.parametrize("asks", ["on", "off"])
async def test_every_route_is_documented_and_nothing_else(tmp_path, anyio_backend, asks) -> None:
    async with api_box(tmp_path, ask={"enabled": asks}) as box:
        await is_documented(box)


async def is_documented(box: ApiBox) -> None:
    routes = {
        (route.path, method.lower())
        for route in create_app(box.services).routes
        for method in route.methods - {"HEAD"}  # GET without its body
    }
    document = (await box.http.get("/openapi.json")).json()
    documented = {(path, method) for path, item in document["paths"].items() for method in item}
    assert documented == routes
    assert ("AskRequest" in document["components"]["schemas"]) == ("/ask" in str(routes))


def test_whatever_checks_a_key_may_be_refused_for_it_or_be_too_busy() -> None:
    for path, item in openapi()["paths"].items():
        for method, operation in item.items():
            if {"boundKey": []} in operation["security"]:
                missing = {"401", "429", "503"} - operation["responses"].keys()
                assert not missing, (path, method)


@pytest.mark.parametrize("asks", [True, False])
def test_every_reference_leads_somewhere(asks) -> None:
    document = openapi(asks=asks)
    assert json.loads(json.dumps(document)) == document
    for reference in references(document):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert node["type"] == "object"


async def test_answers_have_the_fields_that_are_documented(box: ApiBox) -> None:
    schemas = openapi()["components"]["schemas"]
    quick = (await box.quick()).json()
    assert set(quick) == set(schemas["QuickSummaryAnswer"]["properties"])
    accepted = (await box.batch(TALK)).json()
    assert set(accepted) == set(schemas["BatchAccepted"]["properties"])
    status = (await box.get(f"/api/v1/batches/{accepted['batch_id']}")).json()
    assert set(status) == set(schemas["BatchStatus"]["properties"])
    page = (await box.get("/api/v1/batches")).json()
    assert set(page) == set(schemas["BatchPage"]["properties"])
    refused = (await box.quick(headers={}, priority="x")).json()
    assert set(refused) <= set(schemas["Problem"]["properties"])


def test_limits_and_optional_fields_are_documented() -> None:
    schemas = openapi()["components"]["schemas"]
    quick = schemas["QuickSummaryRequest"]
    assert quick["required"] == ["consultation_id"]
    assert [kind["required"] for kind in quick["oneOf"]] == [["conversation_text"], ["turns"]]
    assert quick["properties"]["conversation_text"]["maxLength"] == 200_000
    assert quick["properties"]["priority"]["enum"] == ["high", "normal", "low", None]
    assert schemas["BatchAnalysisRequest"]["properties"]["consultations"]["maxItems"] == 500
    assert schemas["ConsultationItem"]["properties"]["metadata"]["type"] == ["object", "null"]
    for request in ("QuickSummaryRequest", "ConsultationItem"):
        day = schemas[request]["properties"]["call_date"]
        assert day["type"] == ["string", "null"]
        assert day["anyOf"] == [{"format": "date"}, {"format": "date-time"}]


JSON_SCHEMA = {
    *("$ref", "additionalProperties", "allOf", "anyOf", "const", "default", "description", "enum"),
    *("examples", "format", "items", "maxItems", "maxLength", "maximum", "minItems", "minLength"),
    *("exclusiveMaximum", "exclusiveMinimum", "minimum", "oneOf", "pattern", "properties"),
    *(
        "discriminator",
        "propertyNames",
        "maxProperties",
        "minProperties",
        "required",
        "title",
        "type",
    ),
}


def words(schema: object) -> set[str]:
    """The keywords of a schema and of all schemas in it."""
    if isinstance(schema, list):
        return set().union(*(words(one) for one in schema))
    if not isinstance(schema, dict):
        return set()
    named = schema.get("properties", {})
    values = {"properties", "default", "discriminator"}
    inner = [value for key, value in schema.items() if key not in values]
    return set(schema) | words(list(named.values())) | words(inner)


def test_schemas_have_the_words_of_json_schema_only() -> None:
    """pydantic writes "ge" where a validator comes before a bound, which means nothing there."""
    unknown = words(list(openapi()["components"]["schemas"].values())) - JSON_SCHEMA
    assert unknown == set()


async def test_the_limits_are_this_box_s_own(tmp_path, anyio_backend) -> None:
    limits = {
        "batch_limit_consultations": 5,
        "transcript_limit_characters": 999,
        "key_future_seconds": 7,
    }
    async with api_box(tmp_path, api=limits) as box:
        components = (await box.http.get("/openapi.json")).json()["components"]
    schemas = components["schemas"]
    assert schemas["BatchAnalysisRequest"]["properties"]["consultations"]["maxItems"] == 5
    for name in ("QuickSummaryRequest", "ConsultationItem", "AskRequest"):
        assert schemas[name]["properties"]["conversation_text"]["maxLength"] == 999
    key = components["securitySchemes"]["boundKey"]["description"]
    assert "300 s old to 7 s ahead" in key
