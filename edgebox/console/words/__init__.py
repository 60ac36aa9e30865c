"""The texts of pages, by language. A template asks for one by its key: ``t("login.title")``."""

from edgebox.console.words import en, ko

WORDS: dict[str, dict[str, str]] = {"ko": ko.WORDS, "en": en.WORDS}
