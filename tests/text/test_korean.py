"""Conjugations and particles as any Korean grammar lists them."""

from __future__ import annotations

import pytest

from core.text.hangul import attach, compose, final, split
from core.text.korean import adnominal, be, eu, finite, formal, honoured, infinitive, past, plain, polite, unlike, word

# dictionary form, class, an adjective or not, 해요체, plain present, plain past
FORMS = """
가다 - v 가요 간다 갔다
오다 - v 와요 온다 왔다
보다 - v 봐요 본다 봤다
마시다 - v 마셔요 마신다 마셨다
배우다 - v 배워요 배운다 배웠다
켜다 - v 켜요 켠다 켰다
보내다 - v 보내요 보낸다 보냈다
쉬다 - v 쉬어요 쉰다 쉬었다
되다 - v 돼요 된다 됐다
먹다 - v 먹어요 먹는다 먹었다
앉다 - v 앉아요 앉는다 앉았다
읽다 - v 읽어요 읽는다 읽었다
입다 - v 입어요 입는다 입었다
받다 - v 받아요 받는다 받았다
웃다 - v 웃어요 웃는다 웃었다
공부하다 하 v 공부해요 공부한다 공부했다
돕다 ㅂ v 도와요 돕는다 도왔다
굽다 ㅂ v 구워요 굽는다 구웠다
눕다 ㅂ v 누워요 눕는다 누웠다
가깝다 ㅂ a 가까워요 가깝다 가까웠다
춥다 ㅂ a 추워요 춥다 추웠다
아름답다 ㅂ a 아름다워요 아름답다 아름다웠다
듣다 ㄷ v 들어요 듣는다 들었다
걷다 ㄷ v 걸어요 걷는다 걸었다
싣다 ㄷ v 실어요 싣는다 실었다
깨닫다 ㄷ v 깨달아요 깨닫는다 깨달았다
짓다 ㅅ v 지어요 짓는다 지었다
낫다 ㅅ v 나아요 낫는다 나았다
붓다 ㅅ v 부어요 붓는다 부었다
모르다 르 v 몰라요 모른다 몰랐다
부르다 르 v 불러요 부른다 불렀다
고르다 르 v 골라요 고른다 골랐다
빠르다 르 a 빨라요 빠르다 빨랐다
푸르다 러 a 푸르러요 푸르다 푸르렀다
빨갛다 ㅎ a 빨개요 빨갛다 빨갰다
하얗다 ㅎ a 하얘요 하얗다 하얬다
누렇다 ㅎ a 누레요 누렇다 누렜다
그렇다 ㅎ a 그래요 그렇다 그랬다
어떻다 ㅎ a 어때요 어떻다 어땠다
좋다 - a 좋아요 좋다 좋았다
살다 ㄹ v 살아요 산다 살았다
놀다 ㄹ v 놀아요 논다 놀았다
만들다 ㄹ v 만들어요 만든다 만들었다
길다 ㄹ a 길어요 길다 길었다
쓰다 ㅡ v 써요 쓴다 썼다
끄다 ㅡ v 꺼요 끈다 껐다
모으다 ㅡ v 모아요 모은다 모았다
크다 ㅡ a 커요 크다 컸다
바쁘다 ㅡ a 바빠요 바쁘다 바빴다
예쁘다 ㅡ a 예뻐요 예쁘다 예뻤다
맛있다 - a 맛있어요 맛있다 맛있었다
없다 - a 없어요 없다 없었다
높다 - a 높아요 높다 높았다
아니다 - a 아니에요 아니다 아니었다
""".split("\n")[1:-1]


@pytest.mark.parametrize("line", FORMS)
def test_present_and_past(line: str):
    dictionary, irregular, kind, *expected = line.split()
    w = word(dictionary, irregular.strip("-"), adjective=kind == "a")
    assert [finite(w, "present", "polite"), plain(w), plain(past(w))] == expected


