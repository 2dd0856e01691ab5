"""Gazetteer files: their format, their faults, and what they compile to."""

from __future__ import annotations

import pytest

from aggregator.editorial import gazetteer, matching, shipped, territories
from aggregator.editorial.folding import fold_with_offsets
from aggregator.editorial.gazetteer_format import parse
from aggregator.editorial.inflection import inflect, of_language
from aggregator.errors import ConfigError


def hits(text: str, compiled: gazetteer.Gazetteer, language: str) -> list[matching.Hit]:
    (found,) = matching.find([fold_with_offsets(text)], compiled, language, cased=[True])
    return found


def surfaces(text: str, language: str, files: dict[str, str]) -> list[tuple[str, str]]:
    compiled = gazetteer.load(files, ())
    return [(hit.pattern.country, hit.surface) for hit in hits(text, compiled, language)]


def test_the_shipped_files_have_no_fault_and_name_all_countries_of_the_region() -> None:
    compiled = shipped.gazetteer(("en", "ru"))
    countries = {listed.word.country for every in compiled.words for listed in every}
    assert countries - {""} == territories.codes()
    for country in ("KZ", "KG", "UZ", "TJ", "TM", "AF", "RU", "CN", "IR", "PK", "TR", "AZ", "AM", "GE", "MN"):
        assert f"gazetteer/{country}.toml" in shipped.texts()


def test_no_word_stands_twice_in_one_list_of_a_shipped_file() -> None:
    for file, text in shipped.texts().items():
        words = [(word.kind, word.language, word.text) for word in parse(file, text).words]
        assert len(words) == len(set(words)), file


def test_there_are_249_countries_and_territories() -> None:
    assert len(territories.codes()) == 249
    assert {"KZ", "TM", "PS", "TW", "BQ"} <= territories.codes()
    assert not {"EU", "UN", "XK", "ZZ"} & territories.codes()


def test_names_come_in_all_scripts_of_a_language_without_explanations() -> None:
    names = set(territories.names(("uz", "en", "xx")))
    assert {("UZ", "uz", "Oʻzbekiston"), ("UZ", "uz", "Ўзбекистон"), ("MM", "en", "Myanmar")} <= names
    assert ("HK", "en", "Hong Kong") in names
    assert not [name for name in names if name[2] == "Congo"]


@pytest.mark.parametrize(
    ("file", "text", "place", "says"),
    [
        ("gazetteer/XX.toml", "", (1, 1), "«XX» is no country code"),
        ("KZ.toml", "[names]\nru = [", (2, 1), "not valid TOML"),
        ("KZ.toml", "[names]\nru = = 1\n", (2, 6), "not valid TOML"),
        ("KZ.toml", "[names]\n\n[nmaes]\nru = []\n", (3, 1), "unknown table «nmaes»: did you mean «names»?"),
        ("KZ.toml", 'names = "Qazaqstan"\n', (1, 1), "«names» must be a table of languages"),
        ("KZ.toml", '[names]\nru = ["Астана"]\nru-RU = ["Астана"]\n', (3, 1), "«ru-RU» is no language"),
        ("KZ.toml", '[names]\nru = "Казахстан"\n', (2, 1), "must be a list of words"),
        ("KZ.toml", '[people]\nkk = []\n[names]\nkk = ["!"]\n', (4, 1), "'!' is no word"),
        ("KZ.toml", "names = {ru = 7}\n", (1, 1), "must be a list of words"),
        ("KZ.toml", "[names]\nru = [7]\n", (2, 1), "7 is no word"),
        ("KZ.toml", f'[names]\nru = ["{"а" * 81}"]\n', (2, 1), "more than 80 characters"),
    ],
)
def test_a_fault_names_file_line_and_entry(file: str, text: str, place: tuple[int, int], says: str) -> None:
    (fault,) = parse(file, text).faults
    assert (fault.file, (fault.line, fault.column)) == (file, place)
    assert says in fault.message


def test_all_faults_of_all_files_are_reported_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        gazetteer.load({"KZ.toml": "[nmaes]\n", "KG.toml": "[stems]\nky = 1\n", "UZ.toml": ""}, ("en",))
    assert str(caught.value).splitlines() == [
        "KG.toml:2:1: [stems] ky: must be a list of words",
        "KZ.toml:1:1: " + caught.value.faults[1].message,
    ]


def test_the_version_changes_with_files_and_languages_only() -> None:
    first = gazetteer.load({"KZ.toml": ""}, ("en",)).version
    assert gazetteer.load({"KZ.toml": ""}, ("en",)).version == first
    assert gazetteer.load({"KZ.toml": "# more"}, ("en",)).version != first
    assert gazetteer.load({"KZ.toml": ""}, ("en", "fr")).version != first


