"""`python -m segml`: the command line."""

from segml.cli import main

if __name__ == "__main__":
    main()
