"""English words that pull in opposite directions, words that turn a statement round, and words that say how sure it is.

General vocabulary of our own writing, made for reading: each axis has a name that can stand in a sentence, and two
ends. A claim that stands at one end of an axis and a claim that stands at the other end may contradict each other; a
negation moves a word to the other end. No word was taken from a benchmark.
"""

from claims.suggestions.words import plain_words, stem

AXES: dict[str, tuple[str, str]] = {
    "up / down": (
        """rise / increase / grow / growth / climb / surge / soar / jump / gain / expand / expansion / escalate
        / double / triple / boost / raise / accelerate / swell / upturn / boom / go up / step up / pick up /
        scale up / more""",
        """fall / decrease / decline / drop / shrink / plunge / slump / sink / plummet / reduce / reduction /
        contract / slow / dwindle / halve / cut / lower / diminish / recede / downturn / bust / go down /
        scale back / scale down / wind down / less / fewer""",
    ),
    "strong / weak": (
        """strengthen / strong / stronger / robust / solid / firm / intensify / reinforce / consolidate /
        deepen / deep / bolster / powerful / cement / fortify / sturdy / resilient""",
        """weaken / weak / weaker / fragile / feeble / erode / undermine / loosen / soften / shallow / crumble
        / falter / deteriorate / wane / brittle / powerless / fray""",
    ),
    "near / far": (
        """close / closer / closeness / approach / draw near / move toward / move towards / align / alignment /
        ally / alliance / partner / partnership / friend / friendly / friendship / unite / unity / join /
        bond / tie / together / embrace / rapprochement / lean on / stand by / side with / converge / bind /
        cooperate / cooperation / collaborate / inseparable""",
        """distance / distant / away / diverge / drift / drift apart / move away / pull away / turn away /
        break with / estrange / alienate / rival / enemy / adversary / hostile / hostility / rift / split /
        separate / divide / division / isolate / isolation / cut ties / sever / shun / abandon / desert /
        disown / decouple / withdraw / limit / apart / irreconcilable / incompatible""",
    ),
    "accept / refuse": (
        """accept / agree / approve / approval / consent / endorse / welcome / adopt / allow / permit /
        authorise / admit / grant / ratify / sign up / back / say yes / willing / comply / concede / yield""",
        """refuse / refusal / reject / rejection / oppose / opposition / object / objection / veto / ban /
        forbid / prohibit / block / bar / decline / rebuff / spurn / resist / unwilling / reluctant / deny /
        defy / disallow / rule out / turn down""",
    ),
    "support / attack": (
        """support / help / aid / assist / favour / favor / defend / champion / advocate / promote / protect /
        encourage / foster / facilitate / encourage / supply / provide / supportive / ease""",
        """attack / hinder / hamper / obstruct / impede / prevent / discourage / deter / sabotage / thwart /
        punish / sanction / threaten / assault / invade / combat / fight / suppress / harass / withhold""",
    ),
    "praise / blame": (
        """praise / commend / applaud / celebrate / hail / laud / admire / thank / congratulate / honour /
        honor / respect""",
        """blame / criticise / criticize / criticism / condemn / denounce / deplore / rebuke / accuse /
        reproach / fault / decry / scold / deride / insult / censure""",
    ),
    "say so / deny": (
        """confirm / acknowledge / admit / affirm / assert / insist / declare / prove / verify / establish /
        reveal / corroborate""",
        """deny / denial / dispute / refute / rebut / disprove / debunk / contradict / dismiss / disavow /
        repudiate / retract / discredit / contest""",
    ),
    "good / bad": (
        """good / better / best / benefit / beneficial / advantage / advantageous / positive / useful / helpful
        / valuable / effective / efficient / improve / improvement / excellent / fair / just / healthy /
        safe / worthwhile / worthy / successful / success / enhance / progress / solve / solution /
        desirable / productive / right / moral / essential / fine / great / enrich""",
        """bad / worse / worst / harm / harmful / disadvantage / detrimental / negative / useless / unhelpful /
        damage / ineffective / inefficient / worsen / terrible / unfair / unjust / unhealthy / danger /
        dangerous / wasteful / failure / hurt / poor / problem / problematic / costly / undesirable /
        counterproductive / wrong / immoral / risk / risky / cruel / burden / abuse / suffer / threat /
        degrade / corrupt""",
    ),
    "win / lose": (
        """win / victory / succeed / prevail / triumph / achieve / accomplish / attain / conquer / defeat /
        overcome / pass / fulfil / fulfill / reach""",
        """lose / loss / defeated / fail / failure / miss / surrender / capitulate / succumb / flop / collapse
        / forfeit / fall short""",
    ),
    "begin / end": (
        """begin / start / launch / open / establish / found / create / initiate / introduce / resume / restore
        / renew / continue / keep / remain / maintain / persist / sustain / stay / go on / last / preserve /
        extend / uphold""",
        """end / stop / cease / close / shut / abolish / dissolve / cancel / terminate / suspend / halt / quit
        / abandon / drop / discontinue / scrap / give up / call off / conclude / finish / expire / repeal /
        revoke / remove""",
    ),
    "same / changed": (
        """same / unchanged / steady / stable / constant / keep / remain / consistent / fixed / permanent /
        still / as before / identical / preserve""",
        """change / alter / shift / revise / revision / reverse / transform / differ / different / unstable /
        reorient / overhaul / depart from / departure / vary / turn / modify / swing / temporary""",
    ),
    "know / not know": (
        """know / aware / awareness / inform / informed / tell / expect / foresee / predict / anticipate /
        understand / notice / warn / notify / recognise / recognize / realise / realize / foreknowledge""",
        """unaware / ignorant / ignorance / surprise / surprised / unexpected / uninformed / overlook /
        misunderstand / misread / conceal / hide / blindside / caught off guard / in the dark / unforeseen /
        keep secret""",
    ),
    "trust / distrust": (
        """trust / confidence / confident / faith / believe / reliable / rely / credible / assure / reassure /
        certain / loyal / loyalty / dependable""",
        """distrust / mistrust / doubt / suspicion / suspicious / suspect / sceptical / skeptical / unreliable
        / wary / disbelief / disloyal / betray / betrayal / uncertain / question""",
    ),
    "glad / sorry": (
        """glad / happy / pleased / satisfied / enjoy / love / like / comfort / comfortable / delight / content
        / proud""",
        """sorry / regret / remorse / sad / upset / angry / anger / frustrated / frustration / hate / dislike /
        fear / concern / worried / worry / disappointed / displeased / dissatisfied / ashamed / discontent""",
    ),
    "true / false": (
        """true / truth / real / genuine / authentic / accurate / correct / actual / honest / valid / factual /
        truthful""",
        """false / falsehood / fake / untrue / bogus / inaccurate / incorrect / wrong / lie / dishonest /
        invalid / hoax / disinformation / misinformation / myth / mislead / fabricate / fictitious""",
    ),
    "possible / impossible": (
        """possible / can / able / feasible / likely / probable / capable / enable / manage to / viable""",
        """impossible / cannot / unable / infeasible / unlikely / improbable / incapable / implausible /
        hopeless""",
    ),
    "free / bound": (
        """free / freedom / independent / independence / autonomous / sovereign / liberate / voluntary /
        release / liberty / unrestricted / choice / on its own""",
        """bound / dependent / dependence / depend / rely / subordinate / compulsory / mandatory / forced /
        force / captive / restrict / restriction / detain / imprison / subject to / coerce / oblige /
        beholden""",
    ),
    "public / hidden": (
        """public / open / openly / transparent / disclose / publish / reveal / announce / overt / declassify""",
        """secret / secretly / private / hidden / hide / conceal / covert / opaque / classified / withhold /
        cover up / undisclosed / tacit""",
    ),
    "peace / war": (
        """peace / peaceful / ceasefire / truce / calm / reconcile / reconciliation / negotiate / negotiation /
        settle / de-escalate / disarm / mediate / dialogue / neutral / neutrality""",
        """war / warlike / conflict / battle / violence / violent / fight / invade / invasion / escalate /
        aggression / aggressive / arm / bomb / strike / clash / confront / confrontation / provoke /
        belligerent""",
    ),
    "whole / part": (
        """all / every / everyone / always / entire / entirely / whole / fully / full / complete / completely /
        total / totally / unlimited / limitless / without limits / boundless / universal / only / sole /
        exclusively / solely""",
        """some / few / sometimes / partly / partial / partially / limited / limits / half / incomplete /
        certain / rarely / seldom / hardly / barely / occasionally / not only""",
    ),
    "many / few": (
        """many / most / majority / numerous / abundant / plenty / lots / often / frequent / frequently /
        widespread / common / large / huge / big / substantial / considerable / vast / enormous /
        significant / high / extensive""",
        """few / minority / scarce / lack / shortage / little / rare / rarely / infrequent / uncommon / small /
        tiny / minor / negligible / marginal / slight / low / insignificant / modest / minimal""",
    ),
    "early / late": (
        """early / earlier / before / prior / first / previous / former / advance / ahead / precede / advance""",
        """late / later / after / subsequent / last / following / latter / behind / delay / postpone / follow""",
    ),
    "in / out": (
        """enter / arrive / include / import / inside / join / come / bring / enlist / accede / within / insert
        / admit""",
        """leave / depart / exclude / export / outside / quit / go / expel / withdraw / exit / evict / omit /
        without / beyond / dismiss""",
    ),
    "buy / sell": (
        """buy / purchase / acquire / receive / import / borrow / hire / take / obtain / recruit""",
        """sell / sale / dispose / give / export / lend / fire / supply / dismiss / sack""",
    ),
    "build / destroy": (
        """build / construct / create / repair / restore / rebuild / make / develop / assemble / invent / erect""",
        """destroy / demolish / ruin / break / wreck / dismantle / damage / devastate / raze / shatter / tear
        down""",
    ),
    "alive / dead": (
        """live / alive / survive / survivor / birth / born / living / cure / heal / recover / rescue / save""",
        """die / dead / death / kill / perish / murder / extinct / fatal / execute / infect / sicken""",
    ),
    "guilty / innocent": (
        """guilty / guilt / convict / responsible / liable / culpable / charge / indict / to blame""",
        """innocent / innocence / acquit / exonerate / absolve / pardon / cleared / blameless / not responsible""",
    ),
    "legal / illegal": (
        """legal / lawful / legalise / legalize / legitimate / licit / constitutional / allowed / permitted /
        decriminalise""",
        """illegal / unlawful / criminalise / criminalize / illegitimate / illicit / unconstitutional / banned
        / crime / outlaw / prohibited / criminal""",
    ),
    "rich / poor": (
        """rich / wealthy / wealth / prosper / prosperous / prosperity / profit / profitable / surplus /
        affluent / afford / cheap / cheaper / inexpensive / discount""",
        """poor / poverty / bankrupt / deficit / loss / debt / unprofitable / recession / impoverish /
        expensive / costly / unaffordable / dear""",
    ),
    "hot / cold": (
        "hot / warm / heat / warming / thaw / tropical",
        "cold / cool / freeze / cooling / chill / polar",
    ),
    "left / right end": (
        "north / northern / upper / top / above / up",
        "south / southern / bottom / below / down",
    ),
    "east / west": ("east / eastern / eastward", "west / western / westward"),
    "men / women": (
        "man / men / male / boy / he / husband / father / son / brother / king / actor / uncle / gentleman",
        "woman / women / female / girl / she / wife / mother / daughter / sister / queen / actress / aunt / lady",
    ),
    "young / old": (
        "young / youth / child / children / kid / new / newborn / modern / recent / baby / teenager",
        "old / elderly / adult / aged / ancient / outdated / obsolete / senior / veteran",
    ),
    "awake / resting": (
        """run / walk / stand / jump / play / work / awake / dance / race / climb / swim / ride / busy / active""",
        """sit / sleep / lie down / rest / nap / asleep / relax / seated / lay / idle / inactive / motionless /
        bed""",
    ),
    "alone / together": (
        "alone / single / solo / nobody / sole / unaccompanied / by himself / by herself / empty / deserted",
        "together / group / crowd / crowded / couple / team / several / everybody / gathered / full / pair",
    ),
    "day / night": (
        "day / daylight / morning / sunny / noon / sunrise",
        "night / dark / evening / midnight / sunset",
    ),
    "inside / outside": (
        "inside / indoors / indoor / home / house / room / kitchen / office",
        "outside / outdoors / outdoor / street / park / field / beach / garden",
    ),
    "dry / wet": ("dry / drought / desert / arid", "wet / rain / flood / swim / soaked / ocean / pool"),
    "gain / cost to": (
        "gain / profit / earn / reward / benefit / win from / thrive",
        "cost / lose / pay / penalty / suffer / sacrifice / expense",
    ),
    "first / other place": (
        "superior / lead / leader / leading / ahead / dominate / greater / more powerful / major",
        "inferior / trail / follower / lagging / behind / subordinate / lesser / junior / minor",
    ),
}
"""Name of the axis → its two ends. An entry of several words must stand in that order, next to each other."""