def test_a_word_counts_as_it_is_written() -> None:
    files = {"KZ.toml": '[names]\nru = ["Звездоград", "ЗГ"]\n[stems]\nru = ["звездоградск"]\n'}
    assert surfaces("В Звездограде, ЗГ и звездоградские", "ru", files) == [
        ("KZ", "Звездограде"),
        ("KZ", "ЗГ"),
        ("KZ", "звездоградские"),
    ]
    assert surfaces("звездограде, зг", "ru", files) == []
    assert surfaces("звездоГраде", "ru", files) == [("KZ", "звездоГраде")]
    assert surfaces("СЛОВО ЗГ СЛОВО", "ru", files) == []


def test_the_longer_word_wins_and_a_negative_swallows() -> None:
    files = {
        "KZ.toml": '[places]\nany = ["Bluehill"]\n[negatives]\nany = ["Bluehill Times"]\n',
        "KG.toml": '[places]\nany = ["New Bluehill"]\n',
        "TJ.toml": '[places]\nany = ["Bluehill"]\n[negatives]\nany = ["Redhill"]\n',
        "TM.toml": '[places]\nany = ["Redhill"]\n',
    }
    assert surfaces("New Bluehill", "en", files) == [("KG", "New Bluehill")]
    assert surfaces("the Bluehill Times, Redhill", "en", files) == []
    assert sorted(surfaces("in Bluehill", "en", files)) == [("KZ", "Bluehill"), ("TJ", "Bluehill")]


def test_words_bound_to_a_language_count_in_texts_whose_language_is_unknown() -> None:
    files = {"KZ.toml": '[stems]\nky = ["казак"]\n'}
    assert surfaces("казактар", "ky", files) == surfaces("казактар", "und", files) == [("KZ", "казактар")]
    assert surfaces("казактар", "ru", files) == []


def test_a_special_word_replaces_cldrs_name_of_the_same_spelling() -> None:
    for_all = gazetteer.load({"ML.toml": '[ambiguous]\nany = ["Mali"]\n'}, ("en", "fr"))
    kinds = {str(hit.pattern.kind) for hit in hits("Mali", for_all, "fr")}
    assert kinds == {"ambiguous"}


@pytest.mark.parametrize(
    ("language", "name", "forms", "others"),
    [
        ("ru", "россия", {"россии", "россию", "россией"}, {"росси", "россиянка"}),
        ("ru", "киргизия", {"киргизии"}, {"киргизский"}),
        ("ru", "чили", {"чили"}, {"чилим"}),
        ("ru", "тегеран", {"тегеране", "тегераном"}, {"тегеранский"}),
        ("ru", "рахмонов", {"рахмонову", "рахмоновым"}, {"рахмоновский"}),
        ("ru", "филиппины", {"филиппин", "филиппинах"}, {"филиппинец"}),
        ("ru", "республика корея", {"республики корея", "республике корее"}, {"республиканская корея"}),
        ("ru", "казань", {"казани", "казанью"}, {"казан"}),
        ("ru", "китай", {"китая", "китаем"}, {"китайский"}),
        ("uk", "україна", {"україну", "україні"}, {"український"}),
        ("kk", "иран", {"иранда", "иранның", "иранға"}, {"иранбек"}),
        ("kk", "қазақстан", {"қазақстандықтардың"}, {"қазақстандықтардыңкі"}),
        ("tg", "эрон", {"эрону", "эронро", "эронӣ"}, {"эронбой"}),
        ("fa", "ایران", {"ایرانی", "ایرانیان"}, {"ایرانشهر"}),
        ("ka", "ირანი", {"ირანში", "ირანის"}, {"ირანელები"}),
        ("de", "belfast", {"belfasts", "belfaster"}, {"belfastisch"}),
        ("en", "niger", {"niger"}, {"nigeria", "nigers"}),
    ],
)
def test_names_take_the_endings_of_their_language(
    language: str, name: str, forms: set[str], others: set[str]
) -> None:
    def matches(form: str) -> bool:
        return any(
            form.startswith(stem) and ending(form[len(stem) :]) for stem, ending in inflect(name, language)
        )

    assert matches(name)
    assert {form for form in forms | others if matches(form)} == forms


def test_a_name_under_any_takes_the_endings_of_the_texts_language() -> None:
    assert of_language("uz")("ning")
    assert not of_language("en")("ning")
