import pytest

from edgebox.console.password_rules import ENOUGH, on_english_keys, problem_of, worth
from edgebox.console.passwords import one_time

NAMES = ("kim01", "김민지", "centerlink")


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", "password.short"),
        ("Xk3!vq9Lm", "password.short"),
        ("x" * 201, "password.long"),
        ("tab\tnul\0 in it", "password.control"),
        ("my-KIM01-password", "password.name"),
        ("ＫＩＭ０１ 입니다 오늘도", "password.name"),
        ("김민지의 비밀번호", "password.short"),
        ("우리 김민지의 비밀번호", "password.name"),
        ("rlaalswl20240101", "password.name"),  # 김민지 on English keys
        ("centerlink!xk3q", "password.name"),
        ("aaaaaaaaaaaa", "password.easy"),
        ("abcabcabcabc", "password.easy"),
        ("xk3qxk3qxk3q", "password.easy"),
        ("1234567890", "password.easy"),
        ("9876543210abc", "password.easy"),
        ("qwertyuiop", "password.easy"),
        ("1qaz2wsx3edc", "password.easy"),
        ("zaq12wsxcde3", "password.easy"),
        ("asdfjkl;1234", "password.easy"),
        ("!@#$%^&*()", "password.easy"),
        ("password1234", "password.easy"),
        ("P@ssw0rd2024", "password.easy"),
        ("Admin123!@#", "password.easy"),
        ("welcome2026!", "password.easy"),
        ("tkfkdgo1234", "password.easy"),  # 사랑해
        ("dkssudgktpdy1!", "password.easy"),  # 안녕하세요
        ("사랑해사랑해사랑해", "password.short"),
        ("대한민국서울2026!!", "password.easy"),
        ("qlalfqjsgh19900101", "password.easy"),  # 비밀번호 and a day of birth
        ("edgebox12345", "password.easy"),
        ("horse-battery-staple", None),
        ("노을 지는 강가에서", None),
        ("Tr0ub4dor&3xyz", None),
        ("k7mq-3fwx-9hrt", None),
        ("퇴근길에 붕어빵 두 개", None),
        ("rkddksms shdmf", None),
    ],
)
def test_easy_passwords_are_refused(password, problem):
    assert problem_of(password, *NAMES) == problem


def test_korean_comes_out_of_english_keys():
    assert on_english_keys("사랑해") == "tkfkdgo"
    assert on_english_keys("안녕하세요") == "dkssudgktpdy"
    assert on_english_keys("값 A1") == "rkqt a1"


def test_a_one_time_password_is_no_easy_one():
    made = {one_time() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 14 and worth(one) >= ENOUGH for one in made)
