"""What the pictures of a box show, once, for the page of Prometheus and for Grafana.

In a query, SEL stands for the labels that choose the box, RATE for a window of minutes.
"""

from __future__ import annotations

from typing import NamedTuple

# fmt: off - a table: one argument a line would be four times as long

QUANTILE = "histogram_quantile({q}, sum by (le{by}) (rate({name}_bucket{{SEL}}[RATE])))"


class Query(NamedTuple):
    """An expression and the legend of its lines, in Grafana's ``{{label}}`` notation."""

    expr: str
    ko: str
    en: str


class Panel(NamedTuple):
    """One picture.

    Attributes:
        key: its name in both languages; never changed, because links use it.
        kind: stat, bars (a gauge), lines, stack, states, table or heat.
        unit: Grafana's name: s, percentunit, short, bytes, watt, joule, reqpm, tps, celsius.
        note_ko, note_en: what it means and what to do.
        limits: values from which it is yellow and red; falling values make a minimum of them. Of a
            stat with two queries: shares of the second, on the page alone (Grafana has no such).
        page: also on the page of Prometheus.
        why_ko, why_en: why it may have no data; empty: nothing happened in that time.
    """

    key: str
    kind: str
    unit: str
    ko: str
    en: str
    note_ko: str
    note_en: str
    queries: tuple[Query, ...]
    guide_ko: str = "monitor.md#지표와-경보"
    guide_en: str = "monitor.md#metrics-and-alerts"
    limits: tuple[float, float] | None = None
    width: int = 8
    page: bool = False
    why_ko: str = "이 기간에는 일이 없었습니다"
    why_en: str = "Nothing happened in this time"


class Row(NamedTuple):
    """Panels under one heading."""

    key: str
    ko: str
    en: str
    panels: tuple[Panel, ...]


def quantile(q: float, name: str, by: str = "") -> str:
    return QUANTILE.format(q=q, name=name, by=f", {by}" if by else "")


def one(expr: str, ko: str = "", en: str = "") -> tuple[Query, ...]:
    return (Query(expr, ko, en or ko),)


def quantiles(name: str, *shares: float) -> tuple[Query, ...]:
    return tuple(
        Query(quantile(share, name), f"p{share * 100:.0f}", f"p{share * 100:.0f}")
        for share in shares
    )


def per_minute(expr: str, by: str) -> str:
    return f"sum by ({by}) (rate({expr}[RATE])) * 60"


LATE = (
    "troubleshoot.md#요약이-늦거나-잘리거나-거부될-때",
    "troubleshoot.md#summaries-late-shortened-or-refused",
)
QUEUE = ("troubleshoot.md#대기열이-찼을-때", "troubleshoot.md#queue-full")
ENGINE = ("troubleshoot.md#엔진이-멈췄을-때", "troubleshoot.md#engine-down")
SIZING = ("monitor.md#용량-산정", "monitor.md#sizing")

