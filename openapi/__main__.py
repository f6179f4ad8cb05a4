"""`python -m openapi [FILE ...]`: lint the shipped documents, or those named."""

import sys

from openapi.contract import account, contract, load
from openapi.lint import lint
from openapi.requirement import ContractError


def main(names: list[str]) -> int:
    """Print what is wrong; 0 when nothing is, 1 when something is, 2 for an unreadable file."""
    code = 0
    shipped = {"gateway.yaml": contract, "account.yaml": account}
    for name in names or shipped:
        try:
            subject = load(name) if names else shipped[name]()
        except ContractError as error:
            sys.stderr.write(f"{error}\n")
            code = 2
            continue
        problems = lint(subject)
        for problem in problems:
            sys.stdout.write(f"{name}{problem}\n" if problem[:1] == "/" else f"{name}: {problem}\n")
        if problems:
            code = max(code, 1)
        else:
            sys.stdout.write(
                f"{name}: sound; {len(subject.operations)} operations, "
                f"{len(subject.requirements)} requirements\n"
            )
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
