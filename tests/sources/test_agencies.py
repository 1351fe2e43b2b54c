"""Agencies that a text credits."""

import pytest

from sources.agencies import agencies


@pytest.mark.parametrize(
    ("text", "credited"),
    [
        ("PARIS (Reuters) – The minister said.", "Reuters"),
        ("Trade fell\n\nPARIS, Feb 24 (Reuters) - The minister said.", "Reuters"),
        ("KYIV, Ukraine (AP) — Officials said.", "AP"),
        ("BEIJING, Feb 24 (Xinhua) -- China said", "Xinhua"),
        ("By AFP\nThe minister said.", "AFP"),
        ("By Ana Lee, Associated Press\nThe minister said.", "AP"),
        ("Berlin (dpa) - Der Minister sagte.", "dpa"),
        ("Von Ana Lee, dpa\nDer Minister sagte.", "dpa"),
        ("Der Minister sagte. (dpa)", "dpa"),
        ("Der Minister sagte. Quelle: dpa", "dpa"),
        ("The minister said. (AFP/Ana Lee)", "AFP"),
        ("Madrid, 24 feb (EFE).- El ministro dijo.", "EFE"),
        ("ROMA (ANSA) - Il ministro ha detto.", "ANSA"),
        ("新华社北京2月24日电 中国外交部发言人表示", "Xinhua"),
        ("（北京中央社24日電）外交部", "CNA"),
        ("МОСКВА, 24 февраля. /ТАСС/. Министр сказал.", "TASS"),
        ("МОСКВА, 24 фев - РИА Новости. Министр сказал.", "RIA Novosti"),
        ("دبي (رويترز) - قال الوزير", "Reuters"),
        ("Reuters\nThe minister said.", "Reuters"),
    ],
)
def test_an_agency_is_known_by_its_dateline_or_its_credit(text: str, credited: str) -> None:
    assert agencies(text=text) == [credited]


@pytest.mark.parametrize(
    "text",
    [
        "According to Reuters, the minister said nothing.",
        "LONDON — A man said, Reuters reported, that (Reuters) knew.",
        "The AA road service answers calls by night.",
        "The PAP party (PAP) won in Singapore. It has governed since 1959.",
        "By Ana Lee\nBeijing Bureau Chief",
        "",
    ],
)
def test_an_agency_that_is_only_spoken_of_is_not_credited(text: str) -> None:
    assert agencies(text=text) == []


def test_the_byline_may_credit_several() -> None:
    assert agencies(text="x", author="Ana Lee, Reuters; AFP", outlet="Xinhua") == ["AFP", "Reuters", "Xinhua"]
