"""`python -m doorstep` is `doorstep`."""

from doorstep.cli import main

if __name__ == "__main__":
    main()