NEGATORS = frozenset(
    """not no never none nobody nothing neither nor nowhere without cannot n't hardly scarcely barely
    rarely seldom""".split()
)
"""Words that turn round what follows in the same clause."""

TURNERS = frozenset(
    stem(word)
    for word in """deny denies denied denying refuse refuses refused refusing refusal fail fails failed failing reject
    rejects rejected lack lacks lacked lacking prevent prevents prevented avoid avoids avoided stop stopped cease ceased
    absence false untrue incorrect unlikely impossible unable unwilling doubt doubts deny dispute disputes disputed
    refute refuted refutes dismiss dismissed dismisses""".split()
)
"""Verbs and adjectives that turn round what they govern: "refuses to condemn" does not condemn."""

CLAUSE_ENDS = frozenset(
    """but although though however while whereas because since despite if unless which who yet and or ; : .
    ! ?""".split()
)
"""Where the scope of a negation ends."""

OPPOSING_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "mis", "de", "anti", "counter")

PLANS = frozenset(
    """will would shall going plan plans planned planning intend intends intended intention aim aims aimed
    want wants wanted seek seeks sought propose proposes proposed pledge pledges pledged promise
    promises promised hope hopes hoped expect expects expected set prepare prepares forecast forecasts
    predict predicts predicted likely unlikely may might could should urge urges urged call calls
    consider considers considering""".split()
)
"""Words that tell of what is meant, foreseen or wished, not of what is."""

