"""Who and what the sample household is made of; every company is invented."""

from datetime import date

STOCKS = [
    # symbol, name, sector, last price, weight in the direct index in per mille
    ("ZALD", "Aldergate Software", "Information Technology", "312.40", 36),
    ("ZBYT", "Bytewell Systems", "Information Technology", "188.25", 34),
    ("ZCIR", "Circlet Semiconductors", "Information Technology", "141.60", 32),
    ("ZDAT", "Datarow Networks", "Information Technology", "96.35", 28),
    ("ZHAV", "Havenrock Systems", "Information Technology", "164.80", 26),
    ("ZLUM", "Lumenfield Devices", "Information Technology", "73.15", 24),
    ("ZQUA", "Quarrel Cloud", "Information Technology", "228.90", 24),
    ("ZSIL", "Silverlake Chips", "Information Technology", "58.70", 22),
    ("ZAPO", "Apothera Health", "Health Care", "121.55", 26),
    ("ZBIO", "Bioharbor", "Health Care", "84.10", 22),
    ("ZCUR", "Curavant Devices", "Health Care", "203.75", 22),
    ("ZMED", "Medlark Insurance", "Health Care", "347.20", 22),
    ("ZVIT", "Vitalune Pharma", "Health Care", "49.90", 20),
    ("ZBAN", "Bankhurst", "Financials", "62.45", 26),
    ("ZCRE", "Creditford", "Financials", "111.30", 22),
    ("ZFID", "Fidemark Capital", "Financials", "158.65", 22),
    ("ZINS", "Insurall Group", "Financials", "77.85", 20),
    ("ZTRU", "Trustline Exchange", "Financials", "93.20", 20),
    ("ZCAF", "Caffra Coffee", "Consumer Discretionary", "88.40", 20),
    ("ZHOM", "Homestead Retail", "Consumer Discretionary", "214.05", 22),
    ("ZMOT", "Motorwell", "Consumer Discretionary", "67.95", 20),
    ("ZRES", "Resortia", "Consumer Discretionary", "129.80", 18),
    ("ZTOY", "Toymont", "Consumer Discretionary", "41.25", 18),
    ("ZCOM", "Comvista Media", "Communication Services", "103.10", 22),
    ("ZNET", "Netherly", "Communication Services", "286.35", 24),
    ("ZSIG", "Signalcrest", "Communication Services", "34.85", 20),
    ("ZTEL", "Telbridge", "Communication Services", "52.60", 18),
    ("ZAER", "Aerodyne Works", "Industrials", "178.45", 20),
    ("ZCAR", "Cargowell", "Industrials", "92.75", 18),
    ("ZENG", "Enginex", "Industrials", "246.10", 18),
    ("ZRAI", "Railmont", "Industrials", "81.60", 18),
    ("ZTUR", "Turbina", "Industrials", "137.95", 18),
    ("ZCOR", "Cornfield Foods", "Consumer Staples", "64.30", 20),
    ("ZGRO", "Grocerwell", "Consumer Staples", "118.85", 20),
    ("ZSOA", "Soapstone Brands", "Consumer Staples", "151.70", 20),
    ("ZTEA", "Teaborough", "Consumer Staples", "45.55", 18),
    ("ZDRI", "Drillhaven", "Energy", "87.15", 16),
    ("ZOIL", "Oilmere", "Energy", "109.40", 18),
    ("ZPIP", "Pipewright", "Energy", "38.20", 16),
    ("ZELE", "Electra Valley", "Utilities", "71.95", 16),
    ("ZGAS", "Gaslight Utilities", "Utilities", "55.25", 16),
    ("ZWAT", "Waterford Grid", "Utilities", "98.60", 16),
    ("ZCHE", "Chemora", "Materials", "83.35", 16),
    ("ZMIN", "Minerva Metals", "Materials", "46.80", 16),
    ("ZPAP", "Papermill Union", "Materials", "59.45", 14),
    ("ZLAN", "Landmere Trust", "Real Estate", "126.90", 14),
    ("ZTOW", "Towerline Trust", "Real Estate", "192.15", 14),
    ("ZWAR", "Warehouse Realty", "Real Estate", "104.75", 14),
]

