"""The texts of pages, by language. A template asks for one by its key: ``t("login.title")``."""

from edgebox.console.words import admin_en, admin_ko, en, ko, review_en, review_ko

WORDS: dict[str, dict[str, str]] = {
    "ko": {**ko.WORDS, **review_ko.WORDS, **admin_ko.WORDS},
    "en": {**en.WORDS, **review_en.WORDS, **admin_en.WORDS},
}
