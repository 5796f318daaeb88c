"""Everything that the site asks of the published database, for many dyads, countries or documents at a time.

Belongs here: SQL over published tables, with bound parameters. Does not belong here: words, layout, or a rule of what a
fact means. Every question has a bound on its rows and tells how many there are (`total`), so that a page stays small
and says what it leaves out. `dyad_code in (select unnest($codes))` asks for a batch: a question for each page would
take hours for 20,000.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import duckdb

Row = dict[str, Any]
Groups = Mapping[str, Sequence[Row]]

TIMELINE_ROWS: Final = 100
AGREEMENT_ROWS: Final = 30
MEETING_ROWS: Final = 30
STATEMENT_ROWS: Final = 40
FIGURE_ROWS: Final = 40
PROJECT_ROWS: Final = 20
TRADE_ROWS: Final = 60
COMMODITY_ROWS: Final = 10
CODED_ROWS: Final = 30
CLAIM_ROWS: Final = 6
DOCUMENT_ROWS: Final = 200
QUALITY_ROWS: Final = 200
CHANGE_ROWS: Final = 200

REFERENCE: Final[Mapping[str, str]] = {
    "countries": """
        select country_code, name, official_name, alpha_2, kind, is_current_state, began_edtf, ended_edtf,
            successor_codes
        from dim_country
        where is_current and country_code not in ('unknown', 'not_a_country')
        order by country_code
    """,
    "organizations": "select organization_id, name, kind from dim_organization order by organization_id",
    "documents": """
        select document_id, publisher, title, url, kind, language, published_edtf, published_latest, licence,
            redistributable, derived_from_document_id, is_delivered
        from dim_document
        where document_id is not null and document_id <> 'unknown'
        order by document_id
    """,
    "dyads": """
        with curated as (
            select
                dyad_code,
                count(distinct fact_kind || ' ' || fact_id) as entries,
                max(occurred_latest) as latest
            from mart_dyad_timeline
            where evidence_class = 'curated'
            group by dyad_code
        ),

        coded as (
            select dyad_code, count(*) as coded_events from fct_reported_event group by dyad_code
        ),

        flows as (
            select dyad_code, count(distinct period_edtf) as trade_periods from mart_trade_balance group by dyad_code
        )

        select
            dyad.dyad_code,
            dyad.country_a_code,
            dyad.country_a_name,
            dyad.country_b_code,
            dyad.country_b_name,
            coalesce(curated.entries, 0) as entries,
            curated.latest,
            coalesce(coded.coded_events, 0) as coded_events,
            coalesce(flows.trade_periods, 0) as trade_periods
        from dim_dyad as dyad
        left join curated on dyad.dyad_code = curated.dyad_code
        left join coded on dyad.dyad_code = coded.dyad_code
        left join flows on dyad.dyad_code = flows.dyad_code
        where
            coalesce(curated.entries, 0) + coalesce(coded.coded_events, 0) + coalesce(flows.trade_periods, 0) > 0
        order by dyad.dyad_code
    """,
    "publications": """
        select publication_id, published_at, table_count, row_count, withdrawn_at
        from evidence.publications
        order by published_at desc
    """,
}
"""Asked once: what every page may name, and which dyads have anything to say."""

BY_DYAD: Final[Mapping[str, tuple[str, int]]] = {
    "timeline": (
        """
        select
            dyad_code, occurred_edtf, occurred_earliest, occurred_latest, occurred_precision,
            occurred_is_approximate or occurred_is_uncertain as is_uncertain_date, subject, event, status, title,
            operator, value, unit, subject_id, fact_kind, fact_id, document_id, locator, modality, attributed_to,
            claim_count, has_conflict, via,
            count(*) over (partition by dyad_code) as total
        from mart_dyad_timeline
        where evidence_class = 'curated' and dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad_code order by occurred_latest desc nulls last, occurred_earliest desc, fact_kind, fact_id
        ) <= $bound
        order by dyad_code, occurred_latest desc nulls last, occurred_earliest desc, fact_kind, fact_id
        """,
        TIMELINE_ROWS,
    ),
    "agreements": (
        """
        select
            dyad.dyad_code, dyad.via, agreement.fact_id, agreement.agreement_id, agreement.title,
            dim_agreement.instrument_name, dim_agreement.text_url, dim_agreement.registration, agreement.is_binding,
            agreement.binding_presumed, agreement.status, agreement.status_modality, agreement.is_status_inferred,
            agreement.status_since_edtf, agreement.signed_edtf, agreement.ratified_edtf,
            agreement.provisionally_applied_edtf, agreement.in_force_edtf, agreement.ended_edtf,
            agreement.is_ending_announced, agreement.has_unknown_order, agreement.has_impossible_sequence,
            agreement.concluded_at_meeting_id, agreement.concluded_at_modality,
            coalesce(agreement.concluded_at_place, agreement.place) as place, agreement.modality,
            agreement.party_count, agreement.claim_count, agreement.has_conflict, agreement.document_id,
            agreement.parent_agreement_id, agreement.parent_relation,
            count(*) over (partition by dyad.dyad_code) as total
        from bridge_fact_dyad as dyad
        inner join fct_agreement_lifecycle as agreement on dyad.fact_id = agreement.fact_id
        inner join dim_agreement on agreement.agreement_key = dim_agreement.agreement_key
        where
            dyad.fact_kind = 'agreement' and agreement.evidence_class = 'curated'
            and dyad.dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad.dyad_code
            order by
                coalesce(agreement.status_since_earliest, agreement.signed_earliest) desc nulls last, agreement.fact_id
        ) <= $bound
        order by
            dyad.dyad_code, coalesce(agreement.status_since_earliest, agreement.signed_earliest) desc nulls last,
            agreement.fact_id
        """,
        AGREEMENT_ROWS,
    ),
    "states": (
        """
        select dyad.dyad_code, agreement.status, agreement.status_modality, count(*) as agreements
        from bridge_fact_dyad as dyad
        inner join fct_agreement_lifecycle as agreement on dyad.fact_id = agreement.fact_id
        where
            dyad.fact_kind = 'agreement' and agreement.evidence_class = 'curated'
            and dyad.dyad_code in (select unnest($codes)) and $bound > 0
        group by all
        order by dyad.dyad_code, agreements desc, agreement.status, agreement.status_modality
        """,
        AGREEMENT_ROWS,
    ),
    "meetings": (
        """
        select
            dyad.dyad_code, meeting.fact_id, meeting.meeting_id, meeting.title, meeting.kind, meeting.status,
            meeting.is_status_inferred, meeting.started_edtf, meeting.ended_edtf, meeting.started_precision,
            meeting.place, meeting.country_code, meeting.parent_meeting_id, dim_meeting.parent_title,
            meeting.modality, meeting.claim_count, meeting.has_conflict, meeting.document_id, meeting.locator,
            count(*) over (partition by dyad.dyad_code) as total
        from bridge_fact_dyad as dyad
        inner join fct_meeting as meeting on dyad.fact_id = meeting.fact_id
        inner join dim_meeting on meeting.meeting_key = dim_meeting.meeting_key
        where
            dyad.fact_kind = 'meeting' and meeting.evidence_class = 'curated'
            and dyad.dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad.dyad_code
            order by meeting.started_latest desc nulls last, meeting.parent_meeting_id nulls first, meeting.meeting_id
        ) <= $bound
        order by
            dyad.dyad_code, meeting.started_latest desc nulls last, meeting.parent_meeting_id nulls first,
            meeting.meeting_id
        """,
        MEETING_ROWS,
    ),
    "statements": (
        """
        select
            dyad.dyad_code, statement.fact_id, statement.statement_id, statement.speaker, statement.office,
            statement.on_behalf_of_kind, statement.on_behalf_of_code, statement.on_behalf_of_reported,
            statement.stance, statement.made_edtf, statement.paraphrase, statement.document_id, statement.locator,
            statement.modality, statement.attributed_to, statement.claim_count, statement.has_conflict,
            count(*) over (partition by dyad.dyad_code) as total
        from bridge_fact_dyad as dyad
        inner join fct_statement as statement on dyad.fact_id = statement.fact_id
        where dyad.fact_kind = 'statement' and dyad.dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad.dyad_code order by statement.made_latest desc nulls last, statement.fact_id
        ) <= $bound
        order by dyad.dyad_code, statement.made_latest desc nulls last, statement.fact_id
        """,
        STATEMENT_ROWS,
    ),
    "figures": (
        """
        select
            dyad_code, fact_id, indicator, period_edtf, operator, value, value_lower, value_upper, is_bound_included,
            reported_value, unit, denominator, document_id, locator, modality, attributed_to, claim_count,
            has_conflict,
            count(*) over (partition by dyad_code) as total
        from fct_indicator
        where dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad_code order by indicator, unit, period_earliest desc nulls last, fact_id
        ) <= $bound
        order by dyad_code, indicator, unit, period_earliest nulls last, fact_id
        """,
        FIGURE_ROWS,
    ),
    "figure_changes": (
        """
        select
            dyad_code, indicator, from_period_edtf, to_period_edtf, change_lower, change_upper,
            is_change_lower_included, is_change_upper_included, change_unit, direction, is_same_length,
            is_same_denominator, modality,
            count(*) over (partition by dyad_code) as total
        from mart_indicator_change
        where dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad_code order by indicator, unit, to_period_earliest desc, indicator_change_key
        ) <= $bound
        order by dyad_code, indicator, unit, to_period_earliest, indicator_change_key
        """,
        FIGURE_ROWS,
    ),
    "projects": (
        """
        select
            dyad.dyad_code, step.fact_id, step.project_id, step.name, step.sector, step.country_code, step.place,
            step.event, step.occurred_edtf, step.capacity, step.unit, step.document_id, step.locator, step.modality,
            step.attributed_to, step.claim_count, step.has_conflict,
            count(*) over (partition by dyad.dyad_code) as total
        from bridge_fact_dyad as dyad
        inner join fct_project_event as step on dyad.fact_id = step.fact_id
        where
            dyad.fact_kind = 'project_event' and step.evidence_class = 'curated'
            and dyad.dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad.dyad_code order by step.occurred_latest desc nulls last, step.project_id, step.fact_id
        ) <= $bound
        order by dyad.dyad_code, step.occurred_latest desc nulls last, step.project_id, step.fact_id
        """,
        PROJECT_ROWS,
    ),
    "trade_claims": (
        """
        select
            claim.dyad_code, claim.fact_id, claim.country_a_code, claim.country_b_code, claim.direction,
            claim.period_edtf, claim.operator, claim.value, claim.currency, claim.reported_value, claim.value_usd,
            claim.lower_usd, claim.upper_usd, claim.by_country_a_usd, claim.country_a_verdict,
            claim.by_country_b_usd, claim.country_b_verdict, claim.reconciled_usd, claim.reconciled_verdict,
            claim.reconciled_vintage, claim.document_id, claim.locator, claim.attributed_to, claim.modality,
            flow.claim_count, flow.has_conflict,
            count(*) over (partition by claim.dyad_code) as total
        from mart_trade_claim_check as claim
        left join fct_trade_flow as flow on claim.fact_id = flow.fact_id and flow.source = 'trade_observations'
        where claim.dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by claim.dyad_code order by claim.period_latest desc nulls last, claim.fact_id
        ) <= $bound
        order by claim.dyad_code, claim.period_latest desc nulls last, claim.fact_id
        """,
        FIGURE_ROWS,
    ),
    "balances": (
        """
        select
            dyad_code, country_code, partner_code, period_edtf, exports_usd, exports_source, exports_is_total,
            exports_basis, exports_classification, exports_vintage, imports_usd, imports_source, imports_is_total,
            imports_basis, imports_classification, imports_vintage, balance_usd, is_inferred, is_mixed_vintage,
            count(*) over (partition by dyad_code) as total
        from mart_trade_balance
        where dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad_code order by period_latest desc, period_earliest desc, country_code
        ) <= $bound
        order by dyad_code, period_latest, period_earliest, country_code
        """,
        TRADE_ROWS,
    ),
    "totals": (
        """
        select
            dyad_code, exporter_code, importer_code, period_edtf, exporter_value_usd, exporter_operator,
            exporter_basis, exporter_vintage, exporter_document_id, importer_value_usd, importer_operator,
            importer_basis, importer_vintage, importer_document_id, importer_to_exporter_ratio, difference_usd,
            missing_side, reconciled_value_usd, reconciled_vintage, has_conflict,
            count(*) over (partition by dyad_code) as total
        from fct_trade_mirror
        where commodity_code = 'TOTAL' and unit = 'money' and dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad_code order by period_latest desc, period_earliest desc, exporter_code, trade_mirror_key
        ) <= $bound
        order by dyad_code, exporter_code, period_latest, period_earliest, trade_mirror_key
        """,
        TRADE_ROWS,
    ),
    "commodities": (
        """
        with flows as (
            select
                dyad_code, country_a_code as exporter_code, country_b_code as importer_code, commodity_key,
                commodity_code, classification, period_edtf, period_latest, null::double as exporter_value_usd,
                null::double as importer_value_usd, value_usd as reconciled_value_usd, vintage, document_id
            from fct_trade_flow
            where
                source = 'baci' and direction = 'export' and commodity_code <> 'TOTAL' and unit = 'money'
                and dyad_code in (select unnest($codes))
            union all
            select
                dyad_code, exporter_code, importer_code, commodity_key, commodity_code, classification, period_edtf,
                period_latest, exporter_value_usd, importer_value_usd, null::double,
                coalesce(exporter_vintage, importer_vintage), document_id
            from fct_trade_mirror
            where commodity_code <> 'TOTAL' and unit = 'money' and dyad_code in (select unnest($codes))
        ),

        together as (
            select
                dyad_code, exporter_code, importer_code, commodity_key, commodity_code, classification, period_edtf,
                any_value(period_latest) as period_latest,
                max(exporter_value_usd) as exporter_value_usd,
                max(importer_value_usd) as importer_value_usd,
                max(reconciled_value_usd) as reconciled_value_usd,
                string_agg(distinct vintage, ', ' order by vintage) as vintage,
                max(document_id) as document_id
            from flows
            group by all
        )

        select
            together.* exclude (commodity_key, period_latest),
            dim_commodity.name,
            count(*) over (partition by together.dyad_code) as total
        from together
        left join dim_commodity on together.commodity_key = dim_commodity.commodity_key
        qualify row_number() over (
            partition by together.dyad_code
            order by
                together.period_latest desc,
                greatest(
                    together.exporter_value_usd, together.importer_value_usd, together.reconciled_value_usd
                ) desc nulls last,
                together.commodity_code, together.exporter_code
        ) <= $bound
        order by
            together.dyad_code, together.period_latest desc,
            greatest(
                together.exporter_value_usd, together.importer_value_usd, together.reconciled_value_usd
            ) desc nulls last,
            together.commodity_code, together.exporter_code
        """,
        COMMODITY_ROWS,
    ),
    "coded": (
        """
        select
            dyad_code, fact_id, event_class_name, event_root_name, source_code, target_code, occurred_on,
            is_relative_date_artefact, url_count, mention_count, corroborates_meeting_id,
            corroborates_agreement_id,
            count(*) over (partition by dyad_code) as total
        from fct_reported_event
        where dyad_code in (select unnest($codes))
        qualify row_number() over (
            partition by dyad_code order by occurred_on desc, mention_count desc, fact_id
        ) <= $bound
        order by dyad_code, occurred_on desc, mention_count desc, fact_id
        """,
        CODED_ROWS,
    ),
}
"""The sections of a dyad's page: the question and how many rows of it a page shows."""

