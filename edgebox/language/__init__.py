"""The Korean of calls: numbers, dates, names, words, and what a sentence does."""
