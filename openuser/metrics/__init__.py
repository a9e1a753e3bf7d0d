"""The page /metrics, in the format of Prometheus: what all processes have counted, and gauges read when it is asked."""
