"""The operator's gazetteer files, laid over those that come with the program."""

from __future__ import annotations

import pytest

from aggregator.editorial import gazetteer, matching, shipped
from aggregator.editorial.folding import fold_with_offsets
from aggregator.errors import ConfigError
from aggregator.model import WordFile

SHIPPED = {
    "KZ.toml": '[names]\nany = ["Quorland"]\nen = ["Quorland", "Land of Quor"]\n[places]\nru = ["Кворград"]\n'
}


def found(text: str, language: str, *own: str, languages: tuple[str, ...] = ("en",)) -> set[str]:
    files = [WordFile("mine/KZ.toml", one) for one in own]
    compiled = gazetteer.load(SHIPPED, languages, files)
    (hits,) = matching.find([fold_with_offsets(text)], compiled, language, cased=[True])
    return {hit.surface for hit in hits}


def test_a_file_of_the_operators_adds_its_words() -> None:
    assert found("Quorland and Blueford", "en", '[places]\nen = ["Blueford"]\n') == {"Quorland", "Blueford"}


def test_a_word_can_be_taken_away_from_one_language_or_from_all() -> None:
    assert found("Quorland", "en", '[without]\nen = ["Quorland"]\n') == {"Quorland"}
    assert found("Quorland", "en", '[without]\nany = ["quorland"]\n') == set()
    assert found("Land of Quor", "en", '[without]\nen = ["Land of Quor"]\n') == set()
    assert found("В Кворграде", "ru", '[without]\nru = ["Кворград"]\n') == set()


def test_cldrs_names_can_be_taken_away_too() -> None:
    assert found("Kazakhstan", "en") == {"Kazakhstan"}
    assert found("Kazakhstan", "en", '[without]\nen = ["Kazakhstan"]\n') == set()
    assert found("Kazakhstan", "en", '[without]\nany = ["Kazakhstan"]\n') == set()


def test_what_is_taken_away_can_be_added_as_something_else() -> None:
    text = '[without]\nen = ["Land of Quor"]\n[negatives]\nen = ["Land of Quor"]\n'
    assert found("Land of Quor", "en", text) == set()
    text = '[without]\nen = ["Land of Quor"]\n[people]\nen = ["Land of Quor"]\n'
    assert found("Land of Quor", "en", text) == {"Land of Quor"}


def test_one_file_may_take_away_what_another_adds_nowhere() -> None:
    assert found("Blueford", "en", '[places]\nen = ["Blueford"]\n', '[without]\nru = ["Кворград"]\n') == {
        "Blueford"
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[without]\nen = ["Qorland"]\n', "«Qorland» is no word of KZ; did you mean «Quorland» (any)?"),
        ('[without]\nru = ["Land of Quor"]\n', "«Land of Quor» does not stand under it but under en"),
        ('[without]\nen = ["Zzyzx"]\n', "«Zzyzx» is no word of KZ: there is nothing to take away"),
        (
            '[without]\nsw = ["Kazakistanii"]\n',
            "«Kazakistanii» is no word of KZ; did you mean «Kazakistani» (sw)?",
        ),
        ("[without]\nen = [5]\n", "5 is no word"),
        ("without = 5\n", "«without» must be a table of languages"),
    ],
)
def test_taking_away_what_is_not_there_is_a_fault_with_the_word_that_was_meant(
    text: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        found("", "en", text)
    (fault,) = caught.value.faults
    assert fault.file == "mine/KZ.toml"
    assert message in fault.message


def test_all_faults_of_all_files_of_the_operators_are_reported_at_once() -> None:
    files = [
        WordFile("mine/KZ.toml", '[places]\nen = [""]\n\n[without]\nru = ["Астанаа"]\n'),
        WordFile("mine/KG.toml", "[names"),
        WordFile("mine/Kyrgyzstan.toml", ""),
    ]
    faults = [str(fault) for fault in shipped.faults(files, ("ru",))]
    assert [fault.split(": ")[0] for fault in faults] == [
        "mine/KZ.toml:2:1",
        "mine/KG.toml:1:1",
        "mine/Kyrgyzstan.toml:1:1",
        "mine/KZ.toml:5:1",
    ]
    assert "did you mean «Астана»" in faults[-1]
    assert shipped.faults([], ("ru",)) == []


def test_a_country_without_a_shipped_file_has_cldrs_names_to_take_away() -> None:
    assert shipped.faults([WordFile("TV.toml", '[without]\nfr = ["Tuvalu"]\n')], ("en",)) == []


def test_the_version_changes_with_the_operators_words() -> None:
    plain = gazetteer.load(SHIPPED, ("en",)).version
    mine = gazetteer.load(SHIPPED, ("en",), [WordFile("KZ.toml", "# more")]).version
    assert len({plain, mine, gazetteer.load(SHIPPED, ("en",), [WordFile("KZ.toml", "")]).version}) == 3


def test_the_spellings_that_other_languages_borrow_go_with_the_word() -> None:
    assert found("Kvorgrad", "uz") == {"Kvorgrad"}
    assert found("Kvorgrad", "uz", '[without]\nru = ["Кворград"]\n') == set()


def test_a_term_of_the_operators_is_added_to_those_of_a_shipped_leader() -> None:
    first = '[[leaders]]\nfrom = 2001-01-01\nuntil = 2005-01-01\nen = ["Quorvex"]\n'
    again = '[[leaders]]\nfrom = 2011-01-01\nen = ["Quorvex"]\n'
    compiled = gazetteer.load({"KZ.toml": first}, ("en",), [WordFile("KZ.toml", again)])
    (pattern,) = compiled.patterns(compiled.stems.index("quorvex"))
    assert [term.since.year for term in pattern.terms] == [2001, 2011]