PARTIES: Final = """
    select agreement_id, party_kind, party_code, reported_party, role, modality
    from bridge_agreement_party
    where agreement_id in (select unnest($ids))
    qualify row_number() over (partition by agreement_id order by role, party_kind, party_code, reported_party) <= 8
    order by agreement_id, role, party_kind, party_code, reported_party
"""

STEPS: Final = """
    select agreement_id, fact_id, event, party_kind, party_code, reported_party, occurred_edtf, effective_edtf,
        document_id, locator, modality, claim_count, has_conflict
    from fct_agreement_event
    where evidence_class = 'curated' and agreement_id in (select unnest($ids))
    order by agreement_id, occurred_earliest nulls last, event, party_code, fact_id
"""

PARTICIPANTS: Final = """
    select meeting_id, fact_id, person, office, represents_kind, represents_code, represents_reported, role, modality,
        has_conflict
    from fct_meeting_participation
    where evidence_class = 'curated' and meeting_id in (select unnest($ids))
    qualify row_number() over (partition by meeting_id order by role, represents_code, person nulls last, fact_id) <= 20
    order by meeting_id, role, represents_code, person nulls last, fact_id
"""

CLAIMS: Final = """
    select claims.fact_kind, claims.fact_id, claims.document_id, claims.locator, claims.modality,
        claims.attributed_to, claims.claim_rank, claims.is_winner, claims.reason, claims.attributes, claims.feed,
        claims.row_number, claims.published_from, claims.recorded_from, files.original_path,
        count(*) over (partition by claims.fact_kind, claims.fact_id) as total
    from evidence.claims as claims
    left join evidence.files as files
        on claims.delivery_id = files.delivery_id and claims.file_sha256 = files.sha256
    where
        claims.is_current and not claims.is_retraction and claims.fact_kind = $kind
        and claims.fact_id in (select unnest($ids))
    qualify row_number() over (
        partition by claims.fact_kind, claims.fact_id order by claims.claim_rank, claims.claim_id
    ) <= $bound
    order by claims.fact_id, claims.claim_rank, claims.claim_id
"""

