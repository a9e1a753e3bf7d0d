"""The lanes in which work runs: which queue a task goes to, and what a worker of bulk leaves to others."""
