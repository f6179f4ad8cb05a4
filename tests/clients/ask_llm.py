"""One chat call with llm."""

import os

from llm.default_plugins.openai_models import Chat

model = Chat("gemma", model_name="google/gemma-7b-it-lora", api_base=os.environ["OPENAI_BASE_URL"])
model.key = os.environ["OPENAI_API_KEY"]
response = model.prompt("Count to four.")
for text in response:
    print(text, end="", flush=True)
usage = response.usage()
if usage.input is not None:
    print(f"\n{usage.input + usage.output} tokens")
