"""The demo case: an invented republic, its evidence built from the sources beside this file."""
