"""Consultations: prompts, budgets, summaries, analyses, scores."""
