"""The page /metrics, in the format of Prometheus: the counts of all processes, and gauges read at each request."""