FREE_LOSSES = [
    # the twelve harvestable lots: symbol, loss in dollars, purchase day, price then over price now, less one
    ("ZBYT", "9412.50", date(2025, 1, 28), 0.46),
    ("ZCIR", "7888.20", date(2024, 11, 12), 0.41),
    ("ZBIO", "5230.75", date(2024, 10, 22), 0.37),
    ("ZCUR", "6120.40", date(2025, 2, 11), 0.43),
    ("ZCRE", "5675.15", date(2025, 3, 4), 0.40),
    ("ZMOT", "4310.60", date(2024, 9, 17), 0.35),
    ("ZNET", "7054.85", date(2025, 1, 14), 0.44),
    ("ZCAR", "4982.30", date(2025, 4, 29), 0.36),
    ("ZSOA", "6401.95", date(2024, 12, 10), 0.42),
    ("ZOIL", "5118.00", date(2025, 5, 13), 0.38),
    ("ZELE", "4017.45", date(2024, 8, 20), 0.34),
    ("ZMIN", "5187.85", date(2025, 6, 10), 0.39),
]
BLOCKED_LOSSES = [
    # the six lots a purchase of the last thirty days blocks
    ("ZDAT", "3844.10", date(2025, 2, 25), 0.34),
    ("ZAPO", "4126.35", date(2024, 12, 3), 0.37),
    ("ZINS", "2987.70", date(2025, 3, 18), 0.31),
    ("ZTUR", "3310.25", date(2024, 10, 8), 0.33),
    ("ZHAV", "1903.40", date(2025, 4, 2), 0.24),
    ("ZCOR", "1215.80", date(2025, 5, 28), 0.22),
]
TOP_UP_DAY = date(2025, 11, 20)
TOP_UPS = ("ZDAT", "ZAPO", "ZINS", "ZTUR")
"""Blocked by a purchase in the direct index itself; ZHAV by a vest, ZCOR by a Roth IRA purchase."""
VEST_DAY, ROTH_DAY, IRA_DAY, SWAP_DAY = (
    date(2025, 11, 17),
    date(2025, 11, 25),
    date(2025, 11, 24),
    date(2025, 11, 18),
)

FUNDS = [
    # symbol, asset class, last price, anchors: day and log price against the last one
    ("IVV", "us_equity", "687.30", [(date(2023, 1, 3), -0.62)]),
    ("VOO", "us_equity", "630.15", [(date(2023, 1, 3), -0.62)]),
    ("VTI", "us_equity", "337.90", [(date(2023, 1, 3), -0.58)]),
    ("IJR", "us_equity", "121.40", [(date(2023, 1, 3), -0.30)]),
    ("VB", "us_equity", "259.70", [(date(2023, 1, 3), -0.34)]),
    ("VEA", "intl_equity", "61.85", [(date(2023, 1, 3), -0.42), (date(2025, 11, 17), -0.015)]),
    ("IEFA", "intl_equity", "88.60", [(date(2023, 1, 3), -0.40)]),
    (
        "VXUS",
        "intl_equity",
        "73.45",
        [
            (date(2023, 1, 3), -0.38),
            (date(2025, 10, 6), 0.045),
            (date(2025, 11, 14), -0.010),
            (date(2025, 11, 28), -0.006),
        ],
    ),
    (
        "IEMG",
        "emerging_equity",
        "66.20",
        [(date(2023, 1, 3), -0.38), (date(2025, 11, 18), -0.022)],
    ),
    (
        "VWO",
        "emerging_equity",
        "53.10",
        [(date(2023, 1, 3), -0.30), (date(2024, 10, 7), 0.105), (date(2025, 11, 18), -0.022)],
    ),
    ("VNQ", "real_estate", "90.75", [(date(2023, 1, 3), -0.22)]),
    ("BND", "us_bond", "74.30", [(date(2023, 1, 3), -0.075)]),
    ("VTEB", "muni_bond", "50.40", [(date(2023, 1, 3), -0.055)]),
    (
        "BNDX",
        "intl_bond",
        "49.55",
        [(date(2023, 1, 3), -0.04), (date(2024, 12, 9), 0.034), (date(2025, 11, 24), -0.004)],
    ),
    ("GLD", "commodity", "386.90", [(date(2023, 1, 3), -0.75)]),
]

