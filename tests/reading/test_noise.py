"""What recognisers and machines put into a call, and what people say of machines."""

import pytest

from edgebox.reading import machines, noise
from edgebox.reading.call import read


@pytest.mark.parametrize(
    "said",
    [
        "어제 상담원이 폭언을 했다고 민원 넣으려고요 통화 내용 녹음된 거 들려주세요",
        "ARS에서 삼번을 눌러도 안 돼요",
        "냉장고에서 삐 소리가 나요",
        "세탁기에서 (뚜) 소리가 나요",
        "[뚜뚜] 하고 멈춰요",
        "어제 고객님께서 전화를 받지 않으셔서",
        "세탁기에서 삐 소리가 나면서 멈췄습니다",
        "대기 시간이 삼십 분입니다 이게 말이 됩니까",
        "통화 내용 녹음 파일 보내 주세요",
        "상담원이 폭언을 합니다",
        "3번, 4번, 5번 좌석이요",
        "1번을 눌러 주세요라고 해서 눌렀는데요",
        "음성사서함 해지해 주세요",
        "상담 내용 녹음 삭제해 주세요",
        "제가 1번을 눌러도 연결이 안 됩니다",
        "통화량이 많아서 요금제를 바꾸려고요",
        "연결까지 얼마나 걸려요",
        "상담원 연결하고 싶어요",
        "음성사서함 요금이 청구됩니다",
        "폭언을 하면 상담이 중단된다고요",
        "공유기 1번 포트 옆에 2번을 눌러 주세요",
        "리모컨 설정에서 이번을 눌러 주세요",
        "앱에서 삼번을 눌러 주세요",
        "앱에서 1번을 눌러 주시고 3번을 눌러 주시면 됩니다",
        "전원 옆에 있는 2번을 선택해 주세요",
        "그럼 해지 담당 상담사 연결해 드리겠습니다",
        "해지 담당 상담사 연결해 드리겠습니다",
        "네 상담원 연결해 드리겠습니다",
        "고장은 2번을 누르라고 해서 눌렀는데 안 돼요",
        "고장 나서 2번, 3번을 눌러 봐도 소용없습니다",
        "고장은 2번 누르시면 됩니다",
        "고장 접수는 2번 누르시면 돼요",
        "요금 조회는 1번 누르시면 되세요",
        "민원은 3번 누르시면 계속 끊겨요",
    ],
)
def test_a_person_who_tells_of_a_machine_is_no_machine(said):
    assert not machines.is_machine(said)
    assert read(said).said


@pytest.mark.parametrize(
    "said",
    [
        "잔액 조회는 1번을 눌러 주세요.",
        "통화 내용은 상담 품질 향상을 위해 녹음됩니다",
        "모든 상담사가 통화 중입니다. 잠시만 기다려 주십시오.",
        "조회는 1번, 이체는 2번, 상담원 연결은 0번",
        "예상 대기 시간은 3분입니다",
        "산업안전보건법에 따라 폭언은 삼가 주시기 바랍니다",
        "고객님께서 전화를 받지 않아 음성사서함으로 연결됩니다",
        "삐 소리 후 통화료가 부과됩니다",
        "상담원 연결은 공번을 누르세요",
        "주문은 일 번, 취소는 이 번을 선택하십시오.",
        "지금은 통화량이 많아 연결이 지연되고 있습니다",
        "상담원을 연결 중입니다",
        "비밀번호 네 자리와 별표를 눌러 주세요",
        "고객응대근로자 보호 조치가 시행되고 있습니다",
        "상담원과 연결해 드리겠습니다 잠시만 기다려 주세요",
        "상담사 연결까지 약 3분이 예상됩니다",
        "1번을 누르시면 한국어로, 2번을 누르시면 영어로 안내합니다",
        "상담원 연결을 원하시면 0번을 눌러 주세요",
        "취소는 이번을 눌러 주세요",
        "다시 들으시려면 별표를 눌러 주세요",
        "Press 1 for billing.",
        "해외에서 거신 경우 2번을 눌러 주세요",
        "설치는 1번 고장은 2번을 눌러 주십시오",
        "불만 상담은 삼번을 눌러 주세요",
        "다시 확인하시고 걸어 주시기 바랍니다",
        "지금은 고객님께서 통화 중이오니 다음에 다시 걸어 주시기 바랍니다",
    ],
)
def test_a_menu_or_a_waiting_message_is_a_machine(said):
    assert machines.is_machine(said)


