"""Made-up statements about made-up people, films, firms, places, bands, and news, with what each says of another.

Written for this, word lists and wordings alike: an encyclopaedia's sentence beside a statement of one of its facts,
right or wrong; and news worded two ways, or the two ends of one matter, of one date or two. No text of any set is in
here.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

Triple = tuple[str, str, str]
"""A text, a statement, and the kind of link between them."""
Value = int | str | tuple[str, str]


class Relation(NamedTuple):
    value: Callable[[random.Random], Value]
    told: list[str]
    """How a text tells it: {e} is whom it is of, {v} the value, {av} with its article; a pair has {v0}, {v1}, {av0}."""
    stated: list[str]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]


def _of(text: str) -> Callable[[random.Random], Value]:
    values = [value.strip() for value in " ".join(text.split()).split("/")]
    return lambda mixed: mixed.choice(values)


def _years(first: int, last: int) -> Callable[[random.Random], Value]:
    return lambda mixed: mixed.randint(first, last)


def _times(first: int, last: int, unit: int = 1) -> Callable[[random.Random], Value]:
    return lambda mixed: mixed.randint(first, last) * unit


FIRST = """James Maria Wei Olga Ahmed Sofia John Elena Pierre Hana Carlos Ingrid David Amara Viktor Lucia Peter Yuki
Thomas Leila Anna Robert Nadia Michael Chloe Daniel Grace Ivan Rosa Samuel""".split()
LAST = """Miller Kowalski Chen Petrov Hassan Rossi Smith Novak Dubois Tanaka Garcia Larsen Okafor Weber Silva Khan Brown
Ortiz Lindqvist Moreau Haddad Fischer Walsh Popescu Kim Murray Costa Jensen Adler Quinn""".split()
NATIONS = [
    (pair.split("/")[0], pair.split("/")[1].replace("_", " "))
    for pair in """American/the_United_States British/the_United_Kingdom French/France German/Germany Italian/Italy
    Spanish/Spain Canadian/Canada Australian/Australia Indian/India Chinese/China Japanese/Japan Russian/Russia
    Brazilian/Brazil Mexican/Mexico Irish/Ireland Swedish/Sweden Polish/Poland Turkish/Turkey Egyptian/Egypt
    Nigerian/Nigeria Korean/Korea Dutch/the_Netherlands Greek/Greece Argentine/Argentina""".split()
]
MONTHS = """January February March April May June July August September October November December""".split()
FIRMS = """Norvale Kestrel Altamont Brightwater Corvida Helixon Marlowe Stanhope Zenit Orbis Lumen Tarrant
Vantage Solara Pelham Ferrum""".split()
TITLES = _lines("""
    The Silent River
    Broken Glass
    Midnight Harbour
    Falling Stars
    The Last Garden
    Iron Valley
    Summer House
    Paper Moons
    The Long Road
    Red Horizon
    Winter Light
    Second Chances
    The Lighthouse
    Golden Days
    Black Sand
    City of Rain""")
PLACES = """Norvale County/Lake Tarrant/the Marlowe Islands/Kestrel Valley/Altamont/Port Stanhope/Mount Pelham
/Brightwater/the Corvida River/Solara""".replace("\n", "").split("/")
_city = _of("""London/Paris/Berlin/Rome/Madrid/Toronto/Sydney/Mumbai/Beijing/Tokyo/Moscow/Chicago/Boston/Seattle/Dublin/
    Stockholm/Warsaw/Istanbul/Cairo/Lagos/Seoul/Amsterdam/Athens/Vienna/Houston/Denver/Atlanta/Detroit""")
_language = _of("""English/French/Spanish/German/Italian/Mandarin/Hindi/Arabic/Russian/Portuguese/Japanese/Korean/
    Turkish/Polish""")


def _name(mixed: random.Random) -> str:
    return f"{mixed.choice(FIRST)} {mixed.choice(LAST)}"


PERSON = {
    "work": Relation(
        _of("""actor/singer/politician/footballer/novelist/director/journalist/lawyer/physicist/painter/comedian/
            economist/drummer/guitarist/dancer/model/chef/architect/boxer/swimmer/banker/priest/general/poet/pianist/
            wrestler/producer/historian/engineer/doctor"""),
        [
            "{e} is {av}",
            "{e} is best known as {av}",
            "{e} works as {av}",
            "{e} , {av} by profession , lives quietly",
        ],
        ["{e} is {av}.", "{e} works as {av}.", "{e} is employed as {av}.", "{e} 's profession is {v}."],
    ),
    "nation": Relation(
        lambda mixed: mixed.choice(NATIONS),
        [
            "{e} is {av0} citizen",
            "{e} comes from {v1}",
            "{e} was born and raised in {v1}",
            "{e} is {av0} public figure",
        ],
        ["{e} is {v0}.", "{e} is from {v1}.", "{e} was born in {v1}.", "{e} comes from {v1}."],
    ),
    "was born": Relation(
        _years(1900, 2000),
        [
            "{e} ( born {m} {d} , {v} ) is a public figure",
            "{e} was born on {d} {m} {v}",
            "{e} , born {v} , grew up in a small town",
        ],
        ["{e} was born in {v}.", "{e} 's birth year is {v}.", "The birth of {e} was in {v}."],
    ),
    "died": Relation(
        _years(1900, 2020),
        ["{e} died in {m} {v} after a short illness", "{e} died of heart failure in {v}"],
        ["{e} died in {v}.", "The death of {e} came in {v}.", "{e} passed away in {v}."],
    ),
    "award": Relation(
        _of("""an Academy Award/a Grammy Award/a Golden Globe/an Emmy Award/a Nobel Prize/a Pulitzer Prize/a Tony Award/
            an Olympic medal/a World Cup"""),
        ["{e} won {v} in {y}", "{e} received {v} for this work", "{e} was awarded {v}"],
        ["{e} won {v}.", "{e} has received {v}.", "{e} is the winner of {v}."],
    ),
    "home": Relation(
        _city,
        [
            "{e} lives in {v} with two children",
            "{e} moved to {v} in {y} and has lived there since",
            "{e} resides in {v}",
        ],
        ["{e} lives in {v}.", "{e} 's home is in {v}.", "{e} resides in {v}."],
    ),
    "children": Relation(
        _times(2, 9),
        ["{e} has {v} children", "{e} is the parent of {v} children"],
        ["{e} has {v} children.", "{e} is a parent of {v}."],
    ),
}
FILM = {
    "was released": Relation(
        _years(1930, 2020),
        ["{e} is a {v} film", "{e} was released on {m} {d} , {v}", "{e} opened in cinemas in {m} {v}"],
        ["{e} was released in {v}.", "{e} came out in {v}.", "{e} is a film from {v}."],
    ),
    "genre": Relation(
        _of(
            "drama/comedy/horror/thriller/science fiction/romance/western/documentary/musical/war/animated/fantasy"
        ),
        ["{e} is {av} film", "{e} is considered {av} film"],
        ["{e} is {av} film.", "{e} belongs to the {v} genre.", "The genre of {e} is {v}."],
    ),
    "director": Relation(
        _name,
        [
            "{e} was directed by {v}",
            "{e} is a film that {v} directed and co-wrote",
            "{v} is the director of {e}",
        ],
        ["{e} was directed by {v}.", "{v} directed {e}.", "{v} is the director of {e}."],
    ),
    "star": Relation(
        _name,
        ["{e} stars {v}", "{e} features {v} in the leading role", "{v} plays the lead in {e}"],
        ["{v} stars in {e}.", "{e} stars {v}.", "{v} is an actor in {e}."],
    ),
    "language": Relation(
        _language,
        ["{e} is in {v}", "{e} was filmed in {v}", "{e} is {av}-language film"],
        ["{e} is in {v}.", "{e} is {av}-language film.", "The language of {e} is {v}."],
    ),
    "earned": Relation(
        _times(2, 900),
        ["{e} earned ${v} million worldwide", "{e} grossed {v} million dollars"],
        ["{e} grossed ${v} million.", "{e} earned {v} million dollars."],
    ),
}
FIRM = {
    "was founded": Relation(
        _years(1850, 2015),
        ["{e} was founded in {v}", "{e} , founded in {v} , is privately held", "{e} has existed since {v}"],
        ["{e} was founded in {v}.", "{e} was started in {v}.", "{e} was established in {v}."],
    ),
    "seat": Relation(
        _city,
        [
            "{e} has its headquarters in {v}",
            "{e} is based in {v}",
            "{e} , which is headquartered in {v} , has grown since",
        ],
        ["{e} is based in {v}.", "{e} is headquartered in {v}.", "The head office of {e} is in {v}."],
    ),
    "trade": Relation(
        _of(
            "oil/software/banking/airline/car/clothing/food/insurance/shipping/drug/steel/television/toy/telephone"
        ),
        ["{e} is {av} company", "{e} operates in the {v} industry"],
        ["{e} is {av} company.", "{e} is in the {v} business."],
    ),
    "staff": Relation(
        _times(2, 99, 100),
        ["{e} employs {v} people", "{e} has about {v} employees"],
        ["{e} has {v} employees.", "{e} employs {v} people."],
    ),
    "founder": Relation(
        _name,
        ["{e} was founded by {v}", "{v} founded {e} and led it for years"],
        ["{v} founded {e}.", "{e} was founded by {v}.", "{v} is the founder of {e}."],
    ),
}
PLACE = {
    "country": Relation(
        lambda mixed: mixed.choice(NATIONS)[1],
        ["{e} is located in {v}", "{e} lies in the south of {v}", "{e} , in {v} , attracts many visitors"],
        ["{e} is in {v}.", "{e} is located in {v}.", "{e} can be found in {v}."],
    ),
    "people": Relation(
        _times(11, 990, 1000),
        ["{e} has a population of {v}", "{v} people live in {e}"],
        ["{e} has {v} inhabitants.", "The population of {e} is {v}."],
    ),
    "language": Relation(
        _language,
        ["most people in {e} speak {v}", "the official language of {e} is {v}"],
        ["The language of {e} is {v}.", "{v} is spoken in {e}."],
    ),
}
BAND = {
    "music": Relation(
        _of("""rock/jazz/pop/hip hop/punk/country/folk/electronic/heavy metal/classical/reggae/soul/blues"""),
        ["{e} is {av} band", "{e} plays {v} music"],
        ["{e} is {av} band.", "{e} plays {v}.", "{e} is associated with {v} music."],
    ),
    "was formed": Relation(
        _years(1955, 2015),
        ["{e} formed in {v}", "{e} was formed in {v} by school friends"],
        ["{e} was formed in {v}.", "{e} has been active since {v}."],
    ),
    "members": Relation(
        _times(2, 9),
        ["{e} consists of {v} members", "{e} has {v} members"],
        ["{e} has {v} members.", "There are {v} people in {e}."],
    ),
    "origin": Relation(
        _city, ["{e} comes from {v}", "{e} is from {v}"], ["{e} is from {v}.", "{e} comes from {v}."]
    ),
}
KINDS_OF_ENTRY: list[tuple[dict[str, Relation], Callable[[random.Random], str], str]] = [
    (PERSON, _name, "He/She"),
    (FILM, lambda mixed: mixed.choice(TITLES), "It"),
    (FIRM, lambda mixed: mixed.choice(FIRMS), "It"),
    (PLACE, lambda mixed: mixed.choice(PLACES), ""),
    (BAND, lambda mixed: f"the {mixed.choice(FIRMS)}s", "The group"),
]


def from_templates(count: int, mixed: random.Random) -> list[Triple]:
    """That many triples, a little more than half of them of an encyclopaedia's kind."""
    made: list[Triple] = []
    while len(made) < count:
        triple = _entry(mixed) if mixed.random() < 0.5 else _news(mixed)
        if triple is not None:
            made.append(triple)
    return made


