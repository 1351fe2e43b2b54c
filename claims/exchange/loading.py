"""The statements that bring the new ones of the staged lines into the dossier, in their order.

Parameters: ``dossier``; ``scope``, the file's; ``config``, the text-search configuration of the claims, '' for that of
their sources; ``is_empty``, whether the dossier is: then cited numbers are kept.
"""

# ruff: noqa: S608  tables and columns are named by this module's own constants; values are parameters

from claims.exchange.staging import RECORDS

FILLED = (
    "sources_origin",
    "sources_source",
    "sources_sourcepiece",
    "claims_claim",
    "claims_support",
    "claims_claimtopic",
    "claims_anchoring",
    "claims_link",
    "claims_review",
    "claims_contradiction",
    "claims_resolution",
    "claims_due",
    "claims_importedline",
)

_NEW_NUMBERED = """
    CASE WHEN s.id = '{letter}-' || s.number THEN s.external_id ELSE s.id END,
    CASE WHEN s.id = '{letter}-' || s.number THEN s.extra ELSE coalesce(s.moved_extra, s.extra) END,
    maker.key, s.at"""
_MAKER = "LEFT JOIN staged_person maker ON maker.index = s.by"

LOAD: tuple[tuple[str, str], ...] = (
    # An origin of which a source is here already is that one's; the others are new.
    (
        "",
        """
        UPDATE staged_origin o SET key = found.key FROM (
            SELECT t.id, min(r.origin_id) AS key FROM staged_origin t JOIN staged_source s USING (line)
            JOIN sources_source r ON r.id = s.key WHERE s.fate IS NOT NULL AND r.origin_id IS NOT NULL GROUP BY t.id
        ) found WHERE found.id = o.id
        """,
    ),
    (
        "",
        """
        UPDATE staged_origin o SET key = made.key FROM (
            SELECT id, nextval(pg_get_serial_sequence('sources_origin', 'id')) AS key FROM (
                SELECT DISTINCT t.id FROM staged_origin t JOIN staged_source s USING (line)
                WHERE s.fate IS NULL AND t.key IS NULL
            ) wanted
        ) made WHERE made.id = o.id
        """,
    ),
    (
        "",
        f"""
        WITH wanted AS (
            SELECT DISTINCT ON (s.key) s.*,
                CASE WHEN %(is_empty)s AND s.id ~ '^O-[1-9][0-9]{{0,8}}$' THEN substr(s.id, 3)::integer END AS number
            FROM staged_origin s WHERE s.key IS NOT NULL
            AND NOT EXISTS (SELECT FROM sources_origin o WHERE o.id = s.key) ORDER BY s.key, s.line
        ), taken AS (
            SELECT greatest(
                (SELECT max(number) FROM wanted),
                (SELECT max(number) FROM sources_origin WHERE dossier_id = %(dossier)s), 0
            ) AS highest
        )
        INSERT INTO sources_origin (id, dossier_id, number, name, state, reasons, by_id, at)
        SELECT s.key, %(dossier)s,
            coalesce(s.number, highest + row_number() OVER (PARTITION BY s.number IS NULL ORDER BY s.line)),
            s.name, 'confirmed', s.reasons, maker.key, coalesce(s.at, now())
        FROM wanted s CROSS JOIN taken {_MAKER}
        """,
    ),
    (
        "source",
        f"""
        INSERT INTO sources_source (id, dossier_id, number, version, external_id, extra, by_id, at,
            title, outlet, author, url, canonical_url, published, language, reliability, text, config,
            replaces_id, origin_id)
        SELECT s.key, %(dossier)s, s.number, 1, {_NEW_NUMBERED.format(letter="S")},
            s.title, s.outlet, s.author, s.url, s.canonical_url, s.published, s.language, s.reliability, s.text,
            s.config::regconfig, s.version_key, origin.key
        FROM staged_source s LEFT JOIN staged_origin origin ON origin.line = s.line {_MAKER}
        WHERE s.fate IS NULL ORDER BY s.number
        """,
    ),
    (
        "",
        f"""
        INSERT INTO sources_keptapart (dossier_id, one_id, other_id, by_id, at)
        SELECT %(dossier)s, least(s.source_key, s.other_key), greatest(s.source_key, s.other_key), maker.key,
            coalesce(s.at, now())
        FROM staged_apart s JOIN staged_source o ON o.line = s.line AND o.fate IS NULL {_MAKER}
        WHERE s.source_key <> s.other_key ON CONFLICT DO NOTHING
        """,
    ),
    (
        "",
        f"""
        INSERT INTO sources_retraction (source_id, dossier_id, reason, by_id, at)
        SELECT o.key, %(dossier)s, s.reason, maker.key, s.at
        FROM staged_retraction s JOIN staged_source o ON o.line = s.line AND o.fate IS NULL {_MAKER} ORDER BY s.line
        """,
    ),
    (
        "speaker",
        f"""
        INSERT INTO claims_speaker (dossier_id, name, affiliation, external_id, extra, by_id, at)
        SELECT %(dossier)s, s.id, s.affiliation, s.external_id, s.extra, maker.key, s.at
        FROM staged_speaker s {_MAKER} WHERE s.fate IS NULL ORDER BY s.line
        ON CONFLICT DO NOTHING
        """,
    ),
    (
        "",
        """
        INSERT INTO claims_speakeralias (dossier_id, speaker_id, name)
        SELECT %(dossier)s, p.id, a.name FROM staged_alias a JOIN staged_speaker s ON s.line = a.line AND s.fate IS NULL
        JOIN claims_speaker p ON p.dossier_id = %(dossier)s AND p.name = s.id ORDER BY a.line
        """,
    ),
    (
        "claim",
        f"""
        INSERT INTO claims_claim (id, dossier_id, number, version, external_id, extra, by_id, at,
            source_id, quote, start, "end", statement, speaker_id, via, asserted, about, modality, credibility, config)
        SELECT s.key, %(dossier)s, s.number, 1, {_NEW_NUMBERED.format(letter="C")},
            s.source_key, s.quote, s.start, s."end", s.statement, speaker.id, s.via, s.asserted, s.about, s.modality,
            s.credibility, coalesce(nullif(%(config)s, '')::regconfig, source.config)
        FROM staged_claim s JOIN sources_source source ON source.id = s.source_key
        LEFT JOIN (
            SELECT id, name FROM claims_speaker WHERE dossier_id = %(dossier)s
            UNION ALL SELECT speaker_id, name FROM claims_speakeralias WHERE dossier_id = %(dossier)s
        ) speaker ON speaker.name = s.speaker
        {_MAKER} WHERE s.fate IS NULL ORDER BY s.number
        """,
    ),
    (
        "",
        """
        INSERT INTO claims_topic (dossier_id, name)
        SELECT DISTINCT %(dossier)s, unnest(s.topics) FROM staged_claim s WHERE s.fate IS NULL ON CONFLICT DO NOTHING
        """,
    ),
    (
        "",
        """
        INSERT INTO claims_claimtopic (dossier_id, claim_id, topic_id)
        SELECT %(dossier)s, s.key, t.id FROM staged_claim s CROSS JOIN unnest(s.topics) AS given(name)
        JOIN claims_topic t ON t.dossier_id = %(dossier)s AND t.name = given.name WHERE s.fate IS NULL
        """,
    ),
    (
        "",
        f"""
        INSERT INTO claims_anchoring (dossier_id, claim_id, source_id, to_source_id, start, "end", quote, method,
            decision, by_id, at)
        SELECT %(dossier)s, s.claim_key, s.source_key, s.to_source_key, s.start, s."end", s.quote, s.method,
            s.decision, maker.key, coalesce(s.at, now())
        FROM staged_anchoring s JOIN staged_claim o ON o.line = s.line AND o.fate IS NULL {_MAKER} ORDER BY s.line
        """,
    ),
    (
        "link",
        f"""
        INSERT INTO claims_link (id, dossier_id, number, version, external_id, extra, by_id, at,
            from_claim_id, to_claim_id, kind, mutual, contradiction_type, strength, rationale,
            adjudication_verdict, adjudication_note, adjudicated_by_id, adjudicated_at, state, verdict, round, changed)
        SELECT s.key, %(dossier)s, s.number, 1, {_NEW_NUMBERED.format(letter="L")},
            s.from_key, s.to_key, s.kind, s.mutual, s.contradiction_type, s.strength, s.rationale,
            s.adjudication_verdict, s.adjudication_note, judge.key, s.adjudicated_at, 'proposed', '', s.round, s.changed
        FROM staged_link s {_MAKER} LEFT JOIN staged_person judge ON judge.index = s.adjudicated_by
        WHERE s.fate IS NULL ORDER BY s.number
        """,
    ),
    (
        "review",
        f"""
        INSERT INTO claims_review (id, dossier_id, link_id, reviewer_id, verdict, confidence, note,
            from_version, to_version, external_id, extra, by_id, at)
        SELECT s.key, %(dossier)s, s.link_key, s.reviewer_key, s.verdict, s.confidence, s.note,
            a.version, b.version, s.external_id, s.extra, maker.key, s.at
        FROM staged_review s JOIN claims_link l ON l.id = s.link_key
        JOIN claims_claim a ON a.id = l.from_claim_id JOIN claims_claim b ON b.id = l.to_claim_id
        {_MAKER} WHERE s.fate IS NULL ORDER BY s.line
        """,
    ),
    # Resolutions come last: what they resolve is settled by then.
    *(
        (
            "",
            f"""
            UPDATE staged_{name} s SET key = k.key FROM (
                SELECT line, place, nextval(pg_get_serial_sequence('claims_{name}', 'id')) AS key
                FROM (SELECT line, place FROM staged_{name} ORDER BY line, place) ordered
            ) k WHERE k.line = s.line AND k.place = s.place
            """,
        )
        for name in ("resolution", "due")
    ),
    (
        "",
        f"""
        INSERT INTO claims_resolution (id, dossier_id, link_id, kind, proof, note, from_version, to_version, by_id, at,
            reopened_at, reopened_by_id, cause, reason)
        SELECT s.key, %(dossier)s, o.key, s.kind, s.proof, s.note, 1, 1, maker.key, s.at,
            s.reopened_at, again.key, s.cause, s.reason
        FROM staged_resolution s JOIN staged_link o ON o.line = s.line AND o.fate IS NULL {_MAKER}
        LEFT JOIN staged_person again ON again.index = s.reopened_by ORDER BY s.line, s.place
        """,
    ),
    (
        "",
        """
        INSERT INTO claims_ground (dossier_id, resolution_id, source_id, claim_id, version)
        SELECT %(dossier)s, r.key, s.source_key, s.claim_key, 1
        FROM staged_ground s JOIN staged_link o ON o.line = s.line AND o.fate IS NULL
        JOIN staged_resolution r ON r.line = s.line AND r.place = s.place
        ORDER BY s.line, s.place, s.ctid
        """,
    ),
    (
        "",
        f"""
        INSERT INTO claims_due (id, dossier_id, link_id, day, expectation, follows_id, by_id, at, outcome, note,
            decided_by_id, decided_at)
        SELECT s.key, %(dossier)s, o.key, s.day, s.expectation, former.key, maker.key, s.at, s.outcome, s.note,
            decider.key, s.decided_at
        FROM staged_due s JOIN staged_link o ON o.line = s.line AND o.fate IS NULL {_MAKER}
        LEFT JOIN staged_person decider ON decider.index = s.decided_by
        LEFT JOIN staged_due former ON former.line = s.line AND former.place = s.follows
        ORDER BY s.line, s.place
        """,
    ),
)

REMEMBER = (
    "INSERT INTO claims_importedline (dossier_id, scope, type, line_id, digest, record_id)"
    + " UNION ALL".join(
        f" SELECT %(dossier)s, %(scope)s, '{name}', id, digest, key FROM staged_{name} WHERE fate IS NULL"
        for name in (*RECORDS, "review")
    )
)
