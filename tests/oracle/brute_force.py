"""A second ledger engine, slow and plain, written from the law and from the schema of the cases alone.

It takes the facts of a `harvestdesk.washcase/1` case and gives `sales`, `lots` and `totals` with exact
fractions. It shares no line with `harvestdesk.washsale`: what both engines say of a household is
either right or wrong twice over, for different reasons.

The whole ledger is known from the start, so a loss simply looks at every purchase of the household,
past and to come, in the order the regulation names, and takes the shares it finds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

Json = Mapping[str, Any]

# IRC §1091(a): "within a period beginning 30 days before the date of such sale or disposition and
# ending 30 days after such date".
WINDOW = timedelta(days=30)
# §1091(a) speaks of shares "acquired (by purchase or by an exchange on which the entire amount of
# gain or loss was recognized by law)": a gift, an inheritance and a move between own accounts are
# none; stock received for services is (Reg. 1.1091-1 has no exception; Pub. 550, bonus award example).
PURCHASES = {"buy", "recurring", "drip", "vest", "option_buy"}
ARRIVALS = {"opening_lot", "transfer_in", "gift_in", "inherit"}
TAXABLE = {"taxable", "joint", "trust"}
IRAS = {"ira", "roth_ira", "traditional_ira", "sep_ira", "simple_ira"}

DEFAULTS = {
    "same_day_order": "acquisition",
    "same_day_disposal": "counts",
    "disposed_before": "not_replacement",
    "acquired_before_sold_lot": "counts",
    "match_order": "earliest",
    "tacking": "day_count",
    "other_plans": "as_ira",
    "spouse_basis": "to_spouse",
    "loss_test": "adjusted_basis",
    "crypto": "exempt",
}
"""The readings of SCHEMA.md's policy table."""


@dataclass
class Parcel:
    """Shares of one lot that are alike in everything: date, basis and whether they replaced others."""

    quantity: Fraction
    cost: Fraction
    wash: Fraction
    adjusted: date
    used: bool = False
    replaces: tuple[str, ...] = ()
    decedent: bool = False
    """§1223(9): considered held for more than a year."""
    turn: int = 0
    """When it replaced, counted in matches; 0: it came as it is."""
    row: dict[str, Any] | None = None
    """The sale that took it; None: held, or not bought yet."""

    @property
    def per_share(self) -> Fraction:
        return (self.cost + self.wash) / self.quantity

    def cut(self, quantity: Fraction) -> "Parcel":
        """Return `quantity` of its shares as a parcel of their own, with their part of the money."""
        part = quantity / self.quantity
        taken = replace(
            self, quantity=quantity, cost=self.cost * part, wash=self.wash * part, row=None
        )
        self.quantity -= quantity
        self.cost -= taken.cost
        self.wash -= taken.wash
        return taken


@dataclass
class Lot:
    """What one acquisition brought."""

    place: int
    """Its place in the list of transactions: the order of time."""
    name: str
    account: str
    symbol: str
    bought: date
    acquired: date
    purchase: str
    washing: bool
    covers: Fraction
    parcels: list[Parcel]
    sold: list[Parcel] = field(default_factory=list)

    @property
    def held(self) -> Fraction:
        return sum((p.quantity for p in self.parcels), Fraction(0))


@dataclass
class Promise:
    """Shares of a lot that a sale will take, settled when the order was given."""

    place: int
    sale: Json
    lot: Lot
    quantity: Fraction
    order: str
    turn: int
    """Matches made when the order was given."""


def number(value: object) -> Fraction:
    """Return a decimal string, or the `1/10` of a split, as a fraction."""
    return Fraction(str(value))


def dollars(row: Json, fee_sign: int) -> Fraction:
    """Return a total, or price times quantity with fees in the cost or out of the proceeds."""
    if row.get("total") is not None:
        return number(row["total"])
    return number(row["price"]) * number(row["quantity"]) + fee_sign * number(row.get("fees") or 0)


def on(row: Json) -> date:
    return date.fromisoformat(row["date"])


def anniversary(day: date, years: int = 1) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # February 29
        return date(day.year + years, 3, 1)


