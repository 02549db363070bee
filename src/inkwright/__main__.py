"""`python -m inkwright`: the same as the command `inkwright`."""

from inkwright.cli import main

if __name__ == "__main__":
    main()