@pytest.mark.parametrize(
    "mark",
    [
        "(BGM)",
        "<unk>",
        "[UNK]",
        "(unintelligible)",
        "[dial tone]",
        "<|nospeech|>",
        "[묵음]",
        "[통화 종료]",
        "음성 없음",
        "(무응답)",
        "[말없음]",
        "[침묵]",
        "(음성 없음)",
        "【무음】",
        "무응답.",
        "[no audio]",
        "<SIL>",
        "(3초간 무음)",
        "[약 5초 침묵]",
        "(10초 동안 대기음)",
        "*전화벨 소리*",
        "{무음}",
        "[묵음 구간 3.2초]",
        "(통화 보류)",
        "[경쾌한 음악]",
        "♪ 대기 음악 ♪",
        "(배경 소음)",
        "[말 겹침]",
        "[NO_SPEECH]",
        "[음악] 웃음소리",
        "♪ 벨소리 삐 소리",
        "[음악] 전화벨",
        "(뚜 뚜 뚜)",
        "(울음)",
        "(기계음)",
    ],
)
def test_a_mark_of_silence_is_no_speech(mark):
    call = read(f"고객: {mark}\n상담사: 네 정지해 드렸습니다\n{mark}\n")
    assert [one.text for one in call.utterances] == ["네 정지해 드렸습니다"]
    assert call.dropped == {"silence": 2}


@pytest.mark.parametrize("said", ["통화 종료 버튼이 안 눌려요", "소리 없음으로 해 놨어요"])
def test_words_of_a_mark_inside_speech_are_speech(said):
    assert [one.text for one in read(f"고객: {said}\n상담사: 네").utterances] == [said, "네"]


@pytest.mark.parametrize(
    "said",
    [
        "구독 좋아요",
        "구독, 좋아요.",
        "좋아요, 부탁드립니다.",
        "좋아요 부탁드려요",
        "좋아요, 해 주세요",
        "좋아요 꼭 부탁드립니다",
        "다음 주에 뵙겠습니다",
        "그럼 다음 주에 봬요",
        "다음 시간에 뵙겠습니다.",
        "구독 부탁드립니다",
        "구독 해 주세요",
        "알림 설정까지 부탁드립니다",
        "알림 설정 해 주세요",
        "한빛일보 기자입니다",
        "한글 자막이 안 나와요",
        "한글 자막 제공이 안 됩니다",
        "자막 제공되나요?",
        "번역 자막이 없어요",
        "영상편집 강의 취소요",
        "Subscribe button does not work",
    ],
)
def test_what_a_named_speaker_answers_or_promises_is_no_invention(said):
    call = read(f"상담사: 삼 년 약정으로 변경해 드릴까요\n고객: {said}")
    assert [(one.speaker, one.text) for one in call.utterances][1:] == [("customer", said)]
    assert call.dropped == {}


@pytest.mark.parametrize(
    "said",
    [
        "시청해 주셔서 감사합니다.",
        "구독과 좋아요 부탁드립니다",
        "구독, 좋아요, 알림 설정까지 부탁드립니다",
        "좋아요와 구독 눌러 주세요",
        "구독과 좋아요",
        "다음 영상에서 만나요",
        "한글자막 by 한효정",
        "자막 제공 SBS",
        "MBC 뉴스 김하늘입니다",
        "Please subscribe to my channel!",
        "오늘도 영상 시청해주셔서 감사합니다.",
        "끝까지 시청해 주신 여러분 감사합니다",
        "이 영상은 자막 제공 및 광고를 포함하고 있습니다.",
        "구독, 좋아요, 댓글 부탁드립니다",
        "구독 좋아요 알림설정",
        "오늘 영상이 도움이 되셨다면 구독과 좋아요 부탁드립니다",
        "그럼 저는 다음 영상에서 뵐게요",
    ],
)
def test_lines_that_only_recognisers_write_are_inventions_beside_a_label_too(said):
    call = read(f"상담사: 네 정지해 드렸습니다\n고객: {said}")
    assert [one.text for one in call.utterances] == ["네 정지해 드렸습니다"]
    assert call.dropped == {"hallucination": 1}