PROMISE = Row(
    "promise",
    "약속",
    "The promise",
    (
        Panel(
            "in_time_day",
            "stat",
            "percentunit",
            "하루 동안 제때",
            "In time, a day",
            "요청받은 요약 가운데 기한 안에 답한 비율입니다. 거절한 것은 늦은 것으로 칩니다.",
            "The share of the summaries asked for that were answered in time. Refused ones count as late.",
            one("1 - edgebox:quick_missed:ratio_rate1d{SEL}"),
            *LATE,
            limits=(0.995, 0.98),
            width=4,
            page=True,
        ),
        Panel(
            "in_time_month",
            "stat",
            "percentunit",
            "30일 동안 제때",
            "In time, 30 days",
            "약속은 이 값이 목표(기본 99.5%) 이상이라는 것입니다.",
            "The promise is that this is not below the objective (99.5% by default).",
            one("1 - edgebox:quick_missed:ratio_rate30d{SEL}"),
            *LATE,
            limits=(0.995, 0.98),
            width=4,
            page=True,
        ),
        Panel(
            "budget_left",
            "bars",
            "percentunit",
            "남은 허용량",
            "Budget left",
            "30일 동안 늦어도 되는 몫 가운데 남은 비율입니다. 0이면 약속이 깨진 것입니다.",
            "What is left of the share that may be late in 30 days. At 0 the promise is broken.",
            one(
                "1 - edgebox:quick_missed:ratio_rate30d{SEL}"
                " / on () group_left () (1 - edgebox:quick_objective:ratio)"
            ),
            *LATE,
            limits=(0.5, 0.1),
            width=4,
            page=True,
        ),
        Panel(
            "p95_now",
            "stat",
            "s",
            "지금 p95",
            "p95 now",
            "최근 요약의 95%가 이 시간 안에 끝났습니다.",
            "95% of the latest summaries took no longer than this.",
            (
                Query(quantile(0.95, "edgebox_quick_seconds"), "지금", "now"),
                Query("max(edgebox_quick_deadline_seconds{SEL})", "기한", "deadline"),
            ),
            *LATE,
            limits=(0.85, 1),
            width=4,
            page=True,
        ),
        Panel(
            "from_model",
            "stat",
            "percentunit",
            "모델이 작성",
            "From the model",
            "나머지는 통화 원문의 문장으로 답했습니다.",
            "The others were answered with the transcript's own sentences.",
            one("edgebox:quick_from_the_model:ratio5m{SEL}"),
            *LATE,
            limits=(0.95, 0.8),
            width=4,
            page=True,
        ),
        Panel(
            "alerts",
            "table",
            "short",
            "울리는 경보",
            "Alerts now",
            "경보의 뜻과 할 일은 안내서에 있습니다.",
            "The guide says what an alert means and what to do.",
            one('ALERTS{alertstate="firing",alertname!="Watchdog"}', "{{severity}} {{alertname}}"),
            width=4,
            page=True,
        ),
    ),
)

NOW = Row(
    "now",
    "지금",
    "Now",
    (
        Panel(
            "parts",
            "states",
            "short",
            "부분별 상태",
            "The parts",
            "1은 동작, 0은 멈춤입니다.",
            "1 is up, 0 is down.",
            (
                Query("up{SEL}", "API", "API"),
                Query("edgebox_engine_up{SEL}", "엔진", "Engine"),
                Query("edgebox_worker_up{SEL}", "워커", "Worker"),
                Query("edgebox_store_up{SEL}", "데이터베이스", "Database"),
            ),
            *ENGINE,
            width=12,
            page=True,
        ),
        Panel(
            "in_flight",
            "stat",
            "short",
            "작성 중인 요약",
            "Summaries in flight",
            "한도에 이르면 거절합니다.",
            "At the limit, further ones are refused.",
            (
                Query("edgebox_quick_in_flight{SEL}", "지금", "now"),
                Query("edgebox_quick_in_flight_limit{SEL}", "한도", "limit"),
            ),
            *LATE,
            width=4,
            page=True,
        ),
        Panel(
            "waiting",
            "stat",
            "short",
            "분석 대기",
            "Waiting for analysis",
            "분석을 기다리는 상담의 수입니다.",
            "Consultations that wait for their analysis.",
            one("edgebox_consultations_pending{SEL}"),
            *QUEUE,
            width=4,
            page=True,
        ),
        Panel(
            "oldest",
            "stat",
            "s",
            "가장 오래 기다린 상담",
            "Oldest waiting",
            "30분을 넘으면, 또는 max_wait_seconds보다 15분을 넘으면 경보가 울립니다.",
            "An alert fires above half an hour, or 15 minutes above a longer max_wait_seconds.",
            (
                Query("edgebox_oldest_pending_seconds{SEL}", "지금", "now"),
                Query(
                    "edgebox_batch_max_wait_seconds{SEL}", "max_wait_seconds", "max_wait_seconds"
                ),
            ),
            *QUEUE,
            limits=(2, 8),
            width=4,
            page=True,
        ),
        Panel(
            "callbacks_waiting",
            "stat",
            "short",
            "보낼 콜백",
            "Callbacks to send",
            "수신 서버에 아직 전달되지 않은 콜백입니다.",
            "Callbacks that no receiver has taken yet.",
            one('edgebox_callbacks{SEL,state="pending"}'),
            "troubleshoot.md#콜백이-실패dead했거나-늦어질-때",
            "troubleshoot.md#callbacks-dead-or-late",
            width=4,
            page=True,
        ),
        Panel(
            "backup_age",
            "stat",
            "s",
            "마지막 백업 후",
            "Since the last backup",
            "36시간을 넘으면 경보가 울립니다.",
            "An alert fires above 36 hours.",
            one("time() - edgebox_backup_last_success_timestamp_seconds{SEL}"),
            "operate.md#백업과-복원",
            "operate.md#backup-and-restore",
            limits=(36 * 3600, 72 * 3600),
            width=4,
            page=True,
            why_ko="백업이 아직 한 번도 없었습니다",
            why_en="There has never been a backup",
        ),
        Panel(
            "certificate_left",
            "stat",
            "s",
            "인증서 남은 기간",
            "Certificate left",
            "14일 아래면 경보가 울립니다.",
            "An alert fires below 14 days.",
            one("edgebox_certificate_not_after_timestamp_seconds{SEL} - time()"),
            "troubleshoot.md#인증서가-만료됐을-때",
            "troubleshoot.md#certificate-expired",
            limits=(14 * 86400, 3 * 86400),
            width=4,
            page=True,
            why_ko="인증서 없이 HTTP로 실행 중입니다",
            why_en="It runs without a certificate, over HTTP",
        ),
    ),
)

