import shlex

from tasvir.studies.command import command_of

SETTINGS = {"profile": "quick", "seed": 0, "threads": 2, "device": "auto", "precision": "bf16"}


def test_it_is_one_line_for_a_shell():
    words = {"source": "/my pictures", "image_size": 32, "skip_unreadable": True, "color": False}
    told = shlex.split(command_of("run", words, SETTINGS))
    assert told[:3] == ["tasvir", "run", "/my pictures"]
    assert " ".join(told[3:]) == (
        "--image-size 32 --skip-unreadable --no-color --profile quick --seed 0 --threads 2 --device auto --precision bf16"
    )


def test_the_command_line_understands_it():
    """Every word of the loader and every setting of the main job is a flag of `tasvir run`."""
    import dataclasses

    import typer

    from tasvir.cli.door import app
    from tasvir.data.options import LoadOptions

    values = {bool: True, str: "x", int: 7, float: 0.7}
    words = {"source": "x"} | {
        f.name: values.get(type(f.default), True if f.name == "color" else 7) for f in dataclasses.fields(LoadOptions)
    }
    words |= {"fit": "crop", "seed": 7, "value_range": [-160.0, 240.0]}
    command = typer.main.get_command(app).get_command(None, "run")
    context = command.make_context("run", shlex.split(command_of("run", words, SETTINGS | {"seed": 7}))[2:])
    assert {name: str(value) for name, value in context.params.items() if name in words} == {
        name: str(tuple(value) if isinstance(value, list) else value) for name, value in words.items() if name != "source"
    }
    assert {name: context.params[name] for name in SETTINGS} == SETTINGS | {"seed": 7}


def test_no_command_asks_for_a_set_made_by_hand_or_for_two_seeds():
    assert command_of("run", {}, SETTINGS) is None
    assert command_of("run", {"source": "digits", "seed": 3}, SETTINGS) is None
