"""Spellings of one identifier meet, those of two don't, and nothing raises."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parvis.domain.identifiers import MEANINGS, Normaliser, NormRules, norm_of
from parvis.domain.identifiers.devices import DEVICE_KINDS
from parvis.domain.identifiers.handles import HANDLE_KINDS
from parvis.domain.identifiers.norm import EMAIL_KINDS, PHONE_KINDS, RECORD_KINDS
from parvis.domain.settings import IdentitySettings

RULES = NormRules.of(
    IdentitySettings(own_domains=("shop.example",), own_phones=("+33 1 99 00 11 22",))
)
NORMALISER = Normaliser(RULES)
KINDS = sorted(
    {*EMAIL_KINDS, *PHONE_KINDS, *HANDLE_KINDS, *DEVICE_KINDS, *RECORD_KINDS}
    | {"anonymous_id", "loyalty_card", "ip"}
)


def norm(kind: str, value: str) -> str | None:
    return NORMALISER.norm(kind, value).normal


@pytest.mark.parametrize(
    ("kind", "spellings", "normal"),
    [
        ("user_id", ["A7", " A7 ", "A7\n"], "A7"),
        ("anonymous_id", ["aB-1", "\taB-1"], "aB-1"),
        ("loyalty_card", ["12 34", "12 34 "], "12 34"),
        (
            "email",
            ["ann@firm.example", " Ann@FIRM.example", "mailto:ann@firm.example",
             "Ann Lee <ann@firm.example>", "ann@firm.example.", "ａnn@firm.example"],
            "ann@firm.example",
        ),
        (
            "email",
            ["annlee@gmail.com", "ann.lee@gmail.com", "A.n.n.Lee+shop@googlemail.com"],
            "annlee@gmail.com",
        ),
        ("email", ["ann@outlook.fr", "ann+x@outlook.fr"], "ann@outlook.fr"),
        ("email", ["ann@icloud.com", "ann+x@icloud.com"], "ann@icloud.com"),
        ("email", ["ann@proton.me", "Ann+x@proton.me"], "ann@proton.me"),
        ("email", ["ann+x@firm.example"], "ann+x@firm.example"),
        ("email", ["иван@почта.рф"], "иван@xn--80a1acny.xn--p1ai"),
        ("email", ["élodie@café.example", "e\u0301lodie@xn--caf-dma.example"],
         "élodie@xn--caf-dma.example"),
        (
            "phone",
            ["06 39 98 12 34", "06.39.98.12.34", "0639981234", "+33639981234", "0033 639981234",
             "+33 (0)6 39 98 12 34", "tel:+33-6-39-98-12-34", "+33 0639981234", "(06) 39-98-12-34"],
            "+33639981234",
        ),
        ("phone", ["+1 (212) 555-0123", "+1-212-555-0123", "001 212 555 0123"], "+12125550123"),
        ("phone", ["+39 06 1234 5670"], "+390612345670"),
        ("phone", ["01 99 00 33 44 ext. 12", "+33199003344;ext=12"], "+33199003344;ext=12"),
        (
            "fediverse",
            ["@Ann@Social.Example", "ann@social.example", "acct:ann@social.example",
             "https://social.example/@ann", "https://social.example/users/Ann",
             "https://other.example/@ann@social.example"],
            "ann@social.example",
        ),
        ("activitypub", ["https://Social.example/@Ann", "HTTPS://social.example/@Ann"],
         "https://social.example/@Ann"),
        ("bluesky", ["did:plc:abc123", "https://bsky.app/profile/did:plc:abc123",
                     "at://did:plc:abc123"], "did:plc:abc123"),
        ("bluesky_handle", ["Ann.sky.example", "@ann.sky.example",
                            "https://bsky.app/profile/ann.sky.example"], "ann.sky.example"),
        ("bluesky_handle", ["@Ann_Lee.sky.example"], "ann_lee.sky.example"),
        ("twitter", ["@Ann_Lee", "ann_lee", "https://x.com/Ann_Lee", "twitter.com/ann_lee?s=20",
                     "https://mobile.twitter.com/ann_lee/status/1"], "ann_lee"),
        ("instagram", ["@Ann.Lee", "https://www.instagram.com/ann.lee/"], "ann.lee"),
        ("facebook", ["https://facebook.com/Ann.Lee", "annlee", "@AnnLee"], "annlee"),
        ("facebook", ["https://www.facebook.com/profile.php?id=10001&sk=about", "10001"], "10001"),
        ("youtube", ["@Ann-Lee", "https://www.youtube.com/@ann-lee", "https://youtube.com/c/Ann-Lee"],
         "ann-lee"),
        ("youtube", ["https://www.youtube.com/channel/UCabcdefghijklmnopqrstuV"],
         "UCabcdefghijklmnopqrstuV"),
        ("tiktok", ["https://www.tiktok.com/@Ann.Lee?lang=fr", "ann.lee"], "ann.lee"),
        ("device_id", [" sn-42a ", "SN-42A"], "SN-42A"),
        ("device_id", ["00-1B-44-11-3A-B7", "00:1b:44:11:3a:b7", "001b.4411.3ab7"],
         "00:1b:44:11:3a:b7"),
        ("mac", ["001B44113AB7"], "00:1b:44:11:3a:b7"),
        ("idfa", ["{6F9619FF-8B86-D011-B42D-00CF4FC964FF}",
                  "6f9619ff-8b86-d011-b42d-00cf4fc964ff"],
         "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
    ],
)  # fmt: skip
def test_spellings_of_one_meet(kind: str, spellings: list[str], normal: str) -> None:
    assert {s: norm(kind, s) for s in spellings} == dict.fromkeys(spellings, normal)


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("user_id", "", "empty"),
        ("user_id", " \u00a0\t", "empty"),
        ("user_id", "x" * 513, "too_long"),
        ("email", "x" * 10_000 + "@firm.example", "too_long"),
        ("phone", "1" * 10_000, "too_long"),
        ("email", "\ufdfa" * 100, "too_long"),
        ("user_id", "ann\x00", "control_characters"),
        ("user_id", "a\nb", "control_characters"),
        ("user_id", "Ren\ufffd", "control_characters"),
        ("user_id", "\udc80", "control_characters"),
        ("email", "ann\u200b@firm.example", "invisible_characters"),
        ("phone", "\u202a+33639981234\u202c", "invisible_characters"),
        ("email", "аnn@firm.example", "look_alike"),
        ("email", "ann@fіrm.example", "look_alike"),
        ("email", "аре@firm.example", "look_alike"),
        ("user_id", "ΑBC", "look_alike"),
        ("email", "ann", "not_an_email"),
        ("email", "ann@firm", "not_an_email"),
        ("email", "@firm.example", "not_an_email"),
        ("email", "ann@@firm.example", "not_an_email"),
        ("email", "ann lee@firm.example", "not_an_email"),
        ("email", "ann..lee@firm.example", "not_an_email"),
        ("email", "ann@-firm.example", "not_an_email"),
        ("email", "+x@gmail.com", "not_an_email"),
        ("email", "a" * 65 + "@firm.example", "not_an_email"),
        ("email", "ann@firm.example, bob@firm.example", "not_an_email"),
        ("phone", "12", "not_a_phone"),
        ("phone", "+999 123 456 789", "not_a_phone"),
        ("phone", "call me maybe 06", "not_a_phone"),
        ("phone", "ann@firm.example", "not_a_phone"),
        ("fediverse", "ann", "not_a_handle"),
        ("fediverse", "https://social.example/about", "not_a_handle"),
        ("twitter", "https://x.com/home", "not_a_handle"),
        ("twitter", "https://instagram.com/ann", "not_a_handle"),
        ("twitter", "a name with spaces", "not_a_handle"),
        ("instagram", "https://[broken", "not_a_handle"),
        ("bluesky_handle", "ann", "not_a_handle"),
        ("activitypub", "ann", "not_a_handle"),
        ("ip", "203.0.113.4", "never_alone"),
        ("User_Agent", "Mozilla/5.0", "never_alone"),
        ("email", "noreply@bank.example", "blocked"),
        ("email", "No-Reply+7f3@bank.example", "blocked"),
        ("email", "mailer-daemon@firm.example", "blocked"),
        ("email", "info@shop.example", "blocked"),
        ("email", "sav@mail.shop.example", "blocked"),
        ("phone", "01 99 00 11 22", "blocked"),
        ("email", "test@test.com", "fake"),
        ("email", "null", "fake"),
        ("phone", "00000000", "fake"),
        ("phone", "123456789", "fake"),
        ("phone", "06 00 00 00 00", "fake"),
        ("phone", "06 12 34 56 78", "fake"),
        ("user_id", "anonymous", "fake"),
        ("user_id", "[object Object]", "fake"),
        ("user_id", "NaN", "fake"),
        ("user_id", "0", "fake"),
        ("user_id", "N/A", "fake"),
        ("anonymous_id", "00000000-0000-0000-0000-000000000000", "fake"),
        ("idfa", "{00000000-0000-0000-0000-000000000000}", "fake"),
        ("mac", "ff:ff:ff:ff:ff:ff", "fake"),
        ("mac", "02-00-00-00-00-00", "fake"),
        ("twitter", "@null", "fake"),
        ("loyalty_card", "99999999", "fake"),
        ("", "ann", "bad_kind"),
        ("x" * 65, "ann", "bad_kind"),
        ("user\x00id", "ann", "bad_kind"),
    ],
)
def test_what_links_nothing_says_why(kind: str, value: str, problem: str) -> None:
    assert NORMALISER.norm(kind, value) == (None, problem)
    assert problem in MEANINGS


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("user_id", "123456789"),
        ("user_id", "222222"),
        ("user_id", "ИВАН"),
        ("user_id", "Ελένη"),
        ("email", "info@firm.example"),
        ("email", "ann@shop.example"),
        ("email", "test@firm.example"),
        ("phone", "+353 80 000 0042"),
        ("anonymous_id", "00000000-0000-4000-8000-000000000001"),
        ("anonymous_id", "deadbeef" * 4),
    ],
)
def test_what_only_resembles_a_problem_is_none(kind: str, value: str) -> None:
    assert norm(kind, value) is not None


@given(kind=st.sampled_from(KINDS) | st.text(max_size=80), value=st.text())
@example(kind="instagram", value="http://[")
@example(kind="email", value="a@" + "a." * 200)
def test_nothing_raises_and_all_else_says_why(kind: str, value: str) -> None:
    told = NORMALISER.norm(kind, value)
    assert (told.normal is None) != (told.problem is None)
    assert told.problem is None or told.problem in MEANINGS


READABLE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(string.ascii_letters + string.digits + "@.+-_:/ ", max_size=40),
    st.emails(),
    st.from_regex(r"\A(\+|0|00)[0-9 .()]{6,16}( ext\. ?[0-9]{1,4})?\Z"),
    st.from_regex(r"\A(https?://)?[a-z]{1,8}\.(com|example)/@?[A-Za-z.]{1,12}/?\Z"),
)


@given(kind=st.sampled_from(KINDS), value=READABLE)
def test_a_norm_is_its_own_norm(kind: str, value: str) -> None:
    told = norm(kind, value)
    if told is not None:
        assert NORMALISER.norm(kind, told) == (told, None)


NAMES = st.from_regex(r"\A[a-z]{2,8}(\.[a-z]{2,8})?\Z")


@given(first=NAMES, second=NAMES, host=st.sampled_from(["firm.example", "yahoo.com", "orange.fr"]))
def test_plain_addresses_of_two_never_meet(first: str, second: str, host: str) -> None:
    one, other = norm("email", f"{first}@{host}"), norm("email", f"{second}@{host}")
    if first != second and one and other:
        assert one != other


@given(
    number=st.from_regex(r"\A[67][0-9]{8}\Z"),
    cut=st.sampled_from([" ", ".", "-", ""]),
    start=st.sampled_from(["0", "+33", "0033", "+33 (0)"]),
)
def test_spellings_of_a_phone_meet(number: str, cut: str, start: str) -> None:
    pairs = [number[i : i + 2] for i in range(1, 9, 2)]
    written = start + cut.join([number[0], *pairs])
    assert norm("phone", written) == norm("phone", f"+33{number}")


@given(number=st.from_regex(r"\A[2-9][0-9]{7,8}\Z"))
def test_a_number_is_of_the_workspaces_country(number: str) -> None:
    for country in ("FR", "DE", "GB"):
        told = norm_of("phone", f"0{number}", NormRules(country=country)).normal
        assert told is None or told.startswith({"FR": "+33", "DE": "+49", "GB": "+44"}[country])


@given(local=st.from_regex(r"\A[a-z]{6,12}\Z"), tag=st.from_regex(r"\A[a-z0-9]{1,6}\Z"))
def test_gmail_reads_neither_dots_nor_tags(local: str, tag: str) -> None:
    written = f"{'.'.join(local).upper()}+{tag}@googlemail.com"
    assert norm("email", written) == norm("email", f"{local}@gmail.com")
    assert norm("email", f"{local}+{tag}@firm.example") != norm("email", f"{local}@firm.example")


def test_rules_survive_being_written_as_text() -> None:
    assert NormRules.from_text(RULES.as_text()) == RULES