QUICK = Row(
    "quick",
    "빠른 요약",
    "Quick summaries",
    (
        Panel(
            "answers",
            "stack",
            "short",
            "분당 답변",
            "Answers a minute",
            "결과별 수입니다. refused는 거절, fallback은 원문 문장입니다.",
            "By how they ended. fallback is an answer of the transcript's own sentences.",
            one(per_minute("edgebox_quick_summaries_total{SEL}", "status"), "{{status}}"),
            *LATE,
            page=True,
        ),
        Panel(
            "latency",
            "lines",
            "s",
            "걸린 시간",
            "Latency",
            "점선은 기한입니다.",
            "The line of the deadline is the promise.",
            (
                *quantiles("edgebox_quick_seconds", 0.5, 0.95, 0.99),
                Query("max(edgebox_quick_deadline_seconds{SEL})", "기한", "deadline"),
            ),
            *LATE,
            page=True,
        ),
        Panel(
            "latency_heat",
            "heat",
            "s",
            "걸린 시간의 분포",
            "Latency, all",
            "색이 진할수록 그 시간에 끝난 요약이 많습니다.",
            "The darker, the more summaries took so long.",
            one("sum by (le) (increase(edgebox_quick_seconds_bucket{SEL}[RATE]))", "{{le}}"),
            *LATE,
        ),
        Panel(
            "first_text",
            "lines",
            "s",
            "첫 글자까지",
            "First text",
            "요청이 온 뒤 모델의 첫 글자까지 걸린 시간입니다.",
            "From a request's arrival to the model's first text.",
            quantiles("edgebox_quick_first_text_seconds", 0.5, 0.95),
            *LATE,
        ),
        Panel(
            "fallbacks",
            "stack",
            "short",
            "원문으로 답한 이유, 분당",
            "Fallbacks a minute",
            "모델이 작성하지 못한 이유입니다.",
            "Why the model did not write the answer.",
            one(per_minute("edgebox_quick_fallbacks_total{SEL}", "reason"), "{{reason}}"),
            *LATE,
        ),
        Panel(
            "dropped",
            "lines",
            "percentunit",
            "읽지 못한 비율",
            "Input not read",
            "시간이 모자라 읽지 않은 글자의 비율입니다. 높으면 장비가 느린 것입니다.",
            "The share of the characters that there was no time to read. If it is high, the machine is slow.",
            one(
                'sum(rate(edgebox_quick_characters_total{SEL,part="dropped"}[RATE]))'
                " / sum(rate(edgebox_quick_characters_total{SEL}[RATE]))",
                "읽지 못함",
                "not read",
            ),
            *SIZING,
        ),
        Panel(
            "reuse",
            "lines",
            "percentunit",
            "프롬프트 재사용",
            "Prompts reused",
            "엔진이 이미 읽어 둔 토큰의 비율입니다.",
            "The share of the prompts that the engine had read before.",
            one(
                "sum(rate(edgebox_quick_cached_tokens_total{SEL}[RATE]))"
                " / sum(rate(edgebox_quick_prompt_tokens_total{SEL}[RATE]))",
                "재사용",
                "reused",
            ),
            *SIZING,
        ),
    ),
)

