"""Schema 2: what a year's tax rests on, the household's own readings of the law, and corporate actions.

SQLite can't change a CHECK, so a table that learns a new choice is made anew and its rows, with their
`row_no`, are carried over. Columns are named on both sides: nothing rests on their order.

`min_tax` meant the brokers' fixed tax-saving order in schema 1, which is `tax_order` now; `min_tax` is
the least tax by the year's real netting. Stored choices are carried over as what they meant, so that no
lot changes by the step.
"""

_RELIEF = """
    ('fifo', 'lifo', 'hifo', 'lofo', 'specific', 'min_tax', 'tax_order', 'max_loss', 'average')"""

HOUSEHOLD = """
CREATE TABLE new_household (
  row_no INTEGER PRIMARY KEY CHECK (row_no = 1),
  id TEXT NOT NULL CHECK (id <> ''),
  name TEXT NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  fixed_as_of TEXT NOT NULL CHECK (fixed_as_of = '' OR fixed_as_of IS date(fixed_as_of, '+0 days')),
  filing_status TEXT NOT NULL CHECK (filing_status IN
    ('single', 'married_joint', 'married_separate', 'head_of_household', 'surviving_spouse')),
  rate_short INTEGER NOT NULL CHECK (rate_short BETWEEN 0 AND 100000000),
  rate_long INTEGER NOT NULL CHECK (rate_long BETWEEN 0 AND 100000000),
  rate_ordinary INTEGER NOT NULL CHECK (rate_ordinary BETWEEN 0 AND 100000000),
  realised_short INTEGER NOT NULL,
  realised_long INTEGER NOT NULL,
  carryforward_short INTEGER NOT NULL CHECK (carryforward_short >= 0),
  carryforward_long INTEGER NOT NULL CHECK (carryforward_long >= 0),
  rate_source TEXT NOT NULL CHECK (rate_source IN ('tables', 'typed')),
  wages INTEGER NOT NULL,
  investment_income INTEGER NOT NULL,
  qualified_dividends INTEGER NOT NULL CHECK (qualified_dividends >= 0),
  itemised INTEGER CHECK (itemised >= 0),
  aged_or_blind INTEGER NOT NULL CHECK (aged_or_blind BETWEEN 0 AND 4),
  seniors INTEGER NOT NULL CHECK (seniors BETWEEN 0 AND 2),
  state TEXT NOT NULL CHECK (state = '' OR state GLOB '[A-Z][A-Z]'),
  state_rate INTEGER CHECK (state_rate BETWEEN 0 AND 100000000),
  discount_rate INTEGER NOT NULL CHECK (discount_rate BETWEEN 0 AND 100000000)
) STRICT
"""

_HOUSEHOLD_OLD = (
    "row_no, id, name, simulated, fixed_as_of, filing_status, rate_short, rate_long, rate_ordinary,"
    " realised_short, realised_long, carryforward_short, carryforward_long"
)

FILL_HOUSEHOLD = f"""
INSERT INTO new_household ({_HOUSEHOLD_OLD},
  rate_source, wages, investment_income, qualified_dividends, aged_or_blind, seniors, state, discount_rate)
SELECT {_HOUSEHOLD_OLD}, 'typed', 0, 0, 0, 0, 0, '', 5000000 FROM household
"""  # noqa: S608 - the names are constants

ACCOUNTS = f"""
CREATE TABLE new_accounts (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN
    ('taxable', 'joint', 'trust', 'ira', 'roth_ira', '401k', 'hsa')),
  custodian TEXT NOT NULL,
  number_tail TEXT NOT NULL CHECK (length(number_tail) <= 4),
  relief TEXT NOT NULL CHECK (relief IN {_RELIEF}),
  reinvests INTEGER NOT NULL CHECK (reinvests IN (0, 1)),
  fractional INTEGER NOT NULL CHECK (fractional IN (0, 1))
) STRICT
"""

FILL_ACCOUNTS = """
INSERT INTO new_accounts
  (row_no, id, name, type, custodian, number_tail, relief, reinvests, fractional)
SELECT row_no, id, name, type, custodian, number_tail,
  iif(relief = 'min_tax', 'tax_order', relief), reinvests, fractional
FROM accounts
"""

TRANSACTIONS = f"""
CREATE TABLE new_transactions (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  on_date TEXT NOT NULL CHECK (on_date IS date(on_date, '+0 days')),
  type TEXT NOT NULL CHECK (type IN
    ('buy', 'recurring', 'drip', 'vest', 'opening_lot', 'transfer_in', 'gift_in', 'inherit',
     'sell', 'transfer_out', 'split', 'roc', 'spin_off', 'merger', 'symbol_change', 'short_sale',
     'short_cover', 'dividend', 'capital_gain_short', 'capital_gain_long',
     'interest', 'fee', 'tax', 'cash', 'other')),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  security_id TEXT REFERENCES securities (id),
  shares INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  fees INTEGER NOT NULL,
  acquired_on TEXT CHECK (acquired_on IS date(acquired_on, '+0 days')),
  lot_id TEXT,
  purchase TEXT NOT NULL,
  relief TEXT CHECK (relief IN {_RELIEF}),
  ratio INTEGER,
  broker_ref TEXT NOT NULL,
  note TEXT NOT NULL,
  other_security_id TEXT REFERENCES securities (id),
  basis_fraction INTEGER CHECK (basis_fraction BETWEEN 0 AND 100000000),
  import_id TEXT REFERENCES imports (id),
  superseded_by TEXT REFERENCES transactions (id) CHECK (superseded_by <> id)
) STRICT
"""

