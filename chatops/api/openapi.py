"""The description of the API (OpenAPI 3.1), made from the table of endpoints and the shapes of what goes in and out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec

import chatops
from chatops.api.endpoint import MOST_PATH, Endpoint
from chatops.api.hooks import HEADERS, PATH
from chatops.api.shapes import HookAnswer, HookMessage
from chatops.core.frozen import Frozen
from chatops.web.problems import MEDIA_TYPE, REST, STATUS_CODES, TITLES, ProblemDetails

ALWAYS = (400, 401, 403, 405, 422, 429, 503)
"""Statuses that any call may get."""

REFERENCE = "#/components/schemas/{name}"


def description(endpoints: Sequence[Endpoint], *, url: str = "") -> str:
    """Return the description as JSON. `url`: where the server is reached; left out when it is not known."""
    shapes: set[type[Frozen]] = {ProblemDetails, HookAnswer, HookMessage}
    for one in endpoints:
        shapes.update(shape for shape in (*one.answers.values(), one.body) if shape is not None)
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    queries = [one.query for one in endpoints]
    schemas, components = msgspec.json.schema_components([*ordered, *queries], ref_template=REFERENCE)
    names = {schema["$ref"].rsplit("/", 1)[1] for schema in schemas[len(ordered) :]}
    parameters = {name: components.pop(name) for name in names}
    paths: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, parameters)
    paths[PATH] = {"post": _hook()}
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "chatops",
            "version": chatops.__version__,
            "summary": "Swarms, cases, people and commands for other programs.",
            "description": f"Problems are told after RFC 9457. Codes: {', '.join(f'`{code}`' for code in sorted(TITLES))}.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": f"{url}{REST}"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made by `chatops token create`.",
                }
            },
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _operation(endpoint: Endpoint, queries: dict[str, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, shape in endpoint.answers.items():
        answer = responses[str(status)] = {"description": "Accepted" if status == 202 else "Done"}  # noqa: PLR2004
        if shape is not None:
            answer["content"] = _json(shape)
        if status == 202:  # noqa: PLR2004 - accepted
            answer["headers"] = {"Location": {"description": "Where to ask again.", "schema": {"type": "string"}}}
    more = (413, 415) if endpoint.body is not None else ()
    named = (404,) if "{" in endpoint.path else ()
    for status in sorted({*ALWAYS, *more, *named, *endpoint.problems}):
        responses[str(status)] = _problem(status)
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.group],
        "summary": endpoint.summary,
        "security": [{"token": [] if endpoint.scope is None else [str(endpoint.scope)]}],
        "parameters": _parameters(endpoint, queries[endpoint.query.__name__]),
        "responses": responses,
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(endpoint.body)}
    return operation


def _parameters(endpoint: Endpoint, query: dict[str, Any]) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": endpoint.parts[name],
            "schema": {"type": "string", "minLength": 1, "maxLength": MOST_PATH},
        }
        for name in re.findall(r"\{(\w+)\}", endpoint.path)
    ]
    parameters += [
        {"name": name, "in": "query", "required": False, "schema": _given(schema)}
        for name, schema in query.get("properties", {}).items()
    ]
    if endpoint.keyed:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "Chosen by the caller, anew for each command: repeating a call runs nothing twice.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
            }
        )
    return parameters


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that is there: one that may be left out is not given as null."""
    kinds = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(kinds) != 1:
        return {name: value for name, value in schema.items() if name != "default" or value is not None}
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return {**kinds[0], **rest}


def _hook() -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": "Kept", "content": _json(HookAnswer)}}
    for status in (400, 401, 403, 404, 405, 413, 415, 422, 503):
        responses[str(status)] = _problem(status)
    return {
        "operationId": "callHook",
        "tags": ["hooks"],
        "summary": "Tell the server something, signed after Standard Webhooks",
        "security": [],
        "parameters": [
            {
                "name": "name",
                "in": "path",
                "required": True,
                "description": "of a hook in the settings",
                "schema": {"type": "string", "minLength": 1, "maxLength": MOST_PATH},
            },
            *(
                {"name": name, "in": "header", "required": True, "schema": {"type": "string", "minLength": 1}}
                for name in HEADERS
            ),
        ],
        "requestBody": {"required": True, "content": _json(HookMessage)},
        "responses": responses,
    }


def _json(shape: type[Frozen]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REFERENCE.format(name=shape.__name__)}}}


def _problem(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(name=ProblemDetails.__name__)}}}
    return {"description": TITLES[STATUS_CODES.get(status, "conflict")], "content": content}