@pytest.mark.parametrize(
    "said", ["다음 시간에 뵙겠습니다.", "구독 부탁드립니다", "알림 설정까지 부탁드립니다", "아멘"]
)
def test_a_line_without_a_label_is_an_invention_where_it_may_be_one(said):
    assert read(f"네 정지해 드렸습니다\n{said}").dropped == {"hallucination": 1}


def test_consent_without_a_label_is_speech():
    said = "좋아요, 부탁드립니다."
    assert read(f"삼 년 약정으로 변경해 드릴까요\n{said}").utterances[-1].text == said


@pytest.mark.parametrize(
    "said",
    [
        (
            "네 환불 접수됐고요 앱에서 1번을 눌러 주시고 다음 화면에서 3번을 눌러 주시면 "
            "삼일 안에 입금됩니다"
        ),
        "앱에서 1번을 눌러 주시고 3번을 눌러 주세요",
        "공유기 1번을 눌러 주세요 그리고 2번을 눌러 주세요",
        "환불 접수됐습니다. 다음에는 조회는 1번을 눌러 주시고 취소는 2번을 눌러 주세요",
        "해지는 1번, 상담은 2번을 눌러 주시면 됩니다",
        "제가 보내 드린 화면에서 조회는 1번을 눌러 주세요 분실은 2번을 눌러 주세요",
        "1번을 누르시면 켜지고 2번을 누르시면 꺼집니다",
        "비밀번호를 누르시고 별표를 눌러 주세요 그 뒤에 샵을 눌러 주세요",
    ],
)
def test_an_agent_who_explains_keys_is_no_menu(said):
    assert read(f"고객: 환불이요\n상담사: {said}").utterances[1].speaker == "agent"


@pytest.mark.parametrize(
    "said",
    [
        "조회는 1번을 눌러 주세요 분실은 2번을 눌러 주세요",
        "조회는 1번, 분실은 2번을 누르시고 다시 들으시려면 별표를 눌러 주세요",
        "한빛카드입니다 조회를 원하시면 1번을 눌러 주세요. 상담을 원하시면 0번을 눌러 주세요.",
        "상담원 연결은 1번을 눌러 주세요. 취소는 이번을 눌러 주세요.",
        "1번을 누르시면 상담원에게 연결됩니다. 2번을 누르시면 잔액을 조회합니다.",
        "Press 1 for billing, press 2 for support.",
    ],
)
def test_a_menu_on_the_channel_of_the_agent_is_the_systems(said):
    assert read(f"고객: 환불이요\n상담사: {said}").utterances[1].speaker == "system"


@pytest.mark.parametrize(
    "said",
    [
        "5G 프리미어(음악 무제한) 요금제요",
        "공동주택(소음 민원) 접수요",
        "이어폰 [노이즈 캔슬링] 모델이요",
        "앱에서 (음악 구독) 해지요",
        "통화연결음(벨소리 변경) 신청이요",
        "에이에스(소음 발생 원인) 문의요",
        "[상담 종료 후 환불] 버튼이 없어요",
        "에이에스(심한 소음) 문의요",
        "공동주택(층간 소음) 접수요",
        "이어폰(안 들림) 교환이요",
        "현관(벨) 고장이요",
        "전화기(hold) 표시요",
        "[통화 보류] 버튼이 눌리지 않아요",
        "[녹음 시작] 메뉴요",
        "(통화 보류)를 눌렀어요",
        "(주변 소음)이 심해요",
        "공사장(주변 소음) 민원이요",
        "아기(울음) 감지 기능이요",
        "<덜컹 소리>가 나요",
        "*덜컹 소리* 나요",
    ],
)
def test_a_word_of_sound_beside_others_in_brackets_is_speech(said):
    assert read(f"상담사: 네 말씀하세요\n고객: {said}").utterances[1].text == said


