"""Names of clients and managers, as a company finds them: in several scripts, some of them hostile.

A few names hold what breaks pages, tables and spreadsheets (a script tag, quotes, an ampersand, a
leading equals sign), so that every world tests the pages made from it.
"""

from __future__ import annotations

import numpy as np

REGIONS: tuple[str, ...] = ("North", "South", "East", "West", "Overseas")
INDUSTRIES: tuple[str, ...] = (
    "retail", "manufacturing", "hospitality", "construction", "healthcare", "education",
)  # fmt: skip
CHANNELS: tuple[str, ...] = ("referral", "trade fair", "cold call", "web", "tender")
MANAGERS: tuple[str, ...] = (
    "Anna Keller", "Иван Петров", "王芳", "Priya Nair", "Ольга Соколова", "James O'Brien",
    "María Núñez", "李伟", "Tom Baker", "Zoë Lindqvist",
)  # fmt: skip
_FIRST = ("Ada", "Ben", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Inés", "Jonas",
          "Katya", "Liam", "Mei", "Nora", "Omar", "Paula", "Quentin", "Rosa", "Stefan", "Tara",
          "Ursula", "Viktor", "Wanda", "Yusuf")  # fmt: skip
_LAST = ("Adler", "Brooks", "Costa", "Dvořák", "Evans", "Fischer", "Grant", "Holm", "Ivanova",
         "Jensen", "Kapoor", "Larsson", "Moreau", "Novak", "Okafor", "Petrov", "Quinn", "Ricci",
         "Sato", "Tanaka", "Ueda", "Vogel", "Wang", "Young", "Zhang")  # fmt: skip

HOSTILE: tuple[str, ...] = (
    "<script>alert('segml')</script> & Sons",
    'O\'Neill "The Bear" Trading',
    "=Sum & Partner <Import>",
    "Fish & Chips <b>Ltd</b>",
)

_LATIN = (
    ("Northern", "Harbour", "Albion", "Crown", "Meadow", "Granite", "Falcon", "Willow", "Union",
     "Müller", "Schäfer", "Hansen", "Beaumont", "García", "Rossi", "Kowalski", "Atlas", "Orchard"),
    ("Supplies", "Trading", "Foods", "Hotels", "Builders", "Clinics", "Schools", "Logistics",
     "Retail", "Industries", "Workshops", "Interiors"),
    ("Ltd", "GmbH", "SA", "Co.", "plc", "Group", "& Co"),
)  # fmt: skip
_CYRILLIC = (
    ("ООО", "АО", "ИП", "ТД"),
    ("Северный", "Волга", "Рассвет", "Уральский", "Балтика", "Прогресс", "Звезда", "Сибирский"),
    ("Торг", "Строй", "Сервис", "Маркет", "Комплект", "Снаб", "Дом", "Пром"),
)
_CHINESE = (
    ("上海", "北京", "深圳", "广州", "成都", "杭州", "南京", "武汉"),
    ("华兴", "永利", "宏达", "金桥", "东方", "明珠", "恒信", "新源"),
    ("贸易", "食品", "酒店", "建材", "医疗", "教育", "物流", "零售"),
)
_CULTURES = ((_LATIN, " "), (_CYRILLIC, " "), (_CHINESE, ""))


def people(rng: np.random.Generator, count: int) -> list[str]:
    """Names of managers, no two alike: the known ones first, then made ones."""
    names = list(MANAGERS[:count])
    made = len(_FIRST) * len(_LAST)
    order = rng.permutation(made)
    for number in range(count - len(names)):
        pick, again = int(order[number % made]), number // made
        name = f"{_FIRST[pick % len(_FIRST)]} {_LAST[pick // len(_FIRST)]}"
        names.append(name if not again else f"{name} {again + 1}")
    return names


def client_names(rng: np.random.Generator, weight: np.ndarray) -> list[str]:
    """One name a client, no two alike; the hostile ones go to large clients.

    Parameters
    ----------
    weight
        float64 (n,): how large a client is. The 3rd, 6th, 9th and 12th largest get hostile names,
        because the pages speak of large clients.
    """
    count = len(weight)
    culture = rng.choice(3, count, p=[0.7, 0.18, 0.12])
    picks = rng.integers(0, 1 << 30, (count, 3))
    names: list[str] = []
    seen: dict[str, int] = {}
    for kind, pick in zip(culture, picks, strict=True):
        parts, glue = _CULTURES[int(kind)]
        name = glue.join(part[int(p) % len(part)] for part, p in zip(parts, pick, strict=True))
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    for place, client in enumerate(np.argsort(-weight, kind="stable")[2::3][: len(HOSTILE)]):
        names[int(client)] = HOSTILE[place]
    return names
