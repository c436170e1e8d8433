"""Schema 1: the first released form of a household book.

Text only: a migration never changes once released, so it must not follow the table objects of the code.
Money is in micro-dollars, shares, prices, rates and weights in 1e-8 units, dates are ISO text.
`date(x, '+0 days')` is what turns 30 February into another day and so refuses it.
Every table has an explicit `row_no`, which VACUUM keeps: the undo log refers to it.
"""

HOUSEHOLD = """
CREATE TABLE household (
  row_no INTEGER PRIMARY KEY CHECK (row_no = 1),
  id TEXT NOT NULL CHECK (id <> ''),
  name TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  fixed_as_of TEXT NOT NULL CHECK (fixed_as_of = '' OR fixed_as_of IS date(fixed_as_of, '+0 days')),
  filing_status TEXT NOT NULL CHECK (filing_status IN
    ('single', 'married_joint', 'married_separate', 'head_of_household')),
  rate_short INTEGER NOT NULL CHECK (rate_short BETWEEN 0 AND 100000000),
  rate_long INTEGER NOT NULL CHECK (rate_long BETWEEN 0 AND 100000000),
  rate_ordinary INTEGER NOT NULL CHECK (rate_ordinary BETWEEN 0 AND 100000000),
  realised_short INTEGER NOT NULL,
  realised_long INTEGER NOT NULL,
  carryforward_short INTEGER NOT NULL CHECK (carryforward_short >= 0),
  carryforward_long INTEGER NOT NULL CHECK (carryforward_long >= 0)
) STRICT
"""

PEOPLE = """
CREATE TABLE people (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  name TEXT NOT NULL,
  is_spouse INTEGER NOT NULL CHECK (is_spouse IN (0, 1))
) STRICT
"""

ACCOUNTS = """
CREATE TABLE accounts (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN
    ('taxable', 'joint', 'trust', 'ira', 'roth_ira', '401k', 'hsa')),
  custodian TEXT NOT NULL,
  number_tail TEXT NOT NULL CHECK (length(number_tail) <= 4),
  relief TEXT NOT NULL CHECK (relief IN
    ('fifo', 'lifo', 'hifo', 'lofo', 'specific', 'min_tax', 'max_loss')),
  reinvests INTEGER NOT NULL CHECK (reinvests IN (0, 1)),
  fractional INTEGER NOT NULL CHECK (fractional IN (0, 1))
) STRICT
"""

ACCOUNT_OWNERS = """
CREATE TABLE account_owners (
  row_no INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  person_id TEXT NOT NULL REFERENCES people (id),
  UNIQUE (account_id, position),
  UNIQUE (account_id, person_id)
) STRICT
"""

SECURITIES = """
CREATE TABLE securities (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  symbol TEXT NOT NULL CHECK (symbol <> ''),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN
    ('stock', 'etf', 'mutual_fund', 'bond', 'option', 'money_market', 'crypto', 'other')),
  asset_class TEXT NOT NULL CHECK (asset_class IN
    ('us_equity', 'intl_equity', 'emerging_equity', 'real_estate', 'commodity',
     'us_bond', 'muni_bond', 'intl_bond', 'cash', 'other')),
  sector TEXT NOT NULL,
  tracked_index TEXT NOT NULL,
  role TEXT NOT NULL,
  cusip TEXT NOT NULL,
  underlying_id TEXT REFERENCES securities (id)
) STRICT
"""

IMPORTS = """
CREATE TABLE imports (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  file_name TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) IN (0, 64)),
  broker TEXT NOT NULL,
  kind TEXT NOT NULL,
  rows INTEGER NOT NULL CHECK (rows >= 0),
  imported_at TEXT NOT NULL
) STRICT
"""

_LOT_COLUMNS = """
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  security_id TEXT NOT NULL REFERENCES securities (id),
  shares INTEGER NOT NULL CHECK (shares > 0),
  acquired_on TEXT CHECK (acquired_on IS date(acquired_on, '+0 days')),
  adjusted_acquired_on TEXT CHECK (adjusted_acquired_on IS date(adjusted_acquired_on, '+0 days')),
  cost_basis INTEGER,
  wash_added INTEGER NOT NULL CHECK (wash_added >= 0),
  source TEXT NOT NULL CHECK (source IN
    ('buy', 'recurring', 'drip', 'vest', 'transfer_in', 'gift_in', 'inherit', 'opening_lot', 'position')),
  purchase TEXT NOT NULL,
  broker_ref TEXT NOT NULL,
"""

STATEMENT_LOTS = f"""
CREATE TABLE statement_lots ({_LOT_COLUMNS}
  statement_on TEXT NOT NULL CHECK (statement_on IS date(statement_on, '+0 days'))
) STRICT
"""