@pytest.mark.parametrize(
    "mark",
    [
        "(한숨 소리)",
        "[음악 재생 중]",
        "(침묵 3초)",
        "[대기음 약 10초]",
        "(웃음 터짐)",
        "[Music playing]",
    ],
)
def test_a_mark_says_how_long_a_sound_goes_on(mark):
    said = read(f"상담사: 네 말씀하세요\n고객: 환불이요 {mark}").utterances[1]
    assert said.text == "환불이요"


@pytest.mark.parametrize("mark", ["[삐소리]", "(키보드 소리)", "[hold music] ", "[배경음악]"])
def test_a_hundred_marks_before_a_word_take_no_exponential_time(mark):
    """Going back over the readings of each mark would take years here."""
    assert not noise.is_silence(mark * 100 + "가")


@pytest.mark.parametrize("figure", ["팔", "8", "팔이요", "팔,", "둘", "공", "일이"])
def test_figures_said_one_a_turn_are_no_repetition(figure):
    call = read("상담사: 번호요\n" + f"고객: {figure}\n" * 3 + "상담사: 네\n")
    assert [one.text for one in call.utterances][1:-1] == [figure] * 3
    assert call.dropped == {}


def test_words_said_three_times_are_a_repetition():
    assert read("상담사: 네\n" + "고객: 여보세요\n" * 3).dropped == {"repetition": 2}


def test_a_loop_without_spaces_is_there_twice_and_figures_stay():
    call = read("고객: " + "확인" * 300 + " 부탁해요\n상담사: 네네네네 영영영영영영영영이요")
    assert [one.text for one in call.utterances] == [
        "확인확인 부탁해요",
        "네네네네 영영영영영영영영이요",
    ]
    assert call.dropped == {"repetition": 298}


@pytest.mark.parametrize(
    "line",
    [
        "지금까지 SBS 뉴스였습니다",
        "Thanks for watching, please subscribe",
        "[자막 제공]",
        "www.youtube.com/@channel",
        "다음 주에 만나요~ 안녕!",
        "번역 및 자막 제공 KoreanSub",
        "(자막제공 및 자막제공자 : 한국방송)",
        "Untertitel der Amara.org-Community",
        "Sous-titres réalisés par la communauté d'Amara.org",
        "Субтитры сделал DimaTorzok",
        "Subtítulos realizados por la comunidad de Amara.org",
        "Продолжение следует...",
        "Copyright © 2023 All rights reserved",
        "© 2024",
        "배경음악 제공 : 브금대통령",
        "이 콘텐츠는 YTN의 저작물입니다",
        "시청자 여러분 감사합니다",
        "여러분 안녕히 계세요",
        "謝謝觀看",
        "感谢观看",
        "チャンネル登録お願いします",
        "Gracias por ver el video",
        "Hãy subscribe cho kênh La La School Để không bỏ lỡ những video hấp dẫn",
        "이 프로그램은 배달의민족의 제작지원을 받았습니다",
    ],
)
def test_lines_of_programmes_in_any_language_are_inventions(line):
    call = read(f"네 카드 정지해 주세요\n{line}\n정지해 드렸습니다")
    assert [one.text for one in call.utterances] == ["네 카드 정지해 주세요", "정지해 드렸습니다"]
    assert call.dropped == {"hallucination": 1}


@pytest.mark.parametrize(
    "line",
    [
        "다음 주에 뵙겠습니다",
        "이 방송은 왜 안 나오나요",
        "이 영상은 제가 찍은 거예요",
        "여러분이 다 그러세요",
        "유튜브 구독 취소하고 싶어요",
        "배경음악이 안 꺼져요",
        "Gracias",
        "Thank you",
        "저작권 신고하려고요",
        "시청자 게시판에 글을 썼어요",
        "뉴스에 나온 그 카드요",
        "感謝します",
        "youtube.com에서 결제됐어요",
    ],
)
def test_words_of_programmes_that_callers_say_stay(line):
    call = read(f"네 카드 정지해 주세요\n{line}\n정지해 드렸습니다")
    assert call.utterances[1].text == line
    assert call.dropped == {}


