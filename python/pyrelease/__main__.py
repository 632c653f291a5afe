"""`python -m pyrelease`."""

from pyrelease import main

main()
