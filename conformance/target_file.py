"""Target file: the commented template that `gonogo init` writes."""

from __future__ import annotations

from pathlib import Path

from conformance.errors import UsageError

TEMPLATE = """\
# A gateway to judge: gonogo check --target gonogo.toml
[target]
url = "https://gateway.example/v1"        # any base URL
model = "google/gemma-7b-it-lora"         # without it: the contract's if listed, else the only one
# scope = "gateway"                       # default: gateway for the contract's own model, else any

[keys]                                    # names of environment variables, never keys themselves
valid = "GATEWAY_KEY"                     # only this one is needed
# without_credit = "GATEWAY_KEY_EMPTY"    # its wallet is empty: 402
# over_limit = "GATEWAY_KEY_OVER"         # always over its limit: 429
# small_quota = "GATEWAY_KEY_SMALL"       # at most 5 requests a minute: is Retry-After kept?
# failing_upstream = "GATEWAY_KEY_DOWN"   # 500
# saturated_upstream = "GATEWAY_KEY_BUSY" # 503

# [claims]                                # what the gateway says of itself; probing checks it
# context_window = 4096
# adapters = ["pirate"]
# prices = [80, 160]                      # nano-USD a prompt token, a completion token
# requests_per_minute = 600
# capabilities = ["streaming"]

# [budget]                                # hard caps, never exceeded
# requests = 600
# tokens = 150000
# usd = 0.05
# seconds = 600

# [http]
# headers = {"x-aig-tag" = "conformance"}
# ca_file = "ca.pem"
# client_certificate = "client.pem"
# client_key = "client.key"
# proxy = "http://proxy.example:3128"
# http2 = true                            # offered over TLS; framing is judged over HTTP/1.1
# concurrency = 2
# timeout = 120
"""


def write_template(path: Path) -> None:
    """Write the template; raises UsageError when the file exists or cannot be written."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except FileExistsError:
        raise UsageError(f"{path.name} exists", hint="name another file, or move it away") from None
    except OSError as error:
        raise UsageError(f"{path.name} cannot be written: {error.strerror}") from None
