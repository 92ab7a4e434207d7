"""`python -m capworth.cli` does what `capworth` does."""

from capworth.cli import main

if __name__ == "__main__":
    main()
