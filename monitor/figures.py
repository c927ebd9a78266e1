"""Prometheus: counters and histograms of this process, and gauges read from the database."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from engine import metrics
from engine.metrics import Kind
from engine.office import Office
from engine.services import health

PREFIX = "duban"

# A second series for each, that says no more than a restart does.
disable_created_metrics()


class Figures:
    """The recorder of this process; ``registry`` holds everything it can tell."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._made: dict[str, Counter | Histogram] = {
            metric.name: self._make(metric) for metric in metrics.METRICS
        }

    def record(self, metric: metrics.Metric, value: float, *labels: str) -> None:
        """Add to a counter, or put a value into a histogram."""
        made = self._made[metric.name].labels(*labels)
        if isinstance(made, Counter):
            made.inc(value)
        else:
            # A clock set back must not spoil a sum that can only grow.
            made.observe(max(value, 0.0))

    def _make(self, metric: metrics.Metric) -> Counter | Histogram:
        if metric.kind is Kind.COUNTER:
            return Counter(
                metric.name, metric.help, metric.labels, namespace=PREFIX, registry=self.registry
            )
        return Histogram(
            metric.name,
            metric.help,
            metric.labels,
            namespace=PREFIX,
            registry=self.registry,
            buckets=metric.buckets,
        )


class Waiting(Collector):
    """How much waits in the database: the same answer from every node, asked at each scrape."""

    def __init__(self, office: Office, kind: str) -> None:
        self._office = office
        self._kind = kind

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The figures of the moment."""
        node = InfoMetricFamily(f"{PREFIX}_node", "Which process this is.")
        node.add_metric([], {"node": self._office.settings.node, "kind": self._kind})
        yield node
        found = health.figures(self._office)
        yield _gauge("database_up", "Whether the database answers.", 0 if found is None else 1)
        if found is None:
            return
        yield _gauge(
            "clock_late_seconds", "How long the earliest due case waits.", found.clock_late
        )
        yield _gauge("outbox_waiting", "Messages not delivered yet.", found.outbox_waiting)
        yield _gauge("outbox_age_seconds", "Age of the oldest of them.", found.outbox_age)
        yield _gauge("incidents_open", "Incidents nobody resolved yet.", found.incidents_open)
        yield _gauge("workers", "Workers heard of within a minute.", found.workers)
        if found.worker_silent is not None:
            yield _gauge(
                "worker_silent_seconds", "Since any worker was heard of.", found.worker_silent
            )


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", text, value)