MEMBERSHIPS: Final = """
    select membership_spell_key, fact_id, fact_kind, organization_id, member_code, track, status, began_basis,
        began_edtf, ended_edtf, ended_basis, is_current, is_ending_announced, last_listed_edtf, document_id, locator,
        modality, claim_count, has_conflict, winning_reason, contradicted_by
    from fct_membership_spell
    where member_kind = 'country'
    order by member_code, organization_id, is_current desc, began_earliest desc nulls last, membership_spell_key
"""

POSITIONS: Final = """
    select position.holder_code, position.stance, position.target_kind, position.target_organization_id,
        position.target_member_code, position.target, position.began_edtf, position.last_stated_edtf,
        position.is_current, position.is_reversal, position.fact_id, position.document_id, position.locator,
        position.modality, position.has_conflict
    from mart_position as position
    where position.holder_kind = 'country'
    order by
        position.holder_code, position.is_current desc, position.target, position.began_earliest, position.position_key
"""

COUNTRY_AGREEMENTS: Final = """
    select
        party.party_code as country_code, agreement.fact_id, agreement.agreement_id, agreement.title,
        agreement.status, agreement.status_modality, agreement.status_since_edtf, agreement.signed_edtf,
        agreement.document_id, agreement.locator, agreement.party_count, agreement.has_conflict,
        count(*) over (partition by party.party_code) as total
    from bridge_agreement_party as party
    inner join fct_agreement_lifecycle as agreement on party.agreement_id = agreement.agreement_id
    where party.party_kind = 'country' and agreement.evidence_class = 'curated'
    qualify row_number() over (
        partition by party.party_code
        order by coalesce(agreement.status_since_earliest, agreement.signed_earliest) desc nulls last, agreement.fact_id
    ) <= $bound
    order by
        party.party_code, coalesce(agreement.status_since_earliest, agreement.signed_earliest) desc nulls last,
        agreement.fact_id
"""

