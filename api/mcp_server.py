"""The tools over the Model Context Protocol, by its official package, an optional extra.

Errors of a tool are results that say what to do, so that a language model can correct itself.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import anyio.to_thread
from mcp import MCPError, stdio_server
from mcp.server import Server, ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as ToolDescription
from pydantic import ValidationError

from api.mcp_tools import INSTRUCTIONS, TOOLS, Tool
from api.problems import unexpected
from qa import __version__
from qa.errors import QAError, UnknownArticle
from qa.llm.cancel import Cancel
from qa.pipeline import Pipeline
from qa.types import Frozen

Context = ServerRequestContext[Any, Any]
GetPipeline = Callable[[], Pipeline]
"""Returns the pipeline, or raises the `QAError` that says why there is none (yet)."""


def make_server(pipeline: GetPipeline) -> "Server[Any]":
    """Make a server of the tools."""

    async def list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_described(tool) for tool in TOOLS.values()])

    async def call_tool(_: Context, params: CallToolRequestParams) -> CallToolResult:
        if params.name not in TOOLS:
            message = f"There is no tool {params.name!r}. The tools are: {', '.join(TOOLS)}."
            raise MCPError(INVALID_PARAMS, message)
        return await _called(TOOLS[params.name], params.arguments or {}, pipeline)

    return Server(
        "footnote",
        title="Footnote",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def make_manager(pipeline: GetPipeline) -> StreamableHTTPSessionManager:
    """Make what serves the tools over HTTP: each request by itself, without sessions."""
    return StreamableHTTPSessionManager(make_server(pipeline), stateless=True)


async def serve_stdio(pipeline: GetPipeline) -> None:
    """Serve one host over stdin and stdout, until it closes stdin."""
    server = make_server(pipeline)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def _described(tool: Tool) -> ToolDescription:
    return ToolDescription(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        output_schema=tool.result.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


async def _called(tool: Tool, given: dict[str, Any], pipeline: GetPipeline) -> CallToolResult:
    """Run a tool in a thread; a host that cancels or leaves ends its language model, too."""
    cancel = Cancel()
    try:
        arguments = tool.arguments.model_validate(given)
        work = partial(tool.run, pipeline(), arguments, cancel)
        return _result(await anyio.to_thread.run_sync(work, abandon_on_cancel=True))
    except ValidationError as error:
        return _failed(_invalid(tool, error))
    except UnknownArticle as error:
        return _failed(f"{error.title}: {error.detail} `search` finds articles, by their `file`.")
    except QAError as error:
        return _failed(f"{error.title}: {error.detail} {error.remedy}")
    except Exception as error:  # noqa: BLE001 -- logged; a host gets no traceback
        told = unexpected(error)
        return _failed(f"{told.title}: {told.detail} {told.remedy}")
    finally:
        cancel.request()


def _result(result: Frozen) -> CallToolResult:
    """Return a result as an object, and as the same JSON for hosts that read only text."""
    return CallToolResult(
        content=[TextContent(type="text", text=result.model_dump_json())],
        structured_content=result.model_dump(mode="json"),
    )


def _failed(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)


def _invalid(tool: Tool, error: ValidationError) -> str:
    """Name each argument at fault, and all that there are."""
    parts = [
        f"{'.'.join(str(part) for part in found['loc']) or 'arguments'}: {found['msg']}"
        for found in error.errors(include_url=False)
    ]
    known = ", ".join(tool.arguments.model_fields)
    return f"{'; '.join(parts)}. Correct what is named; {tool.name} takes: {known}."