ANALYSES = Row(
    "analyses",
    "분석",
    "Analyses",
    (
        Panel(
            "arrivals",
            "lines",
            "short",
            "분당 접수와 완료",
            "Accepted and done a minute",
            "접수가 오래 완료보다 많으면 대기열이 찹니다.",
            "If more is accepted than done for long, the queue fills.",
            (
                Query(
                    "sum(rate(edgebox_consultations_accepted_total{SEL}[RATE])) * 60",
                    "접수",
                    "accepted",
                ),
                Query(
                    'sum(rate(edgebox_analyses_total{SEL,result="done"}[RATE])) * 60',
                    "완료",
                    "done",
                ),
                Query(
                    'sum(rate(edgebox_analyses_total{SEL,result="failed"}[RATE])) * 60',
                    "실패",
                    "failed",
                ),
            ),
            *QUEUE,
            page=True,
        ),
        Panel(
            "queue",
            "lines",
            "short",
            "대기열",
            "Queue",
            "한도에 이르면 배치를 거절합니다.",
            "At the limit, batches are refused.",
            (
                Query("sum(edgebox_consultations_pending{SEL})", "대기", "waiting"),
                Query("sum(edgebox_consultations_running{SEL})", "분석 중", "running"),
                Query("sum(edgebox_consultations_pending_limit{SEL})", "한도", "limit"),
            ),
            *QUEUE,
        ),
        Panel(
            "turnaround",
            "lines",
            "s",
            "접수부터 결과까지",
            "From 202 to the result",
            "배치를 기다리는 시간도 들어 있습니다.",
            "Waiting for the run is part of it.",
            quantiles("edgebox_analysis_turnaround_seconds", 0.5, 0.95),
            *QUEUE,
        ),
        Panel(
            "analysis_seconds",
            "lines",
            "s",
            "분석 한 건의 시간",
            "Seconds an analysis",
            "모델이 한 건을 분석한 시간입니다.",
            "What the model took for one.",
            quantiles("edgebox_analysis_seconds", 0.5, 0.95),
            *SIZING,
        ),
        Panel(
            "failures",
            "stack",
            "short",
            "실패 이유, 분당",
            "Failures a minute",
            "코드의 뜻은 안내서에 있습니다.",
            "The guide says what a code means.",
            one(per_minute('edgebox_analyses_total{SEL,result="failed"}', "code"), "{{code}}"),
            "troubleshoot.md#분석이-실패할-때",
            "troubleshoot.md#analyses-failed",
        ),
        Panel(
            "quality",
            "lines",
            "percentunit",
            "품질 점수",
            "Quality",
            "절반은 p50보다, 열에 하나는 p10보다 낮습니다.",
            "Half are below p50, one in ten below p10.",
            quantiles("edgebox_analysis_quality", 0.1, 0.5),
            "operate.md#결과-읽기",
            "operate.md#reading-results",
        ),
        Panel(
            "flags",
            "stack",
            "short",
            "표시, 분당",
            "Flags a minute",
            "분석에서 의심스러운 점입니다.",
            "What is doubtful in the analyses.",
            one(per_minute("edgebox_analysis_flags_total{SEL}", "flag"), "{{flag}}"),
            "operate.md#결과-읽기",
            "operate.md#reading-results",
        ),
        Panel(
            "runs",
            "stack",
            "short",
            "실행, 시간당",
            "Runs an hour",
            "size는 쌓인 수, time은 시간, asked는 요청으로 시작한 것입니다.",
            "Begun because of their number (size), the time, or because somebody asked.",
            one("sum by (trigger) (increase(edgebox_batch_runs_total{SEL}[1h]))", "{{trigger}}"),
            *QUEUE,
        ),
    ),
)

