from edgebox.language import words


def test_only_words_of_an_ordinary_length_are_kept():
    words._cached_stem.cache_clear()
    short, long = "a" * 32, "b" * 200_000
    assert list(words.content_words(f"{short} {long} {short}c")) == [short, long, f"{short}c"]
    assert words._cached_stem.cache_info().currsize == 1
