"""openapi: says what must be true. One document, and the little code that reads it."""

from importlib import resources

from openapi.account import AccountFacts
from openapi.contract import Contract, Operation, account, any_api, contract, load, parse
from openapi.model import ModelFacts
from openapi.requirement import CHAPTERS, ContractError, Level, Requirement, Scope
from openapi.taxonomy import ErrorKind

if not resources.files("openapi").joinpath("gateway.yaml").is_file():
    raise ImportError(
        "the package `openapi` on this path is not gonogo's: another distribution of that name "
        "has overwritten it; install gonogo into an environment of its own"
    )

__all__ = [
    "CHAPTERS",
    "AccountFacts",
    "Contract",
    "ContractError",
    "ErrorKind",
    "Level",
    "ModelFacts",
    "Operation",
    "Requirement",
    "Scope",
    "account",
    "any_api",
    "contract",
    "load",
    "parse",
]