COUNTRY_FIGURES: Final = """
    select
        country_code, fact_id, indicator, period_edtf, operator, value, value_lower, value_upper, reported_value, unit,
        denominator, document_id, locator, modality, claim_count, has_conflict,
        count(*) over (partition by country_code) as total
    from fct_indicator
    where country_code is not null
    qualify row_number() over (
        partition by country_code order by indicator, unit, period_earliest desc nulls last, fact_id
    ) <= $bound
    order by country_code, indicator, unit, period_earliest nulls last, fact_id
"""

DOCUMENT_CLAIMS: Final = """
    with titled as (
        select fact_kind, fact_id, any_value(title order by dyad_code) as title, min(dyad_code) as dyad_code
        from mart_dyad_timeline
        group by fact_kind, fact_id
    ),

    placed as (
        select fact_kind, fact_id, min(dyad_code) as dyad_code from bridge_fact_dyad group by fact_kind, fact_id
    )

    select
        claims.document_id, claims.fact_kind, claims.fact_id, claims.locator, claims.modality, claims.attributed_to,
        claims.is_winner, claims.reason, claims.attributes, titled.title,
        coalesce(titled.dyad_code, placed.dyad_code) as dyad_code,
        count(*) over (partition by claims.document_id) as total
    from evidence.claims as claims
    left join titled on claims.fact_kind = titled.fact_kind and claims.fact_id = titled.fact_id
    left join placed on claims.fact_kind = placed.fact_kind and claims.fact_id = placed.fact_id
    where
        claims.is_current and not claims.is_retraction and claims.document_id in (select unnest($ids))
    qualify row_number() over (
        partition by claims.document_id
        order by
            try_cast(regexp_extract(claims.locator, '([0-9]+)', 1) as bigint) nulls last, claims.locator,
            claims.fact_kind, claims.fact_id, claims.claim_id
    ) <= $bound
    order by
        claims.document_id, try_cast(regexp_extract(claims.locator, '([0-9]+)', 1) as bigint) nulls last,
        claims.locator, claims.fact_kind, claims.fact_id, claims.claim_id
"""

