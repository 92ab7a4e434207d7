"""Which data, which seed, which version: what every answer knows of where it comes from."""

from dataclasses import dataclass
from importlib.metadata import version

from capworth.case.model import Case
from capworth.case.register import schedules


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an answer comes from."""

    case: str
    fingerprint: str  # SHA-256 of the case as read
    schedule: str  # discount schedule, its first rate and its status
    currency: str
    price_year: int
    cutoff: str  # appraisal date: no later evidence
    seed: int
    draws: int
    version: str

    @classmethod
    def of(cls, case: Case, draws: int) -> "Provenance":
        """Gather it from the case."""
        settings = case.settings
        schedule = schedules()[settings.discounting]
        return cls(
            settings.name,
            case.fingerprint,
            f"{schedule.id} ({schedule.bands[0][1]:.1%}, {schedule.status})",
            settings.currency,
            settings.price_year,
            settings.appraisal_date.isoformat(),
            settings.seed,
            draws,
            version("capworth"),
        )

    def __str__(self) -> str:
        return (
            f"capworth {self.version} | case {self.case} {self.fingerprint[:12]} | {self.currency} "
            f"of {self.price_year} | discounting {self.schedule} | data to {self.cutoff} | seed "
            f"{self.seed} | {self.draws:,} draws"
        )