CALLBACKS = Row(
    "callbacks",
    "콜백",
    "Callbacks",
    (
        Panel(
            "attempts",
            "stack",
            "short",
            "분당 시도",
            "Attempts a minute",
            "dead는 포기한 것입니다.",
            "dead ones were given up.",
            one(per_minute("edgebox_callback_attempts_total{SEL}", "outcome"), "{{outcome}}"),
            "troubleshoot.md#콜백이-실패dead했거나-늦어질-때",
            "troubleshoot.md#callbacks-dead-or-late",
        ),
        Panel(
            "attempt_seconds",
            "lines",
            "s",
            "수신 서버의 응답 시간",
            "The receivers' time",
            "시도 한 번에 걸린 시간입니다.",
            "How long an attempt takes.",
            quantiles("edgebox_callback_seconds", 0.5, 0.95),
            "troubleshoot.md#콜백이-실패dead했거나-늦어질-때",
            "troubleshoot.md#callbacks-dead-or-late",
        ),
        Panel(
            "oldest_callback",
            "lines",
            "s",
            "가장 오래된 콜백",
            "Oldest callback",
            "한 시간을 넘으면 경보가 울립니다.",
            "An alert fires above an hour.",
            one("max(edgebox_oldest_callback_seconds{SEL})", "대기", "waiting"),
            "troubleshoot.md#콜백이-실패dead했거나-늦어질-때",
            "troubleshoot.md#callbacks-dead-or-late",
        ),
    ),
)

ENGINE_ROW = Row(
    "engine",
    "엔진",
    "Engine",
    (
        Panel(
            "tokens",
            "stack",
            "short",
            "초당 토큰",
            "Tokens a second",
            "read는 읽은 것, cached는 이미 읽어 둔 것, written은 쓴 것입니다.",
            "Read, read before (cached), written.",
            one(
                "sum by (role, kind) (rate(edgebox_engine_tokens_total{SEL}[RATE]))",
                "{{role}} {{kind}}",
            ),
            *ENGINE,
        ),
        Panel(
            "busy",
            "stack",
            "percentunit",
            "사용률",
            "Busy",
            "100%면 엔진이 쉬지 않습니다. people은 상담사의 요청입니다.",
            "At 100% the engine never rests. people are requests that somebody waits for.",
            one(
                "sum by (role, class) (rate(edgebox_engine_busy_seconds_total{SEL}[RATE]))",
                "{{role}} {{class}}",
            ),
            *SIZING,
            page=True,
        ),
        Panel(
            "sequences",
            "lines",
            "short",
            "시퀀스",
            "Sequences",
            "기다리는 것과 진행 중인 것입니다.",
            "Waiting and running.",
            one("sum by (state, class) (edgebox_engine_sequences{SEL})", "{{state}} {{class}}"),
            *ENGINE,
        ),
        Panel(
            "engine_queue",
            "lines",
            "s",
            "엔진에서 기다린 시간, p95",
            "Waiting in the engine, p95",
            "상담사의 요청이 분석 때문에 기다리면 안 됩니다.",
            "What people wait for must not wait for analyses.",
            one(quantile(0.95, "edgebox_engine_queue_seconds", "class"), "{{class}}"),
            *LATE,
        ),
        Panel(
            "kv",
            "lines",
            "percentunit",
            "KV 셀",
            "KV cells",
            "다 차면 기다립니다.",
            "When they are all used, sequences wait.",
            one(
                'sum by (role) (edgebox_engine_kv_cells{SEL,kind="used"})'
                ' / sum by (role) (edgebox_engine_kv_cells{SEL,kind="total"})',
                "{{role}}",
            ),
            *SIZING,
        ),
        Panel(
            "aborted",
            "lines",
            "short",
            "중단한 스텝, 분당",
            "Aborted steps a minute",
            "상담사의 요청이 분석의 스텝을 끊은 수입니다.",
            "Steps of analyses that people's requests cut short.",
            one("sum(rate(edgebox_engine_aborted_steps_total{SEL}[RATE])) * 60", "중단", "aborted"),
            *SIZING,
        ),
        Panel(
            "speeds",
            "lines",
            "short",
            "측정한 속도, 토큰/초",
            "Speeds, tokens a second",
            "절반으로 떨어지면 경보가 울립니다.",
            "An alert fires when one falls to half.",
            one("edgebox_engine_tokens_per_second{SEL}", "{{role}} {{kind}}"),
            *SIZING,
        ),
    ),
)

