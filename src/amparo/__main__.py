"""`python -m amparo`."""

from amparo.cli.main import run

if __name__ == "__main__":
    run()