LOTS = f"""
CREATE TABLE lots ({_LOT_COLUMNS}
  statement_on TEXT CHECK (statement_on IS date(statement_on, '+0 days'))
) STRICT
"""

TRANSACTIONS = """
CREATE TABLE transactions (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  on_date TEXT NOT NULL CHECK (on_date IS date(on_date, '+0 days')),
  type TEXT NOT NULL CHECK (type IN
    ('buy', 'recurring', 'drip', 'vest', 'opening_lot', 'transfer_in', 'gift_in', 'inherit',
     'sell', 'transfer_out', 'split', 'roc', 'dividend', 'capital_gain_short', 'capital_gain_long',
     'interest', 'fee', 'tax', 'cash', 'other')),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  security_id TEXT REFERENCES securities (id),
  shares INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  fees INTEGER NOT NULL,
  acquired_on TEXT CHECK (acquired_on IS date(acquired_on, '+0 days')),
  lot_id TEXT,
  purchase TEXT NOT NULL,
  relief TEXT CHECK (relief IN
    ('fifo', 'lifo', 'hifo', 'lofo', 'specific', 'min_tax', 'max_loss')),
  ratio INTEGER,
  broker_ref TEXT NOT NULL,
  note TEXT NOT NULL,
  import_id TEXT REFERENCES imports (id),
  superseded_by TEXT REFERENCES transactions (id) CHECK (superseded_by <> id)
) STRICT
"""

TRANSACTION_PICKS = """
CREATE TABLE transaction_picks (
  row_no INTEGER PRIMARY KEY,
  transaction_id TEXT NOT NULL REFERENCES transactions (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  lot_id TEXT NOT NULL,
  shares INTEGER NOT NULL CHECK (shares > 0),
  UNIQUE (transaction_id, position)
) STRICT
"""

SCHEDULED = """
CREATE TABLE scheduled (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  type TEXT NOT NULL CHECK (type IN ('buy', 'recurring', 'drip', 'vest')),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  security_id TEXT NOT NULL REFERENCES securities (id),
  next_on TEXT NOT NULL CHECK (next_on IS date(next_on, '+0 days')),
  every_days INTEGER NOT NULL CHECK (every_days >= 0),
  until_on TEXT CHECK (until_on IS date(until_on, '+0 days')),
  shares INTEGER NOT NULL CHECK (shares >= 0),
  amount INTEGER NOT NULL CHECK (amount >= 0),
  confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
  note TEXT NOT NULL
) STRICT
"""

PRICES = """
CREATE TABLE prices (
  row_no INTEGER PRIMARY KEY,
  security_id TEXT NOT NULL REFERENCES securities (id),
  on_date TEXT NOT NULL CHECK (on_date IS date(on_date, '+0 days')),
  source TEXT NOT NULL,
  value INTEGER NOT NULL CHECK (value >= 0),
  UNIQUE (security_id, on_date, source)
) STRICT
"""

CASH_BALANCES = """
CREATE TABLE cash_balances (
  row_no INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  on_date TEXT NOT NULL CHECK (on_date IS date(on_date, '+0 days')),
  amount INTEGER NOT NULL,
  source TEXT NOT NULL,
  UNIQUE (account_id, on_date)
) STRICT
"""

IDENTICAL_SETS = """
CREATE TABLE identical_sets (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  name TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT
"""

IDENTICAL_SET_MEMBERS = """
CREATE TABLE identical_set_members (
  row_no INTEGER PRIMARY KEY,
  set_id TEXT NOT NULL REFERENCES identical_sets (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  security_id TEXT NOT NULL UNIQUE REFERENCES securities (id),
  UNIQUE (set_id, position)
) STRICT
"""

EQUIVALENTS = """
CREATE TABLE equivalents (
  row_no INTEGER PRIMARY KEY,
  primary_id TEXT NOT NULL REFERENCES securities (id),
  member_id TEXT NOT NULL REFERENCES securities (id) CHECK (member_id <> primary_id),
  hurdle_bp INTEGER NOT NULL CHECK (hurdle_bp >= 0),
  UNIQUE (primary_id, member_id)
) STRICT
"""

REPLACEMENTS = """
CREATE TABLE replacements (
  row_no INTEGER PRIMARY KEY,
  security_id TEXT NOT NULL REFERENCES securities (id),
  replacement_id TEXT NOT NULL REFERENCES securities (id) CHECK (replacement_id <> security_id),
  rank INTEGER NOT NULL CHECK (rank >= 1),
  hurdle_bp INTEGER NOT NULL CHECK (hurdle_bp >= 0),
  buy_allowed INTEGER NOT NULL CHECK (buy_allowed IN (0, 1)),
  note TEXT NOT NULL,
  UNIQUE (security_id, replacement_id)
) STRICT
"""

