"""Where `capworth.kernels` stood: an import says in one sentence where its functions are now."""

raise ImportError(
    "capworth.kernels is now capworth.methods, in folders by subject and with the field's names: "
    "docs/reference/moved.md lists every old name beside its new one."
)