def _entry(mixed: random.Random) -> Triple | None:
    relations, named, pronouns = mixed.choice(KINDS_OF_ENTRY)
    of = named(mixed)
    told = mixed.sample(list(relations), min(len(relations), mixed.choice((1, 2, 2, 3))))
    values = {name: relations[name].value(mixed) for name in told}
    sentences = [_filled(mixed.choice(relations[name].told), of, values[name], mixed) for name in told]
    mixed.shuffle(sentences)
    text = _capital(sentences[0])
    for sentence in sentences[1:]:
        if pronouns and sentence.startswith(f"{of} ") and " , " not in sentence and mixed.random() < 0.7:
            sentence = mixed.choice(pronouns.split("/")) + sentence[len(of) :]
        text += mixed.choice((" . ", ". ")) + _capital(sentence)
    text += mixed.choice((".", " ."))

    name = mixed.choice(told)
    stated = mixed.choice(relations[name].stated)
    right, wrong = values[name], _other_value(values[name], relations[name], mixed)
    drawn = mixed.random()
    if drawn < 0.40:
        return text, _capital(_filled(stated, of, right, mixed)), "supports"
    if drawn < 0.80:
        return text, _capital(_filled(stated, of, wrong, mixed)), "contradicts"
    if drawn < 0.90:
        true = drawn < 0.86
        statement = _filled(stated, of, right if true else wrong, mixed)
        for verb in (" is ", " was ", " has "):
            if verb in statement:
                denied = statement.replace(verb, f"{verb}{mixed.choice(('not ', 'never '))}", 1)
                return text, _capital(denied), "contradicts" if true else "supports"
        return None
    if drawn < 0.94 and name.split()[0] in ("was", "died") and isinstance(right, int):
        distance, true = mixed.choice((-30, -12, -6, 6, 12, 30)), mixed.random() < 0.5
        word = "before" if (distance > 0) == true else "after"
        return (
            text,
            _capital(f"{of} {name} {word} {right + distance}."),
            "supports" if true else "contradicts",
        )
    untold = [other for other in relations if other not in told]
    if not untold:
        return None
    other = relations[mixed.choice(untold)]
    return text, _capital(_filled(mixed.choice(other.stated), of, other.value(mixed), mixed)), "neither"