def first_long_day(acquired: date) -> date:
    """Return the first day a sale is long-term.

    §1222(3): "more than 1 year". Rev. Rul. 66-7: the day of acquisition is left out; Rev. Rul. 66-97:
    acquired on the last day of a month, held by calendar months from the first of the next.
    """
    next_day = acquired + timedelta(days=1)
    return anniversary(next_day)


def term(adjusted: date, sold: date) -> str:
    return "long" if sold >= first_long_day(adjusted) else "short"


class Ledger:
    """One household, worked through once."""

    def __init__(self, facts: Json, policy: Mapping[str, str] | None = None) -> None:
        self.policy = {**DEFAULTS, **(policy or {})}
        if facts.get("same_day_order"):
            self.policy["same_day_order"] = facts["same_day_order"]
        self.rows: list[Json] = list(facts["transactions"])
        self.accounts = {a["id"]: a for a in facts["accounts"]}
        self.method = facts.get("lot_method") or "fifo"
        self.symbols = {s["symbol"]: s for s in facts.get("symbols") or ()}
        self.group_of = {
            s: g["id"] for g in facts.get("identical_groups") or () for s in g["symbols"]
        }
        self.lots = [self.new_lot(i, r) for i, r in enumerate(self.rows) if self.is_arrival(r)]
        self.by_name = {lot.name: lot for lot in self.lots}
        self.sales: list[dict[str, Any]] = []
        self.turns = 0
        self.shorts: dict[str, Json] = {}

    # --- what things are ---------------------------------------------------------------------

    def is_arrival(self, row: Json) -> bool:
        return row["type"] in PURCHASES | ARRIVALS

    def new_lot(self, place: int, row: Json) -> Lot:
        acquired = date.fromisoformat(row.get("acquired") or row["date"])
        name = row.get("lot") or row["id"]
        used = bool(row.get("already_replacement"))
        return Lot(
            place, name, row["account"], row["symbol"], on(row), acquired,
            row.get("purchase") or name, row["type"] in PURCHASES,
            number(row.get("shares_per_unit") or 1),
            [Parcel(
                number(row["quantity"]), dollars(row, 1), Fraction(0), acquired, used,
                decedent=row["type"] == "inherit",
            )],
        )  # fmt: skip

    def kind(self, symbol: str) -> str:
        return self.symbols.get(symbol, {}).get("asset_class") or "security"

    def is_contract(self, symbol: str) -> bool:
        return self.kind(symbol) in {"option", "warrant"}

    def identical_set(self, symbol: str) -> str:
        """Return the set of "substantially identical" securities the household put a symbol in."""
        row = self.symbols.get(symbol, {})
        home = row.get("underlying") or symbol
        for name in (symbol, home):
            if name in self.group_of:
                return f"group {self.group_of[name]}"
            if self.symbols.get(name, {}).get("wash_group"):
                return f"group {self.symbols[name]['wash_group']}"
        return f"alone {home}"

    def is_sheltered(self, account: str) -> bool:
        return self.accounts[account].get("type", "taxable") not in TAXABLE

    def is_outside_the_rule(self, symbol: str) -> bool:
        """Notice 2014-21: a crypto asset is property, not stock or securities."""
        return self.kind(symbol) == "crypto" and self.policy["crypto"] == "exempt"

    def split_factor(self, symbol: str, after: int, before: int) -> Fraction:
        """Return what one share became by the splits between two places of the list."""
        factor = Fraction(1)
        for row in self.rows[after + 1 : before]:
            if row["type"] == "split" and row["symbol"] == symbol:
                factor *= number(row["ratio"])
        return factor

    # --- the walk through time ----------------------------------------------------------------

    def run(self) -> dict[str, Any]:
        done: set[int] = set()
        for place, row in enumerate(self.rows):
            if row["type"] in {"sell", "short_close"}:
                if place not in done:
                    together = self.together(place)
                    self.batch(together)
                    done.update(together)
            elif row["type"] == "split":
                self.split(place, row)
            elif row["type"] == "roc":
                self.return_of_capital(place, row)
            elif row["type"] == "short_open":
                self.shorts[row["id"]] = row
        return self.result()

    def together(self, start: int) -> list[int]:
        """Return the places of the sales of one day and set that nothing of the set stands between."""
        first = self.rows[start]
        places = []
        for place in range(start, len(self.rows)):
            row = self.rows[place]
            if row["date"] != first["date"]:
                break
            if self.identical_set(row["symbol"]) != self.identical_set(first["symbol"]):
                continue
            if row["type"] not in {"sell", "short_close"}:
                break
            places.append(place)
        return places

    def batch(self, places: Sequence[int]) -> None:
        """Work off the sales of one day with nothing bought between them.

        Reg. 1.1091-1(b): losses of one day count "in the order the stock or securities the
        disposition of which resulted in losses were originally acquired". Which lots each sale takes
        is settled before: an order is filled without knowing what the law makes of the day.
        """
        promises: list[Promise] = []
        for place in places:
            promises += self.choose(place, self.rows[place], promises)
        if self.policy["same_day_order"] == "acquisition":
            promises.sort(key=lambda p: (p.lot.acquired, p.lot.place, p.place))
        while promises:
            self.sell(promises.pop(0), promises)

    def split(self, place: int, row: Json) -> None:
        for lot in self.lots:
            if lot.place < place and lot.symbol == row["symbol"]:
                for parcel in lot.parcels:
                    parcel.quantity *= number(row["ratio"])

    def return_of_capital(self, place: int, row: Json) -> None:
        """§301(c)(2): it lowers the basis of every share alike; (c)(3): beyond the basis it is gain."""
        there = [x for x in self.lots if x.place < place]
        there = [x for x in there if (x.account, x.symbol) == (row["account"], row["symbol"])]
        everything = sum((x.held for x in there), Fraction(0))
        for lot in there:
            for parcel in lot.parcels:
                got = number(row["total"]) * parcel.quantity / everything
                beyond = max(Fraction(0), got - parcel.cost - parcel.wash)
                from_cost = min(got, parcel.cost)
                parcel.cost -= from_cost
                parcel.wash -= min(got - from_cost, parcel.wash)
                if beyond and not self.is_sheltered(lot.account):
                    alone = replace(parcel, cost=Fraction(0), wash=Fraction(0))
                    made = self.new_row(row, lot, alone, beyond)
                    made["kind"] = "roc_excess"

    # --- which shares are sold ------------------------------------------------------------------

    def choose(self, place: int, sale: Json, promised: Sequence[Promise]) -> list[Promise]:
        """Return what a sale takes: the lots it names (Reg. 1.1012-1(c)(2)), else by its method."""
        here = (sale["account"], sale["symbol"])
        lots = [x for x in self.lots if x.place < place and (x.account, x.symbol) == here]
        if not sale.get("lots"):
            method = sale.get("method") or self.method
            return self.by_method(
                "fifo" if method == "specific" else method, place, sale, lots, promised
            )
        named: list[Promise] = []
        for pick in sale["lots"]:
            lot, wanted = self.by_name[pick["lot"]], number(pick["quantity"])
            free = sum(self.unpromised(lot, [*promised, *named]).values()) if lot in lots else 0
            if free < wanted:
                raise ValueError(f"{sale['id']}: {lot.name} does not hold {wanted}")
            order = pick.get("sublot_order") or "replacement_first"
            named.append(Promise(place, sale, lot, wanted, order, self.turns))
        return named

    def by_method(
        self, method: str, place: int, sale: Json, lots: Sequence[Lot], promised: Sequence[Promise]
    ) -> list[Promise]:
        """Return what a relief method takes; parcels of one lot with another basis stand apart."""
        order = method if method in {"hifo", "lofo"} else "replacement_first"
        line = []
        for lot in lots:
            free = self.unpromised(lot, promised)
            for at, parcel in enumerate(self.in_order(lot, order)):
                line.append((self.method_key(method, lot, parcel), at, free[id(parcel)], lot))
        wanted, made = number(sale["quantity"]), []
        for _key, _at, free_shares, lot in sorted(line, key=lambda x: x[:2]):
            taken = min(wanted, free_shares)
            wanted -= taken
            if taken > 0:
                made.append(Promise(place, sale, lot, taken, order, self.turns))
        if wanted:
            raise ValueError(f"{sale['id']} sells {wanted} more shares than are held")
        return made

    def method_key(self, method: str, lot: Lot, parcel: Parcel) -> tuple[Any, ...]:
        """Return the place of a parcel in line; among equals the earlier purchase goes first."""
        when = lot.acquired.toordinal()
        return {
            "fifo": (when, lot.place),
            "lifo": (-when, lot.place),
            "hifo": (-parcel.per_share, when, lot.place),
            "lofo": (parcel.per_share, when, lot.place),
        }[method]

    def in_order(self, lot: Lot, order: str) -> list[Parcel]:
        """Return the parcels of a lot as a sale takes them.

        No authority says which shares of one lot go first; the schema's usual reading sells those
        that replaced others first, in the order they did, unless the sale names another order.
        """
        if order == "hifo":
            return sorted(lot.parcels, key=lambda p: (-p.per_share, not p.used, p.turn))
        if order == "lofo":
            return sorted(lot.parcels, key=lambda p: (p.per_share, not p.used, p.turn))
        last = order == "replacement_last"
        return sorted(lot.parcels, key=lambda p: (p.used if last else not p.used, p.turn))

    def as_promised(self, promise: Promise) -> list[Parcel]:
        """Return the parcels as the sale takes them now that the order of acquisition has reached it.

        Where shares sold the same day are no replacement, those matched since are not the ones sold.
        """
        parcels = self.in_order(promise.lot, promise.order)
        if self.policy["same_day_disposal"] == "ignore":
            parcels.sort(key=lambda p: p.turn > promise.turn)
        return parcels

    def unpromised(self, lot: Lot, promises: Sequence[Promise]) -> dict[int, Fraction]:
        """Return the shares of each parcel that stay when these sales have taken theirs."""
        left = {id(p): p.quantity for p in lot.parcels}
        for promise in (p for p in promises if p.lot is lot):
            wanted = promise.quantity
            for parcel in self.as_promised(promise):
                part = min(wanted, left[id(parcel)])
                left[id(parcel)] -= part
                wanted -= part
        return left

    # --- a sale ---------------------------------------------------------------------------------

    def sell(self, promise: Promise, waiting: Sequence[Promise]) -> None:
        """Take the promised shares out of their lot, parcel by parcel, and wash what is a loss."""
        lot, left = promise.lot, promise.quantity
        taken = []
        for parcel in self.as_promised(promise):
            part = min(left, parcel.quantity)
            if part > 0:
                left -= part
                taken.append(parcel.cut(part))
        lot.parcels = [p for p in lot.parcels if p.quantity]
        for parcel in taken:
            self.dispose(promise, lot, parcel, waiting)

    def dispose(
        self, promise: Promise, lot: Lot, parcel: Parcel, waiting: Sequence[Promise]
    ) -> None:
        sale = promise.sale
        if self.is_sheltered(lot.account):  # no gain, no loss: §408(e), §501(a)
            self.keep_sold(lot, parcel, None)
            return
        opened = self.shorts.get(sale.get("opens") or "")
        whole = number((opened or sale)["quantity"])
        price = dollars(opened or sale, -1) / whole
        test = parcel.cost + (parcel.wash if self.policy["loss_test"] == "adjusted_basis" else 0)
        at_a_loss = price * parcel.quantity < min(test, parcel.cost + parcel.wash)
        # Reg. 1.1091-1(g), Pub. 550: a short sale counts from the day it was entered into.
        day = on(opened or sale)
        if at_a_loss and not self.is_outside_the_rule(lot.symbol):
            loss = (parcel.cost + parcel.wash) / parcel.quantity - price
            for match in self.replacements(promise, lot, parcel, day, waiting):
                self.wash(match, promise, lot, parcel, price, loss)
        if parcel.quantity:
            row = self.new_row(sale, lot, parcel, price * parcel.quantity)
            self.keep_sold(lot, parcel, row)

    def keep_sold(self, lot: Lot, parcel: Parcel, row: dict[str, Any] | None) -> None:
        parcel.row = row
        lot.sold.append(parcel)

    def new_row(self, sale: Json, lot: Lot, parcel: Parcel, proceeds: Fraction) -> dict[str, Any]:
        basis = parcel.cost + parcel.wash
        row = {
            "sale": sale["id"], "lot": lot.name, "account": lot.account, "symbol": lot.symbol,
            "quantity": parcel.quantity, "acquired": lot.acquired.isoformat(),
            "adjusted_acquired": parcel.adjusted.isoformat(), "sold": sale["date"],
            "proceeds": proceeds, "basis": basis, "cost": parcel.cost, "gain": proceeds - basis,
            "disallowed": Fraction(0), "recognized": proceeds - basis, "code": "",
            "term": "long" if parcel.decedent else term(parcel.adjusted, on(sale)),
            "replaced_by": None, "permanent": False,
        }  # fmt: skip
        self.sales.append(row)
        return row

    # --- §1091 ----------------------------------------------------------------------------------

    def replacements(
        self, promise: Promise, lot: Lot, parcel: Parcel, day: date, waiting: Sequence[Promise]
    ) -> Iterator[tuple[Lot, Parcel, Fraction]]:
        """Give the shares a loss is matched with: lot, parcel, shares of it one sold share takes.

        Reg. 1.1091-1(c), (d): "in the order of the time of acquisition (the earliest first)"; across
        all accounts of the household, the spouse's too (Pub. 550).
        """
        near = [x for x in self.lots if abs(x.bought - day) <= WINDOW and self.may_replace(x, lot)]
        own_first = self.policy["match_order"] == "own_account_first"
        near.sort(key=lambda x: (own_first and x.account != lot.account, x.bought, x.place))
        for other in near:
            each = self.shares_for_one(lot, other, promise.place)
            there = list(other.parcels)
            if self.policy["disposed_before"] == "literal":
                there = [*there, *other.sold]
            for candidate in there:
                taken = min(self.usable(other, candidate, waiting), parcel.quantity * each)
                if taken > 0:
                    yield other, self.part_of(other, candidate, taken), taken / each
                if parcel.quantity == 0:
                    return

    def usable(self, lot: Lot, candidate: Parcel, waiting: Sequence[Promise]) -> Fraction:
        """Return how many shares of a parcel can replace shares sold now.

        Reg. 1.1091-1(e): shares that have "resulted in the nondeductibility of a loss" are disregarded:
        one bite. A share sold later the same day can be used (the order of acquisition has not
        reached it): no authority; `ignore` is the other reading.
        """
        if candidate.used:
            return Fraction(0)
        if candidate.row is not None and candidate.row["code"]:
            return Fraction(0)  # its own loss went elsewhere: it has no basis left to add to
        gone = any(candidate is p for p in lot.sold)
        if gone or self.policy["same_day_disposal"] == "counts":
            return candidate.quantity
        return self.unpromised(lot, waiting)[id(candidate)]

    def may_replace(self, other: Lot, sold: Lot) -> bool:
        if not other.washing or self.is_outside_the_rule(other.symbol):
            return False
        # Rev. Rul. 56-602: the rest of the purchase that was sold from is no replacement.
        if other.purchase == sold.purchase:
            return False
        if self.policy["acquired_before_sold_lot"] == "ignore" and other.acquired < sold.acquired:
            return False
        plan = self.accounts[other.account].get("type", "taxable")
        if self.policy["other_plans"] == "ignore" and plan not in TAXABLE | IRAS:
            return False
        return self.is_like(other.symbol, sold.symbol)

    def is_like(self, bought: str, sold: str) -> bool:
        """Return whether a symbol is "substantially identical", or an option to acquire what is.

        An option sold and stock bought are not matched, and a put is no "contract or option to acquire".
        """
        if bought == sold:
            return True
        if self.is_contract(sold) or self.symbols.get(bought, {}).get("right") == "put":
            return False
        return self.identical_set(bought) == self.identical_set(sold)

    def shares_for_one(self, sold: Lot, other: Lot, place: int) -> Fraction:
        """Return how many units of a purchase replace one share sold at `place`.

        A call or warrant counts for the shares it covers. After a split, shares are compared in the
        measure of the later day.
        """
        grown = self.split_factor(sold.symbol, place, other.place)
        if not self.is_contract(other.symbol) or self.is_contract(sold.symbol):
            return grown
        home = self.symbols.get(other.symbol, {}).get("underlying") or ""
        return grown / (other.covers * self.split_factor(home, other.place, place))

    def part_of(self, lot: Lot, parcel: Parcel, quantity: Fraction) -> Parcel:
        """Return a parcel of exactly `quantity`, split off if need be; sold ones take their row along."""
        if quantity == parcel.quantity:
            return parcel
        row, whole = parcel.row, parcel.quantity
        part = parcel.cut(quantity)
        line = lot.parcels if any(p is parcel for p in lot.parcels) else lot.sold
        line.insert(next(at for at, p in enumerate(line) if p is parcel), part)
        if row is None:
            return part
        part.row = dict(row)
        for name in ("quantity", "proceeds", "basis", "cost", "gain", "disallowed", "recognized"):
            part.row[name] = row[name] * quantity / whole
            row[name] -= part.row[name]
        self.sales.append(part.row)
        return part

    def wash(
        self, match: tuple[Lot, Parcel, Fraction], promise: Promise, lot: Lot, parcel: Parcel,
        price: Fraction, loss: Fraction,
    ) -> None:  # fmt: skip
        """Disallow the loss on the matched shares and move it into the replacement.

        §1091(d), Reg. 1.1091-2(a): basis of exactly these shares. §1223(3): the period the sold shares
        were held is included. Rev. Rul. 2008-5: in an IRA the loss is lost, and basis does not change.
        """
        other, into, shares = match
        washed = parcel.cut(shares)
        row = self.new_row(promise.sale, lot, washed, price * shares)
        lost = self.is_lost(other, lot)
        amount = loss * shares
        row |= {
            "disallowed": amount, "recognized": row["gain"] + amount, "code": "W",
            "replaced_by": other.name, "permanent": lost,
        }  # fmt: skip
        self.keep_sold(lot, washed, row)
        self.turns += 1
        into.used, into.turn = True, self.turns
        into.replaces = (*into.replaces, promise.sale["id"])
        if lost:
            return
        into.wash += amount
        if into.row is not None:  # sold before the loss sale, under the literal reading
            into.row["basis"] += amount
            into.row["gain"] -= amount
            into.row["recognized"] -= amount
            return
        # §1223(3) includes the period the sold shares were held, which (9) makes more than a year.
        into.decedent = into.decedent or washed.decedent
        opened = self.shorts.get(promise.sale.get("opens") or "")
        day = on(opened or promise.sale)
        if self.policy["tacking"] == "original_date":
            into.adjusted = min(other.bought, washed.adjusted)  # no period of its own is lost
        else:
            into.adjusted = other.bought - (day - washed.adjusted)

    def is_lost(self, other: Lot, sold: Lot) -> bool:
        if self.is_sheltered(other.account):
            return True
        owners = [self.accounts[x.account].get("owner") or "self" for x in (other, sold)]
        return self.policy["spouse_basis"] == "lost" and owners[0] != owners[1]

    # --- the answer -----------------------------------------------------------------------------

    def result(self) -> dict[str, Any]:
        lots = [
            {
                "lot": lot.name, "account": lot.account, "symbol": lot.symbol,
                "quantity": p.quantity, "acquired": lot.acquired.isoformat(),
                "adjusted_acquired": p.adjusted.isoformat(), "original_basis": p.cost,
                "wash_added": p.wash, "basis": p.cost + p.wash, "is_replacement": p.used,
                "replaces": list(p.replaces),
            }
            for lot in self.lots
            for p in lot.parcels
        ]  # fmt: skip
        return {"sales": self.sales, "lots": lots, "totals": totals(self.sales, lots)}


def totals(sales: Sequence[Json], lots: Sequence[Json]) -> dict[str, Fraction]:
    def add(rows: Sequence[Json], name: str) -> Fraction:
        return sum((row[name] for row in rows), Fraction(0))

    return {
        "proceeds": add(sales, "proceeds"),
        "basis": add(sales, "basis"),
        "gain_before_wash": add(sales, "gain"),
        "disallowed": add(sales, "disallowed"),
        "permanently_disallowed": add([s for s in sales if s["permanent"]], "disallowed"),
        "recognized_short": add([s for s in sales if s["term"] == "short"], "recognized"),
        "recognized_long": add([s for s in sales if s["term"] == "long"], "recognized"),
        "deferred_in_open_lots": add(lots, "wash_added"),
    }


def evaluate(facts: Json, policy: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return `sales`, `lots` and `totals` of the facts of a case, in exact fractions."""
    return Ledger(facts, policy).run()


def as_number(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
