"""Schema 3: how accounts take part in plans, what is owned elsewhere, and how much of a security trades.

Only tables that were not there before: no row of an older file is touched. How risk is estimated is a value of
`settings`, which schema 1 has.
"""

ACCOUNT_RULES = """
CREATE TABLE account_rules (
  row_no INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL UNIQUE REFERENCES accounts (id),
  role TEXT NOT NULL CHECK (role IN ('normal', 'first', 'never')),
  cash_min INTEGER NOT NULL CHECK (cash_min >= 0),
  cash_reserve INTEGER NOT NULL CHECK (cash_reserve >= cash_min),
  cash_max INTEGER CHECK (cash_max >= cash_reserve)
) STRICT
"""

ACCOUNT_MENUS = """
CREATE TABLE account_menus (
  row_no INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account_rules (account_id),
  position INTEGER NOT NULL CHECK (position >= 0),
  security_id TEXT NOT NULL REFERENCES securities (id),
  UNIQUE (account_id, position),
  UNIQUE (account_id, security_id)
) STRICT
"""

OUTSIDE_HOLDINGS = """
CREATE TABLE outside_holdings (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  security_id TEXT NOT NULL REFERENCES securities (id),
  value INTEGER NOT NULL CHECK (value >= 0),
  note TEXT NOT NULL
) STRICT
"""

VOLUMES = """
CREATE TABLE volumes (
  row_no INTEGER PRIMARY KEY,
  security_id TEXT NOT NULL REFERENCES securities (id),
  on_date TEXT NOT NULL CHECK (on_date IS date(on_date, '+0 days')),
  shares INTEGER NOT NULL CHECK (shares >= 0),
  UNIQUE (security_id, on_date)
) STRICT
"""

STATEMENTS: tuple[str, ...] = (
    ACCOUNT_RULES,
    ACCOUNT_MENUS,
    OUTSIDE_HOLDINGS,
    VOLUMES,
    "CREATE INDEX account_menus_security ON account_menus (security_id)",
    "CREATE INDEX outside_holdings_security ON outside_holdings (security_id)",
)
