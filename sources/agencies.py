"""Which news agencies a text names as where it comes from, in its byline, its dateline or its last line. Pure.

A name in running text ("Reuters reported that …") does not count: only where an agency is credited.
"""

import re

AGENCIES: dict[str, str] = {
    "Reuters": r"Reuters|رويترز|路透社?|ロイター|Рейтер",
    "AFP": r"AFP|Agence France[- ]Presse|فرانس برس|法新社|АФП",
    "AP": r"AP|Associated Press|美联社|أسوشيتد برس",
    "dpa": r"dpa(?:[-/ ]?AFX)?|Deutsche Presse-Agentur",
    "APA": r"APA|Austria Presse Agentur",
    "SID": r"SID|Sport-Informations-Dienst",
    "KNA": r"KNA|Katholische Nachrichten-Agentur",
    "epd": r"epd|Evangelischer Pressedienst",
    "Keystone-SDA": r"Keystone[-/ ]SDA|SDA|ATS",
    "EFE": r"EFE|Agencia EFE",
    "Europa Press": r"Europa Press",
    "ANSA": r"ANSA",
    "Adnkronos": r"Adnkronos",
    "Lusa": r"Lusa",
    "Belga": r"Belga",
    "ANP": r"ANP|Algemeen Nederlands Persbureau",
    "TT": r"TT|Tidningarnas Telegrambyrå",
    "NTB": r"NTB",
    "Ritzau": r"Ritzau",
    "STT": r"STT|Suomen Tietotoimisto",
    "PAP": r"PAP|Polska Agencja Prasowa",
    "ČTK": r"ČTK|CTK",
    "MTI": r"MTI",
    "Agerpres": r"Agerpres",
    "Tanjug": r"Tanjug|Танјуг",
    "Interfax": r"Interfax|Интерфакс",
    "TASS": r"(?:ITAR-)?TASS|(?:ИТАР-)?ТАСС|塔斯社",
    "RIA Novosti": r"RIA Novosti|РИА Новости|Sputnik|Спутник",
    "Ukrinform": r"Ukrinform|Укринформ|Укрінформ",
    "UNIAN": r"UNIAN|УНИАН|УНІАН",
    "BelTA": r"BelTA|БелТА",
    "Xinhua": r"Xinhua|新华社|新華社|新华网",
    "China News Service": r"China News Service|CNS|中新社|中新网",
    "CNA": r"Central News Agency|中央社",
    "Kyodo": r"Kyodo(?: News)?|共同通信",
    "Jiji": r"Jiji(?: Press)?|時事通信",
    "Yonhap": r"Yonhap|연합뉴스|韩联社|聯合ニュース",
    "KCNA": r"KCNA|조선중앙통신",
    "PTI": r"PTI|Press Trust of India",
    "ANI": r"ANI",
    "IANS": r"IANS",
    "APP": r"APP|Associated Press of Pakistan",
    "Bernama": r"Bernama",
    "Antara": r"Antara",
    "Anadolu": r"Anadolu(?: Agency| Ajansı)?|AA|الأناضول",
    "IRNA": r"IRNA|ایرنا",
    "Tasnim": r"Tasnim|تسنیم",
    "SPA": r"SPA|Saudi Press Agency|واس",
    "WAM": r"WAM|وام",
    "MENA": r"MENA|أ ش أ",
    "PA": r"PA(?: Media)?|Press Association",
    "The Canadian Press": r"The Canadian Press|La Presse canadienne",
    "AAP": r"AAP|Australian Associated Press",
    "Bloomberg": r"Bloomberg(?: News)?",
    "UPI": r"UPI|United Press International",
    "Agência Brasil": r"Agência Brasil",
    "Télam": r"Télam",
}  # fmt: skip
"""How an agency is called here, and the ways in which it is credited. Names of two or three letters must be written
as here; the patterns below say where they may stand."""

_ANY = "|".join(f"(?P<a{at}>{names})" for at, names in enumerate(AGENCIES.values()))
_LIST = list(AGENCIES)
_LETTER = "A-Za-zÀ-žЀ-ӿ؀-ۿ"
_NAME = rf"(?<![{_LETTER}])(?:{_ANY})(?![{_LETTER}])"

HEAD, TAIL = 400, 160
_DATELINE = [
    # PARIS (Reuters) –
    rf"^[^\n(（【\[]{{0,60}}[(（【\[]\s*{_NAME}[^()（）\[\]【】\n]{{0,40}}[)）】\]]\s*(?:[-–—:：.]|$)",
    rf"^\s*(?:By|Von|Par|Por|De|Di|Door|Av|Автор:?)\s+[^\n]{{0,60}}?{_NAME}",  # By AFP; Von Ana Lee, dpa
    rf"^[^\n]{{0,40}}?[-–—,]\s*{_NAME}\s*(?:[-–—:：.]|$)",  # BEIJING, Feb 24, Xinhua --; МОСКВА, 24 фев - РИА Новости.
    rf"^{_NAME}\s*(?:[-–—:：]|$)",  # Reuters, alone on a line
    rf"^[^\n]{{0,40}}?/{_NAME}/",  # МОСКВА, 24 февраля. /ТАСС/.
    rf"^[^\n]{{0,20}}?{_NAME}[^\n]{{0,30}}?[电電]",  # 新华社北京2月24日电; （北京中央社24日電）
]
_CLOSING = [
    rf"[(（/\[]\s*{_NAME}(?:[ /,;-][^()（）\n]{{0,40}})?\s*[)）/\]]\s*\Z",  # (dpa); (AFP/Ana Lee); /TASS/
    rf"(?:^|\W)(?:Sources?|Quellen?|Fuente|Fonte|Источник|来源|來源)\s*[:：]\s*{_NAME}",
    rf"[-–—]\s*{_NAME}\s*\Z",  # – Reuters
]
_IN_HEAD = [re.compile(pattern, re.MULTILINE) for pattern in _DATELINE]
_IN_TAIL = [re.compile(pattern, re.MULTILINE) for pattern in _CLOSING]
_IN_BYLINE = re.compile(_NAME)


def agencies(*, text: str, author: str = "", outlet: str = "") -> list[str]:
    """The agencies credited, by name."""
    matches = [
        *(match for written in (author, outlet) for match in _IN_BYLINE.finditer(written)),
        *(match for pattern in _IN_HEAD for match in [pattern.search(text[:HEAD])] if match),
        *(match for pattern in _IN_TAIL for match in [pattern.search(text[-TAIL:].rstrip())] if match),
    ]
    return sorted({_LIST[int(name[1:])] for match in matches for name, at in match.groupdict().items() if at})