FILL_TRANSACTIONS = """
INSERT INTO new_transactions
  (row_no, id, on_date, type, account_id, security_id, shares, amount, fees, acquired_on, lot_id,
   purchase, relief, ratio, broker_ref, note, import_id, superseded_by)
SELECT row_no, id, on_date, type, account_id, security_id, shares, amount, fees, acquired_on, lot_id,
  purchase, iif(relief = 'min_tax', 'tax_order', relief), ratio, broker_ref, note, import_id,
  superseded_by
FROM transactions
"""

WASH_OPTIONS = """
CREATE TABLE wash_options (
  row_no INTEGER PRIMARY KEY,
  option TEXT NOT NULL UNIQUE,
  choice TEXT NOT NULL,
  CHECK (CASE option
    WHEN 'same_day_order' THEN choice IN ('acquisition', 'as_listed')
    WHEN 'same_day_disposal' THEN choice IN ('counts', 'ignore')
    WHEN 'disposed_before' THEN choice IN ('not_replacement', 'literal')
    WHEN 'acquired_before_sold_lot' THEN choice IN ('counts', 'ignore')
    WHEN 'match_order' THEN choice IN ('earliest', 'own_account_first')
    WHEN 'tacking' THEN choice IN ('day_count', 'original_date')
    WHEN 'other_plans' THEN choice IN ('as_ira', 'ignore')
    WHEN 'spouse_basis' THEN choice IN ('to_spouse', 'lost')
    WHEN 'loss_test' THEN choice IN ('adjusted_basis', 'original_cost')
    WHEN 'crypto' THEN choice IN ('exempt', 'as_security')
    WHEN 'identical' THEN choice IN ('conventional', 'strict')
    ELSE 0 END)
) STRICT
"""

EXTERNAL_GAINS = """
CREATE TABLE external_gains (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  on_date TEXT NOT NULL CHECK (on_date IS date(on_date, '+0 days')),
  term TEXT NOT NULL CHECK (term IN ('short', 'long')),
  amount INTEGER NOT NULL,
  probability INTEGER NOT NULL CHECK (probability BETWEEN 0 AND 100000000),
  kind TEXT NOT NULL CHECK (kind IN
    ('k1', 'fund_distribution', 'stock_compensation', 'property', 'business', 'other_account', 'other')),
  realised INTEGER NOT NULL CHECK (realised IN (0, 1)),
  note TEXT NOT NULL
) STRICT
"""

LAW_CHANGES = """
CREATE TABLE law_changes (
  row_no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  from_year INTEGER NOT NULL CHECK (from_year BETWEEN 1913 AND 9999),
  target TEXT NOT NULL CHECK (target IN ('ordinary', 'long_term', 'niit', 'state')),
  points INTEGER NOT NULL CHECK (points BETWEEN -100000000 AND 100000000),
  note TEXT NOT NULL
) STRICT
"""

_FROM_DECEDENT = "from_decedent INTEGER NOT NULL DEFAULT 0 CHECK (from_decedent IN (0, 1))"


def _rebuilt(table: str, create: str, fill: str) -> tuple[str, ...]:
    return create, fill, f"DROP TABLE {table}", f"ALTER TABLE new_{table} RENAME TO {table}"


STATEMENTS: tuple[str, ...] = (
    *_rebuilt("household", HOUSEHOLD, FILL_HOUSEHOLD),
    *_rebuilt("accounts", ACCOUNTS, FILL_ACCOUNTS),
    *_rebuilt("transactions", TRANSACTIONS, FILL_TRANSACTIONS),
    "CREATE INDEX transactions_day ON transactions (on_date)",
    "CREATE INDEX transactions_holding ON transactions (account_id, security_id)",
    "CREATE INDEX transactions_security ON transactions (security_id)",
    "CREATE INDEX transactions_import ON transactions (import_id) WHERE import_id IS NOT NULL",
    "CREATE INDEX transactions_superseded ON transactions (superseded_by) WHERE superseded_by IS NOT NULL",
    "CREATE INDEX transactions_other ON transactions (other_security_id) WHERE other_security_id IS NOT NULL",
    f"ALTER TABLE lots ADD COLUMN {_FROM_DECEDENT}",
    f"ALTER TABLE statement_lots ADD COLUMN {_FROM_DECEDENT}",
    WASH_OPTIONS,
    EXTERNAL_GAINS,
    LAW_CHANGES,
    "CREATE INDEX external_gains_day ON external_gains (on_date)",
)
