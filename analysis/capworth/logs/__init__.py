"""Raw exchange logs, one row a query, to the yearly activity that a case holds.

Needs the extra `logs` (Ibis and DuckDB), or `spark`. Logs of any size are read in pieces; only
counts leave them. The same expression runs on any table that Ibis can reach.
"""

from capworth.logs.counting import LoggedActivity, count_exchanges
from capworth.logs.opening import check_logs, count_activity

__all__ = ["LoggedActivity", "check_logs", "count_activity", "count_exchanges"]
