"""`python -m mock_server`: the command `gonogo-mock`. Knows no option of it."""

from mock_server.cli import main

if __name__ == "__main__":
    main(prog_name="gonogo-mock")