@pytest.mark.parametrize(
    ("dictionary", "irregular", "ending", "expected"),
    [
        *(("돕다", "ㅂ", "면", "도우면"), ("듣다", "ㄷ", "면", "들으면"), ("짓다", "ㅅ", "면", "지으면")),
        *(("살다", "ㄹ", "면", "살면"), ("살다", "ㄹ", "ㄹ", "살"), ("살다", "ㄹ", "시", "사시")),
        *(("읽다", "", "ㄹ", "읽을"), ("가다", "", "ㄹ", "갈"), ("모르다", "르", "ㄹ", "모를")),
        *(("빨갛다", "ㅎ", "ㄴ", "빨간"), ("춥다", "ㅂ", "ㄴ", "추운"), ("길다", "ㄹ", "ㄴ", "긴")),
        ("살다", "ㄹ", "려고", "살려고"),
    ],
)
def test_endings_with_eu(dictionary: str, irregular: str, ending: str, expected: str):
    assert eu(word(dictionary, irregular), ending) == expected


def test_formal_future_and_question():
    assert [formal(word("살다", "ㄹ")), formal(word("읽다")), formal(word("가다"))] == ["삽니다", "읽습니다", "갑니다"]
    assert finite(word("가다"), "future", "plain") == "갈 것이다"
    assert finite(word("걷다", "ㄷ"), "future", "polite") == "걸을 거예요"
    assert finite(word("살다", "ㄹ"), "present", "plain", True) == "사니"
    assert finite(word("가다"), "past", "formal", True) == "갔습니까"


def test_honour():
    assert plain(honoured(word("가다"))) == "가신다"
    assert polite(honoured(word("돕다", "ㅂ"))) == "도우세요"
    assert plain(past(honoured(word("읽다")))) == "읽으셨다"


def test_negation_steps_between_noun_and_hada():
    study = word("공부|하다", "하")
    assert "".join((unlike(study, True)[0], plain(unlike(study, True)[1]))) == "공부 안 한다"
    assert "".join((unlike(study, False)[0], plain(unlike(study, False)[1]))) == "공부하지 않는다"
    big = word("크다", "ㅡ", adjective=True)
    assert "".join((unlike(big, False)[0], plain(unlike(big, False)[1]))) == "크지 않다"


def test_copula():
    assert [be("학생", "present", "polite"), be("의사", "present", "polite")] == ["학생이에요", "의사예요"]
    assert [be("학생", "past", "plain"), be("의사", "past", "polite")] == ["학생이었다", "의사였어요"]


def test_before_a_noun():
    assert adnominal(word("읽다"), "present") == "읽는"
    assert adnominal(word("사다"), "past") == "산"
    assert adnominal(word("재미있다", adjective=True), "present") == "재미있는"


@pytest.mark.parametrize(
    ("noun", "particle", "expected"),
    [
        *(("집", "은", "집은"), ("나", "은", "나는"), ("책", "이", "책이"), ("사과", "이", "사과가")),
        *(("책", "을", "책을"), ("사과", "을", "사과를"), ("집", "으로", "집으로"), ("학교", "으로", "학교로")),
        *(("교실", "으로", "교실로"), ("친구", "과", "친구와"), ("선생님", "과", "선생님과"), ("지민", "아", "지민아")),
        ("학교", "에", "학교에"),
    ],
)
def test_particles(noun: str, particle: str, expected: str):
    assert attach(noun, particle) == expected


def test_jamo():
    assert split("한") == ("ㅎ", "ㅏ", "ㄴ")
    assert compose("ㅎ", "ㅏ", "ㄴ") == "한"
    assert [final("값"), final("나무")] == ["ㅄ", ""]
    assert all(compose(*split(chr(code))) == chr(code) for code in range(0xAC00, 0xD7A4))
    with pytest.raises(ValueError, match="no Hangul"):
        split("a")


def test_infinitive_of_ha():
    assert infinitive(word("하다", "하")) == "해"