@pytest.mark.parametrize(
    "line",
    [
        "연결이 되지 않아 소리샘으로 연결됩니다",
        "Please hold while we connect your call",
        "All of our agents are currently busy",
        "Please stay on the line.",
        "잘못 누르셨습니다.",
        "서비스 종료를 원하시면 끊어 주시기 바랍니다",
        "지금 연결되는 상담원도 누군가의 소중한 가족입니다",
        "업무 시간에 다시 전화해 주시기 바랍니다",
        "고객님의 전화기가 꺼져 있어 연결할 수 없습니다",
        "메뉴를 다시 들으시려면 별표를 눌러 주세요",
        "This call may be recorded for training purposes",
    ],
)
def test_more_announcements_are_a_machines(line):
    assert read(f"{line}\n상담원: 네\n고객: 카드요").utterances[0].speaker == "system"


def test_what_a_machine_goes_on_to_say_is_its_own():
    menu = "지금은 통화량이 많습니다.\n잔액 조회는 1번을 눌러 주세요.\n잠시만 기다려 주십시오.\n"
    sides = [one.speaker for one in read(f"{menu}상담원: 네\n고객: 카드요").utterances]
    assert sides == ["system", "system", "system", "agent", "customer"]
    assert read(f"{menu}고객: 네").dropped == {"system": 3}
    beside = "네 정지해 주세요\n네 감사합니다\n상담 평가는 1번을 눌러 주세요.\n감사합니다\n"
    sides = [one.speaker for one in read(beside).utterances]
    assert sides == ["unknown", "unknown", "system", "unknown"]
    text = "상담 시간은 오전 9시부터 오후 6시까지입니다\n잠시만 기다려 주세요\n"
    assert {one.speaker for one in read(text).utterances} == {"unknown"}
    left = "상담 시간은 9시부터입니다\n삐 소리가 나면 말씀해 주세요\n김민수인데 다시 전화 주세요\n"
    assert [one.speaker for one in read(left).utterances] == ["system", "system", "unknown"]


@pytest.mark.parametrize(
    ("text", "kept", "count"),
    [
        ("감사합니다.\n안녕히 계세요.\n" * 8, ["감사합니다.", "안녕히 계세요."], 14),
        ("네 그래요\n아니 그게요\n알겠습니다\n" * 4, ["네 그래요", "아니 그게요", "알겠습니다"], 9),
        ("고객: " + "그래서 제가 어제 저녁에 그 매장에 가서 전화를 했는데요 " * 6, None, 4),
    ],
)
def test_a_loop_of_several_sentences_or_of_a_long_one_is_there_once_or_twice(text, kept, count):
    call = read(f"네 정지해 주세요\n{text}")
    assert call.dropped == {"repetition": count}
    assert kept is None or [one.text for one in call.utterances[1:]] == kept


def test_people_who_say_the_same_in_turn_are_no_loop():
    for text in (
        "여보세요\n네\n" * 6,
        "삼이요\n일이요\n" * 6,
        "고객: 안 들려요\n상담사: 들리세요\n" * 6,
    ):
        assert read(text).dropped == {}
        assert len(read(text).utterances) == 12


@pytest.mark.parametrize(
    "mark",
    [
        "(통화 중 잡음)",
        "[노이즈]",
        "[통화 연결음]",
        "[발신음]",
        "(...)",
        "ㅡㅡ",
        "[sound of music]",
        "(알림음)",
    ],
)
def test_more_marks_of_sounds_are_no_speech(mark):
    call = read(f"상담사: 네 말씀하세요\n고객: {mark}\n상담사: 감사합니다")
    assert [one.text for one in call.utterances] == ["네 말씀하세요", "감사합니다"]
