"""Words by which sentences of some languages tell that something can be checked: small, and meant to be read.

Each entry, between strokes, is a piece of a regular expression that stands between word edges. The lists are our own.
"""

from typing import NamedTuple


class Lexicon(NamedTuple):
    reporting: str
    change: str
    negation: str
    modality: str
    opinion: str
    dates: str
    units: str
    numbers: str
    """Numbers in words, before a unit."""
    unspaced: bool = False
    """Whether words of the language stand without spaces, so that they have no edges."""


def alternatives(entries: str) -> str:
    """The entries as one pattern."""
    return "|".join(" ".join(entries.split()).split(" / "))


LEXICONS = {
    "en": Lexicon(
        reporting=r"""
            said / says / saying / told / tells / stated / states / announced / announces / reported /
            reports / reportedly / according to / claimed / claims / warned / warns / confirmed / confirms /
            insisted / argued / argues / noted / notes / acknowledged / pledged / promised / accused /
            revealed / showed / shows? / found that / estimated / estimates / declared / declares /
            described / called (?:for|on) / urged / agreed / signed / quoted / admitted / expressed
        """,
        change=r"""
            more than / less than / fewer than / \w+er than / higher / lower / highest / lowest / largest /
            biggest / most / least / first / record / compared (?:to|with) / increas(?:ed?|es|ing) /
            decreas(?:ed?|es|ing) / r(?:o|i)se[ns]? / rising / fell / falls? / fallen / falling / grew /
            grows? / growth / drop(?:s|ped)? / declin(?:ed?|es|ing) / doubled / tripled /
            reduc(?:ed?|es|ing|tion) / cut / expand(?:ed|s|ing)? / surg(?:ed?|es|ing) /
            exceed(?:ed|s|ing)? / became / becom(?:es|ing) / deepen(?:ed|s|ing)? / strengthen(?:ed|s|ing)? /
            weaken(?:ed|s|ing)? / replac(?:ed?|es|ing) / overt(?:ook|aken) / twice / half / since
        """,
        negation=r"""
            not / no / never / none / neither / nor / \w+n[’']t / den(?:y|ies|ied) / without /
            refus(?:ed?|es|ing) / fail(?:s|ed)? to / reject(?:s|ed)? / cannot
        """,
        modality=r"""
            will / would / expected to / plans? to / intends? to / is set to / are set to / likely /
            forecast / may / could / aims? to
        """,
        opinion=r"""
            I (?:think|believe|feel|hope|guess|love|hate|wish) / in my (?:view|opinion) / my / I[’']m /
            I am / we (?:hope|believe|think|should|must) / let us / let[’']s
        """,
        dates=r"""
            January / February / March / April / June / July / August / September / October / November /
            December / Monday / Tuesday / Wednesday / Thursday / Friday / Saturday / Sunday / yesterday /
            last (?:week|month|year) / this (?:week|month|year)
        """,
        units=r"""
            per ?cent / percentage points? / points? / thousand / million / billion / trillion / dollars? /
            euros? / yuan / rubles? / roubles? / pounds? / yen / barrels? / tons? / tonnes? / kilomet\w+ /
            km / miles? / met(?:er|re)s? / people / troops / soldiers / deaths / countries / votes / seats /
            jobs / years? / months? / weeks? / days? / hours? / times
        """,
        numbers=r"""
            one / two / three / four / five / six / seven / eight / nine / ten / twelve / twenty / thirty /
            forty / fifty / hundreds? of / thousands? of / dozens? of / several / some
        """,
    ),
    "de": Lexicon(
        reporting=r"""
            sagte[n]? / sagt / erklärte[n]? / erklärt / teilte[n]? / berichte(?:t|te|ten|n) / laut /
            zufolge / behaupte(?:t|te|ten) / warnte[n]? / bestätigte[n]? / kündigte[n]? / betonte[n]? /
            meldete[n]? / meldet / nannte[n]? / zeig(?:t|en|te|ten) / schätzt(?:e|en)? /
            unterzeichnete[n]? / warf(?:en)? .{0,40}vor
        """,
        change=r"""
            mehr als / weniger als / \w+er als / gestiegen / stieg(?:en)? / steigt / sank(?:en)? /
            gesunken / sinkt / fiel(?:en)? / gefallen / wuchs(?:en)? / gewachsen / wächst / Wachstum /
            Rückgang / Anstieg / verdoppelt\w* / halbiert\w* / erhöht\w* / verringert\w* / gekürzt /
            höher\w* / niedriger\w* / höchste\w* / niedrigste\w* / größte\w* / meisten / erstmals /
            Rekord\w* / seit / verglichen / gegenüber dem
        """,
        negation=r"""
            nicht / kein\w* / nie(?:mals)? / weder / ohne / bestreitet / bestritt(?:en)? / dementier\w* /
            weigert\w* / lehnt\w* .{0,60}ab
        """,
        modality=r"""
            wird / werden / würde\w* / soll(?:en|te|ten)? / plant / planen / voraussichtlich / will /
            wollen / könnte\w* / dürfte\w*
        """,
        opinion=r"""
            ich (?:glaube|finde|denke|meine|hoffe) / meiner (?:Meinung|Ansicht) / mein\w* /
            wir (?:hoffen|glauben|müssen|sollten)
        """,
        dates=r"""
            Januar / Februar / März / April / Juni / Juli / August / September / Oktober / November /
            Dezember / Montag / Dienstag / Mittwoch / Donnerstag / Freitag / Samstag / Sonntag / gestern /
            vergangene[nrs]? (?:Woche|Monat|Jahr)
        """,
        units=r"""
            Prozent\w* / Tausend / Million\w* / Milliarde\w* / Billion\w* / Euro / Dollar / Yuan / Rubel /
            Tonnen? / Kilometern? / Metern? / Menschen / Soldaten / Tote[n]? / Länder[n]? / Stimmen /
            Jahre[n]? / Monate[n]? / Wochen? / Tage[n]? / Stunden? / Mal / Fass / Barrel
        """,
        numbers=r"""
            zwei / drei / vier / fünf / sechs / sieben / acht / neun / zehn / zwölf / hunderte? /
            tausende? / einige
        """,
    ),
    "fr": Lexicon(
        reporting=r"""
            a déclaré / ont déclaré / a dit / dit / affirme\w* / a affirmé / annonc\w+ / selon /
            d[’']après / indiqu\w+ / rapport\w+ / confirm\w+ / précis\w+ / soulign\w+ / avert\w+ /
            assur\w+ / accus\w+ / estim\w+ / montr\w+ / révél\w+ / a signé
        """,
        change=r"""
            plus de / moins de / plus \w+ que / moins \w+ que / augment\w+ / diminu\w+ / baiss\w+ / hausse /
            recul\w* / chut\w+ / progress\w+ / croissance / doubl\w+ / réduit\w* / réduction /
            supérieure?s? / inférieure?s? / record / premi(?:er|ère) / par rapport / depuis
        """,
        negation=r"""
            ne .{1,40}(?:pas|jamais|plus|aucune?|rien) / n[’'].{1,40}(?:pas|jamais|plus|aucune?|rien) / ni /
            sans / dément\w* / démenti\w* / ni(?:e|ent|é) / refus\w+ / rejet\w+
        """,
        modality=r"""
            devrait / devraient / va / vont / pourrait / pourraient / prévoi\w+ / sera / seront /
            compte[nt]?
        """,
        opinion=r"""
            je (?:pense|crois|trouve|suis|veux) / à mon avis / selon moi / mon / ma / mes /
            nous (?:espérons|pensons|devons)
        """,
        dates=r"""
            janvier / février / mars / avril / mai / juin / juillet / août / septembre / octobre /
            novembre / décembre / lundi / mardi / mercredi / jeudi / vendredi / samedi / dimanche / hier /
            (?:la semaine|le mois|l[’']an(?:née)?) (?:dernière?|passée?)
        """,
        units=r"""
            pour ?cent / points? / mille / millions? / milliards? / euros? / dollars? / yuans? / roubles? /
            tonnes? / kilomètres? / km / mètres? / personnes / soldats / morts / pays / voix / ans? /
            années? / mois / semaines? / jours? / heures? / fois / barils?
        """,
        numbers=r"""
            deux / trois / quatre / cinq / six / sept / huit / neuf / dix / vingt / centaines? d[e’'] /
            milliers? d[e’'] / quelques / plusieurs
        """,
    ),
    "ru": Lexicon(
        reporting=r"""
            сказал[аи]? / заявил[аи]? / заявляет / сообщил[аи]? / сообщает / сообщают / по словам /
            по данным / согласно / утвержда\w+ / подтвердил[аи]? / отметил[аи]? / подчеркнул[аи]? /
            предупредил[аи]? / объявил[аи]? / обвинил[аи]? / признал[аи]? / показал[аи]? / пишет /
            подписал[аи]? / считает
        """,
        change=r"""
            больше / меньше / более / менее / выше / ниже / вырос\w* / рост\w* / снизил\w* / снижени\w+ /
            упал\w* / увеличил\w* / увеличени\w+ / сократил\w* / сокращени\w+ / удвоил\w* / рекорд\w* /
            впервые / крупнейш\w+ / сам(?:ый|ая|ое|ые) / по сравнению / чем
        """,
        negation=r"не / нет / ни / никогда / без / отрица\w+ / опроверг\w* / отказал\w* / отверг\w*",
        modality=r"будет / будут / планиру\w+ / намерен\w* / может / могут / ожида\w+ / собира\w+ся",
        opinion=r"""
            я (?:думаю|считаю|надеюсь|верю|полагаю) / по-моему / на мой взгляд /
            мы (?:надеемся|должны|верим)
        """,
        dates=r"""
            январ[ьяе] / феврал[ьяе] / марта?е? / апрел[ьяе] / ма[йяе] / июн[ьяе] / июл[ьяе] / августа?е? /
            сентябр[ьяе] / октябр[ьяе] / ноябр[ьяе] / декабр[ьяе] / вчера / понедельник\w* / вторник\w* /
            сред[уы] / четверг\w* / пятниц[уы] / суббот[уы] / воскресень[ея]
        """,
        units=r"""
            процент\w* / тысяч\w* / тыс / миллион\w* / млн / миллиард\w* / млрд / трлн / рубл\w+ / руб /
            доллар\w* / евро / юан\w* / тонн\w* / километр\w* / км / метр\w* / человек\w* / солдат\w* /
            стран\w* / лет / год\w* / месяц\w* / недел\w+ / дн\w+ / час\w* / раз\w* / баррел\w+
        """,
        numbers=r"""
            два / две / три / четыре / пять / шесть / семь / восемь / девять / десять / сотни / тысячи /
            несколько
        """,
    ),
    "zh": Lexicon(
        reporting=r"""
            表示 / 称 / 稱 / 说 / 說 / 指出 / 宣布 / 报道 / 報道 / 报告 /
            报导 / 据 / 據 / 透露 / 强调 / 強調 / 警告 / 证实 / 證實 / 承认 /
            指责 / 签署 / 簽署
        """,
        change=r"""
            增长 / 增長 / 增加 / 下降 / 减少 / 減少 / 上升 / 超过 / 超過 /
            高于 / 低于 / 最大 / 最高 / 最低 / 首次 / 创纪录 / 翻番 / 同比 / 环比 /
            比去年 / 扩大 / 缩小
        """,
        negation=r"不 / 没有 / 沒有 / 未 / 无 / 並非 / 并非 / 否认 / 否認 / 拒绝 / 拒絕",
        modality=r"将 / 將 / 会 / 會 / 可能 / 计划 / 計劃 / 预计 / 預計 / 打算",
        opinion=r"我认为 / 我認為 / 我觉得 / 我覺得 / 我想 / 我希望 / 我们希望 / 在我看来",
        dates=r"昨天 / 今年 / 去年 / 上月 / 本月 / 星期[一二三四五六日天] / 周[一二三四五六日]",
        units=r"个 / 名 / 人 / 元 / 美元 / 亿 / 万 / 吨 / 年 / 月 / 天 / 倍",
        numbers=r"[一二三四五六七八九十百千万亿]+",
        unspaced=True,
    ),
}
