"""`tasvir layers`: tables, JSON, pages in both languages, a person's own table, a saved model, a comparison."""

import json
import re

import pytest

ROUNDS = "conv(64,3,same) dilated(32,5,stride=2,rate=2) maxpool(2)"
ASKED = ("layers", ROUNDS, "--input", "256x256x3")


def test_the_table_and_its_formulas(tasvir):
    said = tasvir(*ASKED)
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert any(re.match(r"2: dilated\(32, 5x5, stride=2, rate=2\) +124×124×32 +51,232 +787,251,200 ", line) for line in lines)
    assert any(line.endswith("output           floor((256 + 2*0 - 2*(5-1) - 1)/2) + 1 = 124") for line in lines)
    assert any(re.match(r"total +53,024 ", line) for line in lines)
    assert "layer 2: Keras refuses a stride and a rate above 1" in said.out


def test_json_is_plain(tasvir):
    found = tasvir(*ASKED, "--json").json
    assert [(row["layer"], row["output"], row["parameters"]) for row in found["layers"]] == [
        ("conv(64, 3x3, same)", [256, 256, 64], 1792),
        ("dilated(32, 5x5, stride=2, rate=2)", [124, 124, 32], 51232),
        ("maxpool(2)", [62, 62, 32], 0),
    ]
    assert found["total"] == 53024


def test_the_words_are_persian_where_asked(tasvir):
    said = tasvir(*ASKED, "--lang", "fa")
    assert "۱۲۴×۱۲۴×۳۲" in said.out
    assert "floor((۲۵۶ + ۲*۰ - ۲*(۵-۱) - ۱)/۲) + ۱ = ۱۲۴" in said.out
    assert "\\u" not in said.out


def test_wrong_cells_end_with_one_and_right_ones_with_none(tasvir, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text('layer,output,parameters\na,256x256x64,"1,792"\nb,125x125x32,"51,332"\nc,62x62x32,0\n')
    said = tasvir(*ASKED, "--check", mine)
    assert said.code == 1
    assert "Wrong cells: 2 of 6." in said.out
    assert re.search(r"parameters +51,332 +51,232 +\(5\*5\*64 \+ 1\)\*32 = 51,232", said.out)
    told = tasvir(*ASKED, "--check", mine, "--json")
    assert (told.code, [one["row"] for one in told.json["check"]["wrong"]]) == (1, [2, 2])
    mine.write_text(mine.read_text().replace("125x125", "124x124").replace("51,332", "51,232"))
    said = tasvir(*ASKED, "--check", mine)
    assert said.code == 0
    assert "All 6 cells of the table are right." in said.out


def test_our_own_json_can_be_checked(tasvir, tmp_path):
    (tmp_path / "ours.json").write_text(tasvir(*ASKED, "--json").out)
    assert tasvir(*ASKED, "--check", "ours.json").code == 0


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_the_page(tasvir, tmp_path, lang):
    mine = tmp_path / "mine.json"
    mine.write_text(json.dumps([{"output": "1x1x1"}] * 3))
    said = tasvir(*ASKED, "--check", mine, "--out", "pages/layers.html", "--lang", lang)
    assert said.code == 1
    page = (tmp_path / "pages" / "layers.html").read_text()
    assert f'<html lang="{lang}"' in page
    assert "data-record=" not in page
    assert ("the command's own results" if lang == "en" else "نتیجه‌های خود فرمان").replace("'", "&#39;") in page
    assert ("51,232" if lang == "en" else "۵۱٬۲۳۲") in page
    body = re.sub(
        "\N{FIRST STRONG ISOLATE}[^\N{POP DIRECTIONAL ISOLATE}]*\N{POP DIRECTIONAL ISOLATE}", "", page[page.index("<body>") :]
    )
    words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", body)))
    assert lang == "en" or words <= {"Tasvir", "Keras", "PyTorch"}


def test_a_saved_model(tasvir, world):
    found = tasvir("layers", "--model", world.autoencoder, "--json").json
    assert {row["part"] for row in found["layers"]} == {"encoder", "decoder"}
    assert found["layers"][-1]["output"][-1] == 3
    said = tasvir("layers", "--model", world.classifier)
    assert said.code == 0
    assert "head dense(2)" in said.out
    assert re.search(r"^1: encoder: ", tasvir("layers", "--model", world.autoencoder).out, re.MULTILINE)


def test_a_comparison(tasvir, tmp_path):
    asked = ("layers", "--compare", "conv,rnn,attention", "--length", 32, "--width", 4, "--kernel", 3, "--out", "page.html")
    said = tasvir(*asked, "--json")
    found = said.json
    assert [row["layer"] for row in found["compare"]] == ["conv", "rnn", "attention"]
    assert [row["operations"]["order"] for row in found["compare"]] == ["O(k n d^2)", "O(n d^2)", "O(n^2 d)"]
    assert [row["path"]["value"] for row in found["compare"]] == [16, 32, 1]
    assert "Counted numbers that are what the formulas say: 24 of 24." in said.err
    assert "O(n/k)" in (tmp_path / "page.html").read_text()


def test_a_library_s_name_and_the_command_agree(tasvir):
    import tasvir as package

    assert package.layers(ROUNDS, (256, 256, 3)).facts() == tasvir(*ASKED, "--json").json