def _other_value(value: Value, relation: Relation, mixed: random.Random) -> Value:
    """Another of the same kind; of a number, mostly one near it."""
    while True:
        other = relation.value(mixed)
        if isinstance(value, int) and mixed.random() < 0.6:
            if 1850 < value < 2021:
                other = value + mixed.choice((-20, -10, -3, -2, -1, 1, 2, 3, 10, 20))
            else:
                part = max(1, int(value * mixed.choice((0.1, 0.3, 0.5, 1, 4))))
                other = max(2, value + mixed.choice((-1, 1)) * part)
        if other != value:
            return other


def _filled(wording: str, of: str, value: Value, mixed: random.Random) -> str:
    first, second = value if isinstance(value, tuple) else (value, value)
    shown = str(first)
    if isinstance(first, int) and first > 2100 and mixed.random() < 0.7:
        shown = f"{first:,}"
    article = "an" if str(first)[0] in "AEIOUaeiou" else "a"
    parts = {
        "{e}": of,
        "{av0}": f"{article} {first}",
        "{av}": f"{article} {first}",
        "{v0}": str(first),
        "{v1}": str(second),
        "{v}": shown,
        "{m}": mixed.choice(MONTHS),
        "{d}": str(mixed.randint(1, 28)),
        "{y}": str(mixed.randint(1950, 2020)),
    }
    for mark, part in parts.items():
        wording = wording.replace(mark, part)
    return wording


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