DOCUMENT_TRADE: Final = """
    select document_id, count(*) as figures from fct_trade_flow
    where source <> 'trade_observations'
    group by document_id
"""

QUALITY: Final[Mapping[str, str]] = {
    "feeds": "select * from mart_data_quality order by feed",
    "sources": """
        select *, count(*) over () as total from mart_source_currency
        order by source_kind desc, current_claim_count desc, source_id
        limit $bound
    """,
    "unknown": """
        select *, count(*) over () as total from mart_unknown_reference
        order by reference_count desc, kind, reported, used_in
        limit $bound
    """,
    "rejected": """
        select feed, column_name, found, expected, row_number, raw_row, count(*) over () as total
        from evidence.rejected_rows
        order by feed, delivery_id, row_number, column_name
        limit $bound
    """,
}

NUMBERS: Final = """
    select
        (select count(*) from fct_agreement_lifecycle where evidence_class = 'curated') as agreements,
        (select count(*) from fct_meeting where evidence_class = 'curated') as meetings,
        (select count(*) from fct_statement) as statements,
        (select count(*) from fct_membership_spell where is_current) as memberships,
        (select count(*) from fct_trade_flow) as trade_figures,
        (select count(*) from fct_reported_event) as coded_events,
        (select count(*) from dim_document where is_delivered) as documents,
        (select count(*) from evidence.claims where is_current and not is_retraction) as claims,
        (select coalesce(sum(rows_rejected), 0) from mart_data_quality) as rejected,
        (select count(*) from mart_unknown_reference) as unknown
"""


def ask(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
    """Return the rows of an answer as dictionaries."""
    answer = connection.execute(sql, dict(parameters) if parameters else None)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]


def grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Return rows by the value of a column, in their order."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups
