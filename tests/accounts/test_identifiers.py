import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc
from stdnum.in_ import gstin as stdnum_gstin

from accounts import identifiers

EVERY_CHECK = [
    identifiers.iec,
    identifiers.pan,
    identifiers.gstin,
    identifiers.cin,
    identifiers.llpin,
    identifiers.udyam,
    identifiers.lei,
    identifiers.uscc,
    identifiers.chinese_customs_code,
    identifiers.postcode,
    identifiers.state_code,
    identifiers.ad_code,
    identifiers.itc_hs,
    identifiers.cn_hs,
]


def gstin_of(first_fourteen):
    return first_fourteen + identifiers.gstin_check_character(first_fourteen)


class TestEveryIdentifier:
    @pytest.mark.parametrize("check", EVERY_CHECK)
    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "x" * 10_000,
            "०३८८०००००१",
            "０３８８００００01",
            "0388\x00000001",
            "0388\n000001",
            "\ud800",
            "\u202e0388000001",
            "1_000_000_0",
            "1e9",
            "-1",
            "١٢٣٤٥٦",
        ],
    )
    def test_refuses_what_is_not_plain_ascii_of_its_form(self, check, text):
        with pytest.raises(ValidationError):
            check(text)

    @given(text=st.text(max_size=40))
    def test_only_ever_gives_a_normal_form_or_a_sentence(self, text):
        for check in EVERY_CHECK:
            try:
                normal = check(text)
            except ValidationError as refusal:
                sentence = refusal.messages[0]
            else:
                assert check(normal) == normal
                assert normal.isascii()
                continue
            assert sentence.endswith(".")


class TestIec:
    @pytest.mark.parametrize(
        ("typed", "normal"),
        [("0388000001", "0388000001"), (" 0388 0000 01 ", "0388000001"), ("aaace1234f", "AAACE1234F")],
    )
    def test_takes_both_forms(self, typed, normal):
        assert identifiers.iec(typed) == normal

    @pytest.mark.parametrize("typed", ["038800001", "03880000011", "AAAXE1234F", "AAACE0000F", "0000000000"])
    def test_refuses_others(self, typed):
        with pytest.raises(ValidationError):
            identifiers.iec(typed)


class TestPan:
    def test_names_the_letter_that_is_wrong(self):
        with pytest.raises(ValidationError, match=r"fourth letter.*X"):
            identifiers.pan("AAAXE1234F")


class TestGstin:
    @pytest.mark.parametrize("state", ["01", "27", "38", "97"])
    def test_takes_every_state_of_the_register(self, state):
        code = gstin_of(f"{state}AAACE1234F1Z")
        assert identifiers.gstin(code.lower()) == code

    @pytest.mark.parametrize("state", ["38", "97"])
    def test_is_needed_because_stdnum_refuses_two_of_them(self, state):
        assert not stdnum_gstin.is_valid(gstin_of(f"{state}AAACE1234F1Z"))

    @pytest.mark.parametrize("letter", "Z19ABDJ")
    def test_takes_the_other_letters_in_fourteenth_place(self, letter):
        assert identifiers.gstin(gstin_of(f"27AAACE1234F1{letter}"))

    @pytest.mark.parametrize("letter", "CK0YX")
    def test_refuses_the_rest_in_fourteenth_place(self, letter):
        with pytest.raises(ValidationError):
            identifiers.gstin(gstin_of(f"27AAACE1234F1{letter}"))

    @pytest.mark.parametrize("state", ["00", "39", "96", "99"])
    def test_refuses_an_unknown_state(self, state):
        with pytest.raises(ValidationError, match="not the code of a state"):
            identifiers.gstin(gstin_of(f"{state}AAACE1234F1Z"))

    def test_refuses_a_wrong_check_character(self):
        right = gstin_of("27AAACE1234F1Z")
        for character in set(identifiers.BASE36) - {right[-1]}:
            with pytest.raises(ValidationError, match="does not match"):
                identifiers.gstin(right[:-1] + character)

    def test_agrees_with_the_number_a_published_sample_bears(self):
        assert identifiers.gstin("27AAPFU0939F1ZV") == "27AAPFU0939F1ZV"


class TestUscc:
    @pytest.mark.parametrize("code", ["91110108551385082Q", "91110000600037341L", "911101081000000140"])
    def test_takes_valid_codes_also_with_remainder_zero(self, code):
        assert identifiers.uscc(code.lower()) == code
        assert stdnum_uscc.is_valid(code)

    def test_takes_a_collective_that_stdnum_refuses(self):
        body = "N2440605555555555"
        code = body + identifiers.uscc_check_character(body)
        assert identifiers.uscc(code) == code
        assert not stdnum_uscc.is_valid(code)

    def test_refuses_every_other_check_character(self):
        for character in set(identifiers.USCC_ALPHABET) - {"Q"}:
            with pytest.raises(ValidationError, match="does not match"):
                identifiers.uscc("91110108551385082" + character)

    def test_says_which_letters_never_occur(self):
        with pytest.raises(ValidationError, match="never has I, O, S, V or Z"):
            identifiers.uscc("9111010855138508OQ"[:16] + "OQ")

    def test_warns_of_the_organisation_code_inside_without_refusing(self):
        assert identifiers.uscc_warning("91110108551385082Q") == ""
        assert identifiers.uscc_warning("91110000600037341L") == ""
        body = "91110108551385083"
        assert identifiers.uscc_warning(identifiers.uscc(body + identifiers.uscc_check_character(body)))


class TestLei:
    @pytest.mark.parametrize("typed", ["1", "01", "98", "5493000F4ZO33MV32P9"])
    def test_refuses_short_ones_that_have_the_right_remainder(self, typed):
        with pytest.raises(ValidationError, match="18 letters"):
            identifiers.lei(typed)

    def test_takes_a_right_one_and_refuses_a_slip(self):
        assert identifiers.lei("213800kud8lajwsq9d15") == "213800KUD8LAJWSQ9D15"
        with pytest.raises(ValidationError, match="check digits"):
            identifiers.lei("213800KUD8LAJWSQ9D16")


class TestOthers:
    @pytest.mark.parametrize(
        ("check", "typed", "normal"),
        [
            (identifiers.cin, "u31900mh2019ptc123456", "U31900MH2019PTC123456"),
            (identifiers.llpin, "aaa1234", "AAA-1234"),
            (identifiers.udyam, "udyam-mh-26-0000001", "UDYAM-MH-26-0000001"),
            (identifiers.postcode, "411 001", "411001"),
            (identifiers.state_code, "7", "07"),
            (identifiers.ad_code, "0510005", "0510005"),
            (identifiers.ad_code, "05100052900009", "05100052900009"),
            (identifiers.itc_hs, "8505.11.90", "85051190"),
            (identifiers.cn_hs, "8505 1110 00", "8505111000"),
            (identifiers.cn_hs, "85051110", "85051110"),
            (identifiers.chinese_customs_code, "3302961234", "3302961234"),
        ],
    )
    def test_take_what_is_right_in_normal_form(self, check, typed, normal):
        assert check(typed) == normal

    @pytest.mark.parametrize(
        ("check", "typed"),
        [
            (identifiers.cin, "X31900MH2019PTC123456"),
            (identifiers.cin, "U31900MH1719PTC123456"),
            (identifiers.llpin, "AA-12345"),
            (identifiers.udyam, "UDYAM-MH-26-000001"),
            (identifiers.postcode, "011001"),
            (identifiers.ad_code, "12345678"),
            (identifiers.itc_hs, "8505111000"),
            (identifiers.itc_hs, "77051190"),
            (identifiers.itc_hs, "00000000"),
            (identifiers.cn_hs, "850511100"),
        ],
    )
    def test_refuse_what_is_wrong(self, check, typed):
        with pytest.raises(ValidationError):
            check(typed)

    def test_postcodes_follow_the_country(self):
        assert identifiers.postcode("010010", "CN") == "010010"
        assert identifiers.postcode("sw1a 1aa", "GB") == "SW1A 1AA"
        with pytest.raises(ValidationError):
            identifiers.postcode("x" * 13, "GB")

    def test_customs_codes_of_another_shape_are_a_warning_only(self):
        assert identifiers.chinese_customs_code_warning(identifiers.chinese_customs_code("33029A1234"))
        assert not identifiers.chinese_customs_code_warning("3302961A34")


class TestDisagreements:
    def test_finds_none_in_a_firm_that_is_in_order(self):
        assert not identifiers.disagreements(
            iec="AAACE1234F",
            pan="AAACE1234F",
            gstin=gstin_of("27AAACE1234F1Z"),
            state_code="27",
            cin="U31900MH2019PTC123456",
        )

    @pytest.mark.parametrize(
        ("field", "given"),
        [
            ("iec", {"iec": "AAACE1234G", "pan": "AAACE1234F"}),
            ("gstin", {"gstin": gstin_of("27AAACE1234G1Z"), "pan": "AAACE1234F"}),
            ("gstin", {"gstin": gstin_of("27AAACE1234G1Z"), "iec": "AAACE1234F"}),
            ("gstin", {"gstin": gstin_of("27AAACE1234F1Z"), "state_code": "29"}),
            ("cin", {"cin": "U31900MH2019PTC123456", "pan": "AAAPE1234F"}),
            ("llpin", {"llpin": "AAA-1234", "pan": "AAACE1234F"}),
            ("llpin", {"llpin": "AAA-1234", "cin": "U31900MH2019PTC123456"}),
        ],
    )
    def test_names_the_field_that_contradicts(self, field, given):
        assert list(identifiers.disagreements(**given)) == [field]
        with pytest.raises(ValidationError):
            identifiers.check_together(**given)

    def test_lets_an_old_iec_stand_beside_any_pan(self):
        assert not identifiers.disagreements(iec="0388000001", pan="AAACE1234F")