WHO = """the government/the president/the ministry/the opposition/the central bank/the company/the union/the mayor/
Germany/Brazil/Japan/Turkey/Canada/India/Poland/the regulator/the army/the senate/the committee/the prime minister
/Kenya/Egypt/the council/the board""".replace("\n", "").split("/")
WHAT = """the treaty/the new law/the merger/the tax reform/the sanctions/the budget/the peace plan/the pipeline/
the vaccine programme/the tariff/the ban/the reform/the ceasefire/the trade deal/the dam project/the strike/
the bailout/the election bill""".replace("\n", "").split("/")
MEASURES = """trade between {A} and {B}/unemployment/inflation/oil exports/tax revenue/house prices/car sales/
steel output/tourism/the number of arrests/the death toll/crime/wages/the company's profit/support for the party
/food prices/gas imports/military spending""".replace("\n", "").split("/")
UP = "rose/increased/grew/climbed/went up/jumped/has expanded".split("/")
DOWN = "fell/decreased/declined/dropped/went down/shrank/has contracted".split("/")
TELLERS = """analysts/officials/a spokesman/local media/the newspaper/diplomats/experts/witnesses/a report/
critics""".replace("\n", "").split("/")
TAILS = (
    "",
    ", according to {s}",
    ", {s} said",
    " after weeks of talks",
    " last year",
    " despite pressure from abroad",
    " since the war began",
    " as the crisis deepened",
    " in spite of earlier doubts",
    ", though some disagree",
)
MATTERS = [
    tuple(end.split(" / ") for end in " ".join(matter.split()).split(" // "))
    for matter in """
supports {T} / backs {T} / is in favour of {T} / has endorsed {T} / voted for {T} / welcomed {T} / stands behind {T} /
has given its support to {T} // opposes {T} / rejects {T} / is against {T} / has criticised {T} / voted against {T} /
condemned {T} / does not support {T} / refused to back {T}
==
signed {T} / agreed to {T} / accepted {T} / approved {T} // refused to sign {T} / turned down {T} / blocked {T} /
walked away from {T} / has not agreed to {T} / vetoed {T}
==
is moving closer to {B} / is deepening its ties with {B} / has strengthened its partnership with {B} /
is building a closer relationship with {B} / is drawing nearer to {B} // is moving away from {B} /
is loosening its ties with {B} / has weakened its partnership with {B} / is drifting apart from {B} /
is putting distance between itself and {B}
==
trusts {B} / has confidence in {B} / relies on {B} as a partner / considers {B} a friend // distrusts {B} /
has lost confidence in {B} / does not consider {B} a reliable partner / is suspicious of {B} / considers {B} a rival
==
supplied weapons to {B} / sent arms to {B} / has provided {B} with military aid / is arming {B} //
has not supplied weapons to {B} / refused to send arms to {B} / withheld military aid from {B} /
has given {B} no weapons
==
knew about the plan in advance / was told of the plan beforehand / had been informed of the plan //
was unaware of the plan / was taken by surprise by the plan / had no knowledge of the plan /
was kept in the dark about the plan
==
will take part in the summit / plans to attend the meeting / intends to join the talks / is expected at the summit //
will not take part in the summit / has ruled out attending the meeting / intends to stay away from the talks /
will boycott the summit
==
blamed {B} for the crisis / holds {B} responsible for the crisis / said the crisis was the fault of {B} //
said {B} was not to blame for the crisis / cleared {B} of responsibility for the crisis /
denied that {B} caused the crisis
==
depends on imports from {B} / cannot do without goods from {B} / relies heavily on {B} for energy //
no longer depends on imports from {B} / is independent of {B} / does not rely on {B} for energy /
has found other suppliers than {B}
==
has won the war / defeated its enemy / is winning / succeeded in its aims // has lost the war / was defeated /
is losing / failed in its aims
==
was found guilty / was convicted of fraud / is guilty of fraud // was found not guilty / was acquitted of fraud /
is innocent of fraud
==
respects international law / obeys the rules / complied with the agreement // violates international law /
breaks the rules / breached the agreement / ignored the agreement
==
wants to end the war / is working for peace / calls for a ceasefire // wants to continue the war /
is prolonging the conflict / rejects a ceasefire / is escalating the fighting
==
has a strong economy / is prospering / is in good financial health // has a weak economy / is in financial trouble /
faces an economic crisis / is struggling
==
lifted the restrictions on {B} / eased sanctions against {B} / removed the ban on goods from {B} //
imposed restrictions on {B} / tightened sanctions against {B} / banned goods from {B} /
kept the sanctions on {B} in place
==
is optimistic about {T} / expects {T} to succeed / believes {T} will work // is pessimistic about {T} /
expects {T} to fail / doubts that {T} will work
==
can afford {T} / has enough money for {T} / is able to pay for {T} // cannot afford {T} / lacks the money for {T} /
is unable to pay for {T}
==
admitted the mistake / acknowledged its error / apologised for the mistake // denied any mistake /
insisted that it made no error / refused to apologise
==
remains neutral in the conflict / does not take sides / stays out of the conflict //
has taken sides in the conflict / is involved in the conflict / openly favours one side in the conflict
==
is the stronger partner / has the upper hand over {B} / dominates {B} // is the weaker partner /
is subordinate to {B} / is dominated by {B}
==
kept its promise / fulfilled its commitments / delivered what it promised // broke its promise /
failed to meet its commitments / did not deliver what it promised
==
withdrew its troops from the border / pulled its soldiers back / has left the region //
sent more troops to the border / is massing soldiers / keeps its troops in the region
==
said {T} will help the economy / thinks {T} is good for business / praised the benefits of {T} //
said {T} will hurt the economy / thinks {T} is bad for business / warned of the dangers of {T}
""".split("==")
]
"""Matters of the news, each with wordings of its two ends."""


