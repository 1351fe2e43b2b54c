"""The engine of suggestions: which claims contradict or support each other, how likely, and why. No table, no request.

How the application uses it:

1. ``embedding.embedder(settings.MODEL)`` gives the engine in force, or None (words alone; show
   ``embedding.notice(engine)``); a server may fail at ``embed`` with NoServer (words alone; show ``unanswered``).
   Store, for each claim, ``embedding.claim_vectors(engine, [statement], [quote])`` and
   ``denial.denied_vectors(engine, [statement])``, both halfvec, with the engine's name and version; compute both again
   when a statement or the engine changes. ``retrieval.crowds`` is one number a claim: recompute it with each whole run.
2. A whole dossier: rows become ``records.ClaimView`` (key, statement, source, origin, speaker, times, modality) and
   ``records.LinkView`` (the verdict where there is one, else the kind; weight 1 when settled, else ``PROPOSED``).
   ``suggesting.Dossier(claims, links, skip=dismissed pairs, vectors=…, denied=…, index=…, words=…)`` is fed with an
   ``index`` (``retrieval.Nearest``) over pgvector's HNSW and ``words`` (``retrieval.Words``) over full text; without
   them it searches in memory, which is right up to some ten thousand claims. ``suggest(first, last)`` yields block by
   block: store what comes (upsert on the pair and the stance, keeping the higher score), remember ``last``, and a
   killed job goes on from there. Each claim gives its 20 best contradicts and 20 best supports.
3. One new claim: a Dossier of the claim and the claims that HNSW and full text found beside it (a hundred or two, with
   the links among them and one step around), then ``judged(0, others)``. Leave ``entailment`` None to answer at once,
   and run again with it in a job.
4. ``judge``: the dossier's own where ``learning.learn`` kept one (store ``Judge.to_json()``), else
   ``judge.default_judge(entailment is not None)``. ``Dossier(links=settled ones).verdicts()`` is what ``learn`` takes.
5. Show ``over_time`` apart ("may be a change over time"); show reasons as they are, and ``method`` in the record.

Modules: records (what goes in and out), embedding and bert (vectors), denial, words, lexicon, reading (one claim),
alignment and features (a pair), paths (the graph), judge (probabilities and reasons), entailment (reads pairs
together), retrieval (candidates), suggesting (all of it in order), learning (weights from verdicts). How good it is:
``python -m tests.benchmarks.suggestions``.
"""
