"""What the product is about: prompts, budgets, summaries, analyses, scores."""
