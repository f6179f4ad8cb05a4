"""One chat call with pydantic-ai."""

import asyncio

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel


async def main() -> None:
    agent = Agent(OpenAIChatModel("google/gemma-7b-it-lora"))
    async with agent.run_stream("Count to four.") as run:
        async for text in run.stream_text(delta=True):
            print(text, end="", flush=True)
        print(f"\n{run.usage.total_tokens} tokens")


asyncio.run(main())
