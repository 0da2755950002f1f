"""Units and currencies: every spelling of one unit leads to one canonical name."""

import re

_SPELLINGS = {
    "%": "% percent per-cent pc percentage",
    "pp": "percentage-point percentage-points",
    "km": "km kms kilometre kilometer kilometres kilometers",
    "m": "m metre meter metres meters",
    "cm": "cm centimetre centimeter centimetres centimeters",
    "mm": "mm millimetre millimeter millimetres millimeters",
    "nm": "nm nanometre nanometer nanometres nanometers",
    "mi": "mi mile miles",
    "nmi": "nmi nautical-mile nautical-miles",
    "ft": "ft foot feet",
    "in": "inch inches",
    "yd": "yd yard yards",
    "km2": "km2 km² sq-km square-kilometre square-kilometer square-kilometres square-kilometers",
    "m2": "m2 m² sq-m square-metre square-meter square-metres square-meters",
    "mi2": "sq-mi square-mile square-miles",
    "ft2": "sq-ft square-foot square-feet",
    "m3": "m3 m³ cubic-metre cubic-meter cubic-metres cubic-meters",
    "ha": "ha hectare hectares",
    "acre": "acre acres",
    "kg": "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes",
    "g": "g gram grams gramme grammes",
    "mg": "mg milligram milligrams",
    "t": "ton tons tonne tonnes metric-ton metric-tons metric-tonnes",
    "lb": "lb lbs",
    "oz": "oz ounce ounces",
    "l": "l litre liter litres liters",
    "ml": "ml millilitre milliliter millilitres milliliters",
    "gal": "gal gallon gallons",
    "bbl": "bbl barrel barrels",
    "°C": "°c celsius degrees-celsius degree-celsius centigrade degrees-centigrade",
    "°F": "°f fahrenheit degrees-fahrenheit degree-fahrenheit",
    "°": "° degree degrees",
    "K": "kelvin kelvins",
    "km/h": "km/h kph kmh kilometres-per kilometers-per",
    "mph": "mph miles-per",
    "kn": "knot knots",
    "W": "w watt watts",
    "kW": "kw kilowatt kilowatts",
    "MW": "mw megawatt megawatts",
    "GW": "gw gigawatt gigawatts",
    "kWh": "kwh kilowatt-hour kilowatt-hours",
    "V": "volt volts",
    "Hz": "hz hertz",
    "kHz": "khz kilohertz",
    "MHz": "mhz megahertz",
    "GHz": "ghz gigahertz",
    "KB": "kb kilobyte kilobytes",
    "MB": "mb megabyte megabytes",
    "GB": "gb gigabyte gigabytes",
    "TB": "tb terabyte terabytes",
    "s": "sec secs second seconds",
    "ms": "ms millisecond milliseconds",
    "min": "min mins minute minutes",
    "h": "h hr hrs hour hours",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "year": "yr yrs year years",
    "decade": "decade decades",
    "century": "century centuries",
    "usd": "usd dollar dollars us-dollar us-dollars american-dollars",
    "eur": "eur euro euros",
    "gbp": "gbp sterling pounds-sterling british-pounds",
    "pound": "pound pounds",
    "jpy": "jpy yen",
    "cny": "cny rmb yuan renminbi",
    "inr": "inr rupee rupees",
    "rub": "rub rouble roubles ruble rubles",
    "chf": "chf franc francs",
    "cad": "cad canadian-dollars",
    "aud": "aud australian-dollars",
    "cent": "cent cents",
}
UNITS = {form: unit for unit, forms in _SPELLINGS.items() for form in forms.split()}
"""Lower-case spelling to canonical unit; the words of a two-word unit are joined by a hyphen."""

CURRENCY_SIGNS = {
    "$": "usd", "US$": "usd", "C$": "cad", "A$": "aud", "NZ$": "nzd", "HK$": "hkd",
    "€": "eur", "£": "gbp", "¥": "jpy", "₹": "inr",
}  # fmt: skip
_CODES = "USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|HKD|RUB"
CURRENCY_CODE = re.compile(
    rf"\b(?:{_CODES})(?=[ \u00a0]?\d)|(?<=\d)[ \u00a0]?(?:{_CODES})\b|\b(?:US|C|A|NZ|HK)(?=\$)"
)
"""The letters of a currency beside a number, which are its unit and no name."""
_ALIKE = (
    frozenset({"pound", "gbp"}),
    frozenset({"pound", "lb"}),
    frozenset({"°", "°C"}),
    frozenset({"°", "°F"}),
)


def same_unit(one: str, other: str) -> bool:
    """Tell units apart only where they are known to differ: one not given differs from none."""
    return not one or not other or one == other or frozenset({one, other}) in _ALIKE