CLASS_TARGETS = """
CREATE TABLE class_targets (
  row_no INTEGER PRIMARY KEY,
  asset_class TEXT NOT NULL UNIQUE CHECK (asset_class IN
    ('us_equity', 'intl_equity', 'emerging_equity', 'real_estate', 'commodity',
     'us_bond', 'muni_bond', 'intl_bond', 'cash', 'other')),
  weight INTEGER NOT NULL CHECK (weight BETWEEN 0 AND 100000000),
  low INTEGER NOT NULL CHECK (low BETWEEN 0 AND 100000000),
  high INTEGER NOT NULL CHECK (high BETWEEN low AND 100000000)
) STRICT
"""

SECURITY_TARGETS = """
CREATE TABLE security_targets (
  row_no INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  security_id TEXT NOT NULL REFERENCES securities (id),
  weight INTEGER NOT NULL CHECK (weight BETWEEN 0 AND 100000000),
  UNIQUE (account_id, security_id)
) STRICT
"""

PROPOSALS = """
CREATE TABLE proposals (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  kind TEXT NOT NULL,
  as_of TEXT NOT NULL CHECK (as_of IS date(as_of, '+0 days')),
  created_at TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (payload GLOB '{*}'),
  payload_sha256 TEXT NOT NULL CHECK (length(payload_sha256) = 64),
  inputs TEXT NOT NULL
) STRICT
"""

SETTINGS = """
CREATE TABLE settings (
  row_no INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE CHECK (key <> ''),
  value TEXT NOT NULL CHECK (value <> '')
) STRICT
"""

ID_COUNTERS = """
CREATE TABLE id_counters (
  prefix TEXT NOT NULL PRIMARY KEY CHECK (prefix <> ''),
  last INTEGER NOT NULL CHECK (last >= 0)
) STRICT
"""

UNDO_STEPS = """
CREATE TABLE undo_steps (
  step INTEGER PRIMARY KEY,
  label TEXT NOT NULL,
  touched INTEGER NOT NULL,
  undone INTEGER NOT NULL CHECK (undone IN (0, 1))
) STRICT
"""

UNDO_ENTRIES = """
CREATE TABLE undo_entries (
  entry INTEGER PRIMARY KEY,
  step INTEGER NOT NULL REFERENCES undo_steps (step),
  action TEXT NOT NULL CHECK (action IN ('delete', 'insert', 'update')),
  table_name TEXT NOT NULL,
  first_row INTEGER NOT NULL,
  last_row INTEGER NOT NULL CHECK (last_row >= first_row),
  old_values TEXT CHECK (old_values GLOB '[[]*]'),
  CHECK ((action = 'delete') = (old_values IS NULL))
) STRICT
"""

INDEXES = (
    "CREATE INDEX account_owners_person ON account_owners (person_id)",
    "CREATE INDEX securities_symbol ON securities (symbol)",
    "CREATE INDEX securities_underlying ON securities (underlying_id)",
    "CREATE INDEX statement_lots_holding ON statement_lots (account_id, security_id)",
    "CREATE INDEX statement_lots_security ON statement_lots (security_id)",
    "CREATE INDEX lots_holding ON lots (account_id, security_id)",
    "CREATE INDEX lots_security ON lots (security_id)",
    "CREATE INDEX transactions_day ON transactions (on_date)",
    "CREATE INDEX transactions_holding ON transactions (account_id, security_id)",
    "CREATE INDEX transactions_security ON transactions (security_id)",
    "CREATE INDEX transactions_import ON transactions (import_id) WHERE import_id IS NOT NULL",
    "CREATE INDEX transactions_superseded ON transactions (superseded_by) WHERE superseded_by IS NOT NULL",
    "CREATE INDEX imports_sha256 ON imports (sha256)",
    "CREATE INDEX undo_entries_step ON undo_entries (step)",
)

STATEMENTS: tuple[str, ...] = (
    HOUSEHOLD,
    PEOPLE,
    ACCOUNTS,
    ACCOUNT_OWNERS,
    SECURITIES,
    IMPORTS,
    STATEMENT_LOTS,
    LOTS,
    TRANSACTIONS,
    TRANSACTION_PICKS,
    SCHEDULED,
    PRICES,
    CASH_BALANCES,
    IDENTICAL_SETS,
    IDENTICAL_SET_MEMBERS,
    EQUIVALENTS,
    REPLACEMENTS,
    CLASS_TARGETS,
    SECURITY_TARGETS,
    PROPOSALS,
    SETTINGS,
    ID_COUNTERS,
    UNDO_STEPS,
    UNDO_ENTRIES,
    *INDEXES,
)