MACHINE = Row(
    "machine",
    "자원",
    "Machine",
    (
        Panel(
            "cpu",
            "lines",
            "short",
            "프로세서, 코어",
            "Processor, cores",
            "프로세스별로 쓰는 코어 수입니다.",
            "Cores in use, by process.",
            one(
                "sum by (process) (rate(edgebox_process_cpu_seconds_total{SEL}[RATE]))",
                "{{process}}",
            ),
            *SIZING,
        ),
        Panel(
            "memory",
            "lines",
            "bytes",
            "메모리",
            "Memory",
            "엔진은 장비 메모리의 90%에서 종료됩니다.",
            "The engine is ended at 90% of the machine's memory.",
            (
                Query(
                    "sum by (process) (edgebox_process_resident_memory_bytes{SEL})",
                    "{{process}}",
                    "{{process}}",
                ),
                Query("max(edgebox_machine_memory_bytes{SEL})", "장비", "machine"),
            ),
            *SIZING,
        ),
        Panel(
            "gpu_memory",
            "lines",
            "percentunit",
            "GPU 메모리",
            "GPU memory",
            "다른 프로그램이 쓰는 것도 들어 있습니다.",
            "Other programs' use is part of it.",
            one(
                'edgebox_engine_gpu_bytes{SEL,kind="used"}'
                ' / ignoring (kind) edgebox_engine_gpu_bytes{SEL,kind="total"}',
                "GPU {{gpu}}",
            ),
            "troubleshoot.md#gpu를-쓰지-않을-때",
            "troubleshoot.md#gpu-not-used",
            why_ko="GPU가 없거나 엔진이 멈췄습니다",
            why_en="There is no GPU, or the engine is down",
        ),
        Panel(
            "gpu_heat",
            "lines",
            "celsius",
            "GPU 온도",
            "GPU temperature",
            "너무 뜨거우면 느려집니다.",
            "It slows down when it is too hot.",
            one("edgebox_gpu_temperature_celsius{SEL}", "GPU {{gpu}}"),
            *SIZING,
            why_ko="GPU가 없거나 드라이버가 알려 주지 않습니다",
            why_en="There is no GPU, or its driver does not say",
        ),
        Panel(
            "disk",
            "lines",
            "bytes",
            "디스크 남은 공간",
            "Disk free",
            "2 GB 아래면 경보가 울립니다.",
            "An alert fires below 2 GB.",
            (
                Query("edgebox_disk_free_bytes{SEL}", "{{folder}}", "{{folder}}"),
                Query("edgebox_database_bytes{SEL}", "데이터베이스", "database"),
            ),
            "troubleshoot.md#디스크가-찼을-때",
            "troubleshoot.md#disk-full",
        ),
    ),
)

UNMEASURED = {
    "why_ko": "전력을 재는 것이 없고 [cost] busy_watts도 없거나, 일이 없었습니다",
    "why_en": "Nothing measures energy and [cost] busy_watts is not set, or nothing happened",
}
PRICELESS = {
    "why_ko": "edgebox.toml의 [cost]에 가격을 적으십시오. 적었다면 하루 동안 일이 없었습니다",
    "why_en": "Set the prices of [cost] in edgebox.toml; if they are, nothing happened in a day",
}
ENERGY = "sum by (job, instance) (rate(edgebox_energy_joules_total{SEL}[15m]))"
BUSY = "sum by (job, instance) (rate(edgebox_engine_busy_seconds_total{SEL}[15m]))"


def joules(of: str, done: str) -> str:
    """The energy of the time that was spent on a class, as ``edgebox cost`` counts it."""
    busy = BUSY.replace("SEL", f'SEL,class="{of}"')
    return f"sum({ENERGY} * {busy}) / {done}"


def each(cost: str) -> str:
    """Money for an interaction of all chosen boxes, where there were any."""
    done = "sum(edgebox:interactions:rate1d{SEL})"
    return f"sum({cost}{{SEL}}) / ({done} > 0)"


def a_month(cost: str) -> str:
    return f"sum({cost}{{SEL}}) * 30 * 86400"


