from dataclasses import replace

import pytest

from edgebox.api.metrics import LATENCY_BUCKETS, Metrics
from edgebox.api.views import views
from edgebox.consultation.quick_result import QuickResult
from edgebox.contract.paths import Paths
from edgebox.counting import ClientNames

DONE = QuickResult(
    summary="요약",
    processing_time=0.8,
    model_used="small",
    status="success",
    characters=100,
    characters_used=80,
    truncated=True,
    prompt_tokens=10,
    cached_tokens=5,
    completion_tokens=7,
    first_text_seconds=0.12,
)


def lines_of(metrics: Metrics) -> list[str]:
    return metrics.render().decode().splitlines()


@pytest.mark.parametrize("deadline", [3.0, 0.7, 45.0])
def test_the_deadline_is_an_edge_wherever_it_is_set(deadline: float) -> None:
    metrics = Metrics(deadline=deadline)
    metrics.quick_done(replace(DONE, processing_time=deadline - 0.01), "center-1")
    metrics.quick_done(replace(DONE, processing_time=deadline + 0.01), "center-1")
    kept = f'edgebox_quick_seconds_bucket{{le="{deadline}",status="success"}} 1.0'
    assert kept in lines_of(metrics)
    assert 'edgebox_quick_seconds_bucket{le="+Inf",status="success"} 2.0' in lines_of(metrics)
    assert list(LATENCY_BUCKETS) == sorted(LATENCY_BUCKETS)


def test_what_has_not_happened_yet_is_zero_and_not_absent() -> None:
    """A series that is born at 1 has no increase: no alert would see the first failure."""
    metrics = Metrics()
    metrics.knows_route("POST", Paths.QUICK_SUMMARY)
    metrics.knows_clients(["center-1"])
    found = lines_of(metrics)
    route = Paths.QUICK_SUMMARY
    for line in (
        'edgebox_quick_summaries_total{status="refused"} 0.0',
        "edgebox_quick_late_total 0.0",
        'edgebox_quick_fallbacks_total{reason="engine_down"} 0.0',
        'edgebox_quick_seconds_count{status="fallback"} 0.0',
        f'edgebox_http_requests_total{{method="POST",route="{route}",status="500"}} 0.0',
        'edgebox_auth_refused_total{reason="signature"} 0.0',
        'edgebox_connections_refused_total{reason="slow_header"} 0.0',
        'edgebox_client_tokens_total{client="center-1",work="quick"} 0.0',
        'api_success_rate_total{result="failure"} 0.0',
    ):
        assert line in found


def test_what_the_library_adds_for_no_use_is_left_out() -> None:
    assert "_created" not in Metrics().render().decode()


def test_a_summary_is_counted_with_what_it_cost() -> None:
    metrics = Metrics()
    metrics.quick_done(DONE, "center-1")
    metrics.quick_done(replace(DONE, status="fallback", fallback_reason="leak"), "center-1")
    found = lines_of(metrics)
    for line in (
        'edgebox_quick_summaries_total{status="success"} 1.0',
        'edgebox_quick_fallbacks_total{reason="leak"} 1.0',
        "edgebox_quick_truncated_total 2.0",
        'edgebox_quick_characters_total{part="read"} 160.0',
        'edgebox_quick_characters_total{part="dropped"} 40.0',
        'edgebox_quick_first_text_seconds_bucket{le="0.1"} 0.0',
        'edgebox_quick_first_text_seconds_bucket{le="0.15"} 2.0',
        'edgebox_client_tokens_total{client="center-1",work="quick"} 34.0',
    ):
        assert line in found


def test_late_is_what_left_after_the_deadline() -> None:
    metrics = Metrics(deadline=0.5)
    for status, seconds in ((200, 0.5), (200, 0.6), (503, 0.9), (499, 0.9)):
        metrics.answered("POST", Paths.QUICK_SUMMARY, status, seconds)
    metrics.answered("POST", Paths.ASK, 200, 9.0)
    assert "edgebox_quick_late_total 1.0" in lines_of(metrics)


def test_probes_do_not_dilute_the_requests() -> None:
    metrics = Metrics()
    for route in (Paths.ALIVE, Paths.READY, Paths.METRICS):
        metrics.answered("GET", route, 200, 0.0)
    assert not [line for line in lines_of(metrics) if line.startswith("edgebox_http_requests_t")]
    assert 'api_success_rate_total{result="success"} 0.0' in lines_of(metrics)
    assert 'edgebox_probe_requests_total{route="/metrics",status="200"} 1.0' in lines_of(metrics)


def test_the_success_rate_is_of_the_interface_and_not_of_wrong_clients() -> None:
    metrics = Metrics()
    for status in (200, 202, 401, 422, 429, 499, 500, 503):
        metrics.answered("POST", Paths.BATCH_ANALYSIS, status, 0.1)
    metrics.answered("GET", "unmatched", 500, 0.1)
    found = lines_of(metrics)
    assert 'api_success_rate_total{result="success"} 2.0' in found
    assert 'api_success_rate_total{result="failure"} 2.0' in found


def test_the_designs_response_time_is_over_all_statuses() -> None:
    metrics = Metrics()
    metrics.quick_done(DONE, "center-1")
    metrics.quick_done(replace(DONE, status="partial", processing_time=2.9), "center-1")
    view = next(v for v in views(list(metrics.registry.collect())) if v.name == "slm_response_time")
    values = {(s.name, s.labels.get("le")): s.value for s in view.samples}
    assert values["slm_response_time_count", None] == 2
    assert values["slm_response_time_sum", None] == pytest.approx(3.7)
    assert values["slm_response_time_bucket", "1.0"] == 1
    assert values["slm_response_time_bucket", "3.0"] == 2


def test_two_boxes_in_one_process_do_not_share_counters() -> None:
    one, other = Metrics(), Metrics()
    one.quick_done(replace(DONE, status="fallback"), "center-1")
    assert 'edgebox_quick_summaries_total{status="fallback"} 1.0' in lines_of(one)
    assert 'edgebox_quick_summaries_total{status="fallback"} 0.0' in lines_of(other)


def test_made_up_methods_do_not_make_up_series() -> None:
    metrics = Metrics()
    for method in ("BREW", "비밀", "X" * 1000):
        metrics.answered(method, "unmatched", 405, 0.0)
    text = metrics.render().decode()
    assert 'method="other",route="unmatched",status="405"} 3.0' in text
    assert "비밀" not in text


def test_a_box_with_many_clients_names_fifty() -> None:
    names = ClientNames()
    labels = {names.label(f"center-{number}") for number in range(500)}
    assert len(labels) == 51
    assert names.label("center-499") == "other"
    assert names.label("center-0") == "center-0"
