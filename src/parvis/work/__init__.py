"""What runs: the steps of the build, the worker, the supervisor."""
