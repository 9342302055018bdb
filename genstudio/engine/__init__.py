"""Compute, kept away from the window: workers in processes of their own, jobs as generators."""
