"""What a case says to its readers, in English and in whatever languages it says it in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A part of a case with words that are printed: a name, a title, a note."""

    translations: tuple[tuple[str, str], ...] = ()  # by column: ("name_fr", "Réseau sécurisé")

    def said(self, what: str, language: str) -> str:
        """Say its name, or another of its words, in a language; in English where it has none.

        >>> from capworth.case.parts import Outcome
        >>> found = Outcome("V", "Vehicle found", translations=(("name_fr", "Véhicule retrouvé"),))
        >>> found.said("name", "fr"), found.said("name", "es")
        ('Véhicule retrouvé', 'Vehicle found')
        """
        return dict(self.translations).get(f"{what}_{language}") or str(getattr(self, what))

    def wordings(self, what: str) -> tuple[str, ...]:
        """Say the same in every language that it is said in, English first."""
        others = (words for key, words in self.translations if key.rpartition("_")[0] == what)
        return (str(getattr(self, what)), *others)
