"""`python -m conformance` is `gonogo`."""

from conformance.cli import main

main(prog_name="gonogo")
