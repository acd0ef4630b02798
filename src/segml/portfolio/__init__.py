"""The portfolio at a scored date: what hangs on few, who gets too little, whose terms do not pay.

`scene` holds what is known; each question has a file of its own: `concentration` (with `year`),
`attention`, `boundaries`, `spreads`, `decisions`, `next_need`, `migration`. `tables` asks them all.
"""

from segml.portfolio.attention import attention
from segml.portfolio.boundaries import EATERS, VERDICTS, boundaries
from segml.portfolio.concentration import YEAR_ITEMS, concentration, shares_of, year_of
from segml.portfolio.decisions import CONDITIONS, decisions
from segml.portfolio.migration import ABSENT, Moves, migration
from segml.portfolio.next_need import next_need
from segml.portfolio.scene import Scene
from segml.portfolio.spreads import spreads
from segml.portfolio.tables import PORTFOLIO_TABLES, portfolio_tables
from segml.portfolio.year import Year, simulated_year

__all__ = [
    "ABSENT",
    "CONDITIONS",
    "EATERS",
    "PORTFOLIO_TABLES",
    "VERDICTS",
    "YEAR_ITEMS",
    "Moves",
    "Scene",
    "Year",
    "attention",
    "boundaries",
    "concentration",
    "decisions",
    "migration",
    "next_need",
    "portfolio_tables",
    "shares_of",
    "simulated_year",
    "spreads",
    "year_of",
]