def _news(mixed: random.Random) -> Triple:
    first = mixed.choice(WHO)
    if mixed.random() < 0.3:
        return _measured(first, mixed)
    second, what = _other(first, WHO, mixed), mixed.choice(WHAT)

    def worded(by: str, wording: str) -> str:
        return _dressed(f"{by} {wording}".replace("{B}", second).replace("{T}", what), mixed)

    matter = mixed.choice(MATTERS)
    here, there = matter if mixed.random() < 0.5 else matter[::-1]
    wording, drawn = mixed.choice(here), mixed.random()
    text = worded(first, wording)
    if drawn < 0.40:
        return text, worded(first, _other(wording, here, mixed)), "supports"
    if drawn < 0.82:
        return text, worded(first, mixed.choice(there)), "contradicts"
    if drawn < 0.90:
        return text, worded(_other(first, WHO, mixed), mixed.choice(here + there)), "neither"
    elsewhere = mixed.choice([other for other in MATTERS if other is not matter])
    return text, worded(first, mixed.choice(mixed.choice(elsewhere))), "neither"


def _measured(first: str, mixed: random.Random) -> Triple:
    second = _other(first, WHO, mixed)
    year, number = mixed.randint(2005, 2024), mixed.randint(2, 60)
    here, there = mixed.choice(((UP, DOWN), (DOWN, UP)))
    amount = mixed.choice((" by {n} percent", " by {n}%", "", " to ${n} billion", " to {n} million"))

    def worded(of: str, verb: str, amount: str, number: int, year: int) -> str:
        said = f"{of} {verb}{amount.replace('{n}', str(number))} in {year}"
        return _dressed(said.replace("{A}", first).replace("{B}", second), mixed)

    of, drawn = mixed.choice(MEASURES), mixed.random()
    text = worded(of, mixed.choice(here), amount, number, year)
    if drawn < 0.30:
        return (
            text,
            worded(of, mixed.choice(here), amount if mixed.random() < 0.4 else "", number, year),
            "supports",
        )
    if drawn < 0.55:
        return text, worded(of, mixed.choice(there), "", number, year), "contradicts"
    if drawn < 0.72 and amount:
        return (
            text,
            worded(of, mixed.choice(here), amount, _other(number, range(2, 61), mixed), year),
            "contradicts",
        )
    if drawn < 0.85:
        other = _other(year, range(2005, 2025), mixed)
        return text, worded(of, mixed.choice(here + there), "", number, other), "neither"
    return text, worded(_other(of, MEASURES, mixed), mixed.choice(there), "", number, year), "neither"


def _dressed(said: str, mixed: random.Random) -> str:
    """The sentence as somebody reports it, or with something that changes nothing after it."""
    drawn, teller = mixed.random(), mixed.choice(TELLERS)
    if drawn < 0.25:
        said = f"according to {teller}, {said}"
    elif drawn < 0.40:
        said = f"{teller} said that {said}"
    elif drawn < 0.60:
        said += mixed.choice(TAILS).replace("{s}", teller)
    return _capital(said) + "."


def _other[T](one: T, among: list[T] | range, mixed: random.Random) -> T:
    while True:
        other: T = mixed.choice(among)  # type: ignore[assignment]
        if other != one:
            return other