HOLDINGS_JOINT = {
    # fund: purchases as (day, shares)
    "IVV": [(date(2023, 2, 6), 38), (date(2024, 3, 11), 22)],
    "VTI": [(date(2023, 1, 23), 210), (date(2023, 9, 18), 90), (date(2024, 6, 10), 60)],
    "IJR": [(date(2023, 5, 8), 240), (date(2024, 4, 15), 110)],
    "VEA": [(date(2023, 3, 13), 520), (date(2023, 10, 23), 240)],
    "IEMG": [(date(2023, 6, 12), 260)],
    "VNQ": [(date(2023, 10, 16), 320)],
    "VTEB": [(date(2023, 4, 10), 900), (date(2023, 11, 6), 800)],
    "GLD": [(date(2023, 8, 14), 48)],
    "VXUS": [(date(2025, 10, 6), 40)],
    "BNDX": [(date(2024, 12, 9), 90)],
}
JOINT_SOLD = [
    # what the joint account has bought and sold again: symbol, shares, bought, sold
    ("VB", 120, date(2023, 11, 10), date(2025, 5, 13)),
    ("IEFA", 300, date(2025, 1, 10), date(2025, 9, 10)),
    ("BND", 200, date(2024, 11, 11), date(2025, 6, 30)),
    ("ZSIL", 130, date(2025, 5, 19), date(2025, 7, 21)),
]
"""A long-term and a short-term gain; a loss the IRA's reinvestment of June 24 takes a part of for good; a
loss that moves into the lot of the direct index bought on July 17, but for three shares."""
JOINT_REINVESTS = ("IVV", "VTI", "VEA")
HOLDINGS_IRA = {
    "BND": [(date(2023, 1, 10), 4350)],
    "IEFA": [(date(2023, 1, 10), 1560)],
    "VNQ": [(date(2023, 1, 10), 520)],
    "IEMG": [(date(2023, 1, 10), 900)],
    "BNDX": [(date(2023, 1, 10), 700), (IRA_DAY, 120)],
}
IRA_REINVESTS = ("BND", "IEFA", "VNQ")
HOLDINGS_ROTH = {
    "VB": [(date(2023, 2, 14), 430)],
    "VTI": [(date(2023, 2, 14), 260)],
    "IEMG": [(date(2023, 2, 14), 1150)],
    "ZCOR": [(ROTH_DAY, 120)],
}
ROTH_REINVESTS = ("VB",)
PLAN_OPENING = {"VOO": ("410", date(2023, 1, 5)), "VXUS": ("2350", date(2023, 1, 5)),
                "BND": ("1700", date(2023, 1, 5))}  # fmt: skip
YIELDS = {"IVV": 0.0031, "VTI": 0.0031, "VEA": 0.0070, "BND": 0.0095, "IEFA": 0.0072,
          "VNQ": 0.0098, "VB": 0.0034}  # fmt: skip
"""Distribution a quarter as a fraction of the price."""
DRIP_DAYS = [
    date(y, m, d) for y in (2023, 2024, 2025) for m, d in ((3, 24), (6, 24), (9, 23), (12, 22))
][:11]

EXTERNAL_GAINS = [
    # year, quarter, term, amount, probability, kind, note
    (
        "2025",
        "4",
        "long",
        "12400.00",
        "1",
        "k1",
        "Larkspur Partners (simulated): gain of the year by their letter",
    ),
    (
        "2025",
        "4",
        "long",
        "6850.00",
        "0.8",
        "fund_distribution",
        "year-end distribution, as announced in November",
    ),
    ("2026", "2", "long", "185000.00", "0.6", "property", "sale of the cabin, if it comes about"),
]
LAW_CHANGES = [
    # from year, target, points, note
    ("2027", "long_term", "5%", "what if: five points more (simulated)"),
]
CLASS_TARGETS = [
    # asset class, target, low, high
    ("us_equity", "0.655", "0.63", "0.68"),
    ("intl_equity", "0.105", "0.09", "0.12"),
    ("emerging_equity", "0.036", "0.03", "0.04"),
    ("real_estate", "0.02", "0.015", "0.025"),
    ("us_bond", "0.12", "0.10", "0.14"),
    ("muni_bond", "0.025", "0.021", "0.029"),
    ("intl_bond", "0.01", "0.007", "0.013"),
    ("commodity", "0.004", "0.002", "0.006"),
    ("cash", "0.025", "0.01", "0.04"),
]