COST = Row(
    "cost",
    "전력과 비용",
    "Energy and cost",
    (
        Panel(
            "watts",
            "lines",
            "watt",
            "전력",
            "Power",
            "edgebox cost가 돈으로 바꿔 줍니다.",
            "edgebox cost makes money of it.",
            (
                Query(
                    "sum by (device, source) (rate(edgebox_energy_joules_total{SEL}[RATE]))",
                    "{{device}} ({{source}})",
                    "{{device}} ({{source}})",
                ),
                Query(f"sum({ENERGY} * clamp_min(1 - {BUSY}, 0))", "쉬는 동안", "at rest"),
            ),
            **UNMEASURED,
        ),
        Panel(
            "joules_summary",
            "lines",
            "joule",
            "요약·답변 한 건의 에너지",
            "Energy of a summary or an answer",
            "엔진이 쓴 시간으로 나눈 몫입니다. 직접 잰 값이 아니며, 쉬는 동안의 전력은 뺐습니다.",
            "Attributed by the engine's time, not measured for each; without the time at rest.",
            one(
                joules(
                    "people",
                    '(sum(rate(edgebox_quick_summaries_total{SEL,status!~"refused|abandoned"}[15m]))'
                    " + sum(rate(edgebox_live_drafts_total{SEL}[15m]))"
                    ' + sum(rate(edgebox_asks_total{SEL,status!~"refused|abandoned|failed"}[15m])))',
                ),
                "요약·답변",
                "summary or answer",
            ),
            **UNMEASURED,
        ),
        Panel(
            "joules_analysis",
            "lines",
            "joule",
            "분석 한 건의 에너지",
            "Energy of an analysis",
            "엔진이 쓴 시간으로 나눈 몫입니다. 직접 잰 값이 아니며, 쉬는 동안의 전력은 뺐습니다.",
            "Attributed by the engine's time, not measured for each; without the time at rest.",
            one(
                joules("backlog", 'sum(rate(edgebox_analyses_total{SEL,result="done"}[15m]))'),
                "분석",
                "analysis",
            ),
            **UNMEASURED,
        ),
        Panel(
            "money_each",
            "lines",
            "short",
            "한 건의 비용",
            "Cost of one interaction",
            "하루 평균이며 [cost]의 통화입니다. 전체는 장비값과 쉬는 동안의 전력까지 나눈 값이고, "
            "클라우드는 같은 토큰을 그 가격으로 샀을 때입니다. 거래가 적으면 전체가 클라우드보다 비쌉니다.",
            "Of a day, in the currency of [cost]. Full is with the machine and its energy at rest, "
            "cloud the same tokens at that price. With few interactions, full is above the cloud.",
            (
                Query(each("edgebox:work_cost:rate1d"), "전력만", "energy of the work"),
                Query(each("edgebox:full_cost:rate1d"), "전체", "full"),
                Query(each("edgebox:cloud_cost:rate1d"), "클라우드", "cloud"),
                Query('max(edgebox_price{SEL,item="target"})', "설계 목표", "the design's target"),
            ),
            width=12,
            page=True,
            **PRICELESS,
        ),
        Panel(
            "money_month",
            "lines",
            "short",
            "지금대로 한 달",
            "A month at this pace",
            "하루 평균의 30배입니다. 지난달의 실제 값은 edgebox cost --month로 봅니다.",
            "30 times a day's. edgebox cost --month has what a month really was.",
            (
                Query(a_month("edgebox:energy_cost:rate1d"), "전력", "energy"),
                Query(a_month("edgebox:full_cost:rate1d"), "전체", "full"),
                Query(a_month("edgebox:cloud_cost:rate1d"), "클라우드", "cloud"),
            ),
            width=12,
            page=True,
            **PRICELESS,
        ),
    ),
)

ACCESS = Row(
    "access",
    "접근",
    "Access",
    (
        Panel(
            "requests",
            "stack",
            "short",
            "분당 요청",
            "Requests a minute",
            "HTTP 상태별입니다.",
            "By HTTP status.",
            one(per_minute("edgebox_http_requests_total{SEL}", "status"), "{{status}}"),
            "troubleshoot.md#키가-틀렸을-때",
            "troubleshoot.md#wrong-key",
        ),
        Panel(
            "refused_keys",
            "stack",
            "short",
            "거절된 키, 분당",
            "Refused keys a minute",
            "edgebox keys list에서 클라이언트별 이유를 봅니다.",
            "edgebox keys list has the reasons of each client.",
            one(per_minute("edgebox_auth_refused_total{SEL}", "reason"), "{{reason}}"),
            "troubleshoot.md#키가-틀렸을-때",
            "troubleshoot.md#wrong-key",
        ),
        Panel(
            "clients",
            "stack",
            "short",
            "클라이언트별 분당 요청",
            "Requests a minute, by client",
            "누가 장비를 쓰는지 봅니다.",
            "Who uses the box.",
            one(
                per_minute("edgebox_client_requests_total{SEL}", "client, work"),
                "{{client}} {{work}}",
            ),
            *QUEUE,
        ),
        Panel(
            "client_tokens",
            "stack",
            "short",
            "클라이언트별 초당 토큰",
            "Tokens a second, by client",
            "비용을 나눌 때 씁니다.",
            "For sharing the cost.",
            one("sum by (client) (rate(edgebox_client_tokens_total{SEL}[RATE]))", "{{client}}"),
            *QUEUE,
        ),
    ),
)

