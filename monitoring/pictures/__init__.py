"""One source of pictures: of Prometheus's page and of Grafana's dashboards."""
