"""What a reviewer would attack: each attack that a program can see in a case is one lint."""

from capworth.lints.found import lint_case, lints_page
from capworth.lints.lint import Lint

__all__ = ["Lint", "lint_case", "lints_page"]