UNSENT = {
    "why_ko": "rsyslog로 기록을 보내지 않거나, 대기열 폴더를 볼 권한이 없습니다",
    "why_en": "rsyslog sends no records, or its queue's folder may not be looked into",
}

LOGS = Row(
    "logs",
    "로그 전송",
    "Log delivery",
    (
        Panel(
            "logs_waiting",
            "lines",
            "bytes",
            "보낼 기록",
            "Records to send",
            "계속 커지면 로그 서버가 응답하지 않는 것입니다. 1 GiB가 차면 새 기록은 저널에만 남습니다.",
            "If it grows, the log server does not answer. At 1 GiB only the journal has new ones.",
            one("edgebox_log_shipping_waiting_bytes{SEL}", "{{instance}}"),
            "logs.md#rsyslog로-elasticsearch에-보내기",
            "logs.md#to-elasticsearch-with-rsyslog",
            width=12,
            **UNSENT,
        ),
        Panel(
            "logs_refused",
            "lines",
            "bytes",
            "거절된 기록",
            "Records refused",
            "로그 서버가 받지 않은 기록입니다. 이유는 /var/log/edgebox-refused.json에 있습니다.",
            "What the log server did not take. /var/log/edgebox-refused.json has the reasons.",
            one("edgebox_log_shipping_refused_bytes{SEL}", "{{instance}}"),
            "logs.md#rsyslog로-elasticsearch에-보내기",
            "logs.md#to-elasticsearch-with-rsyslog",
            width=12,
            **UNSENT,
        ),
    ),
)

ROWS = (PROMISE, NOW, QUICK, ANALYSES, CALLBACKS, ENGINE_ROW, MACHINE, COST, ACCESS, LOGS)

FLEET = Row(
    "fleet",
    "여러 장비",
    "All boxes",
    (
        Panel(
            "fleet_up",
            "states",
            "short",
            "상태",
            "Up",
            "장비마다 한 줄입니다.",
            "A line for each box.",
            one("up{SEL}", "{{instance}}"),
            *ENGINE,
            width=12,
        ),
        Panel(
            "fleet_in_time",
            "lines",
            "percentunit",
            "하루 동안 제때",
            "In time, a day",
            "약속을 지키는 장비와 그렇지 않은 장비입니다.",
            "Which boxes keep the promise.",
            one("1 - edgebox:quick_missed:ratio_rate1d{SEL}", "{{instance}}"),
            *LATE,
            width=12,
        ),
        Panel(
            "fleet_p95",
            "lines",
            "s",
            "p95",
            "p95",
            "느린 장비를 찾습니다.",
            "Which box is slow.",
            one("edgebox:quick_seconds:p95_5m{SEL}", "{{instance}}"),
            *LATE,
            width=12,
        ),
        Panel(
            "fleet_waiting",
            "lines",
            "short",
            "분석 대기",
            "Waiting for analysis",
            "밀린 장비를 찾습니다.",
            "Which box is behind.",
            one("edgebox_consultations_pending{SEL}", "{{instance}}"),
            *QUEUE,
            width=12,
        ),
        Panel(
            "fleet_versions",
            "table",
            "short",
            "버전",
            "Versions",
            "업그레이드가 빠진 장비를 찾습니다.",
            "Which box was not upgraded.",
            one("edgebox_build_info{SEL}", "{{instance}} {{version}}"),
            "operate.md#업그레이드-되돌리기-제거",
            "operate.md#upgrade-rollback-uninstall",
            width=24,
        ),
    ),
)
