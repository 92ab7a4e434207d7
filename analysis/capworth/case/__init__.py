"""The case folder: its data dictionary, its types, its checks, its one door."""