HEDGES = frozenset(
    """may might could perhaps possibly probably apparently reportedly allegedly seems seem appears appear
    likely suggests suggest believed thought considered arguably rumoured rumored unclear""".split()
)
"""Words by which a speaker keeps a distance from what is said."""

NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty""".split()
    )
} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "dozen": 12,
}

SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "m": 1e6,
    "mn": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
}

MONTHS = {
    name: number
    for number, names in enumerate(
        """january jan, february feb, march mar, april apr, may, june jun, july jul, august aug, september sep sept,
        october oct, november nov, december dec""".split(","),
        start=1,
    )
    for name in names.split()
}


def _entries(end: str) -> list[tuple[str, ...]]:
    return [tuple(stem(word) for word in plain_words(entry)) for entry in " ".join(end.split()).split(" / ")]


AXIS_NAMES = tuple(AXES)
AXIS_OF: dict[tuple[str, ...], list[tuple[int, int]]] = {}
"""Stems (one or several) → the axes they stand on, and the end: +1 or −1. A word at both ends of one stands on none."""

for _number, (_plus, _minus) in enumerate(AXES.values()):
    for _sign, _end in ((1, _plus), (-1, _minus)):
        for _stems in dict.fromkeys(_entries(_end)):
            _places = AXIS_OF.setdefault(_stems, [])
            if (_number, -_sign) in _places:
                _places.remove((_number, -_sign))
            else:
                _places.append((_number, _sign))

LONGEST_ENTRY = max(map(len, AXIS_OF))
