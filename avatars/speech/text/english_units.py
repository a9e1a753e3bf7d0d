"""Names of money and measures in English, by their signs."""

CURRENCIES = {
    **{"$": "dollar", "US$": "dollar", "HK$": "Hong Kong dollar", "€": "euro", "£": "pound", "¥": "yuan", "￥": "yuan"},
    **{"USD": "dollar", "EUR": "euro", "GBP": "pound", "RMB": "yuan", "CNY": "yuan", "HKD": "Hong Kong dollar"},
}
SMALL = {"dollar": "cent", "euro": "cent", "Hong Kong dollar": "cent", "pound": "penny"}
PLURALS = {"yuan": "yuan", "penny": "pence", "foot": "feet", "hertz": "hertz", "kilohertz": "kilohertz"}
PLURALS |= {"megahertz": "megahertz", "gigahertz": "gigahertz", "inch": "inches"}
SCALES = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion"}
UNITS = {
    **{"km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "ft": "foot", "mi": "mile"},
    **{"kg": "kilogram", "g": "gram", "mg": "milligram", "t": "ton", "lb": "pound", "lbs": "pound", "oz": "ounce"},
    **{"ml": "milliliter", "mL": "milliliter", "L": "liter", "m²": "square meter", "m2": "square meter"},
    **{"h": "hour", "hr": "hour", "hrs": "hour", "min": "minute", "mins": "minute", "s": "second", "sec": "second"},
    **{"ms": "millisecond", "V": "volt", "W": "watt", "kW": "kilowatt", "kWh": "kilowatt hour"},
    **{"mAh": "milliamp hour", "Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz"},
    **{"KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte", "dB": "decibel", "px": "pixel"},
    **{"km/h": "kilometer per hour", "mph": "mile per hour", "m/s": "meter per second", "Mbps": "megabit per second"},
    **{"°C": "degree Celsius", "℃": "degree Celsius", "°F": "degree Fahrenheit", "°": "degree"},
}
