from edgebox.api.metrics import LATENCY_BUCKETS, Metrics


def test_the_default_deadline_has_an_edge_of_its_own() -> None:
    metrics = Metrics()
    metrics.quick_done("success", 2.99, prompt_tokens=10, cached_tokens=5)
    metrics.quick_done("success", 3.01, prompt_tokens=10, cached_tokens=5)
    lines = metrics.render().decode().splitlines()
    assert 'edgebox_quick_summary_seconds_bucket{le="2.5"} 0.0' in lines
    assert 'edgebox_quick_summary_seconds_bucket{le="3.0"} 1.0' in lines
    assert 'edgebox_quick_summary_seconds_bucket{le="+Inf"} 2.0' in lines
    assert list(LATENCY_BUCKETS) == sorted(LATENCY_BUCKETS)


def test_two_boxes_in_one_process_do_not_share_counters() -> None:
    one, other = Metrics(), Metrics()
    one.quick_done("fallback", 0.1, prompt_tokens=0, cached_tokens=0)
    assert b'edgebox_quick_summaries_total{status="fallback"} 1.0' in one.render()
    assert b"fallback" not in other.render().replace(b"success, partial, fallback", b"")


def test_made_up_methods_do_not_make_up_series() -> None:
    metrics = Metrics()
    for method in ("BREW", "비밀", "X" * 1000):
        metrics.answered(method, "unmatched", 405, 0.0)
    text = metrics.render().decode()
    assert 'method="other",route="unmatched",status="405"} 3.0' in text
    assert "비밀" not in text
