import re
import tomllib

import pytest
from pydantic import ValidationError

from inkwright.config import VERSION, Config, check_config, parse_config, sections, template
from inkwright.errors import ConfigError

SETTINGS = [(name, key) for name, model in sections().items() for key in model.model_fields]


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "my/inkwright.toml")
    assert caught.value.message.startswith("my/inkwright.toml")
    assert caught.value.hint
    return caught.value


def test_an_empty_file_is_all_defaults():
    assert parse_config("") == Config()
    assert Config().version == VERSION


@pytest.mark.parametrize(("name", "key"), SETTINGS)
def test_every_setting_has_help_and_a_default_within_its_own_limits(name, key):
    info = sections()[name].model_fields[key]
    assert info.description
    assert info.description.endswith(".")
    default = getattr(getattr(Config(), name), key)
    assert getattr(getattr(check_config({name: {key: default}}), name), key) == default


def test_the_template_is_the_defaults_with_the_given_settings_switched_on():
    text = template(book={"title": 'A "quoted" \\ title\n\x7f', "direction": "rtl"}, fit={"steps": 7, "lr": 0.25})
    config = parse_config(text)

    assert config.book.title == 'A "quoted" \\ title\n\x7f'
    assert config == Config(
        book={"title": config.book.title, "direction": "rtl"},  # type: ignore[arg-type]
        fit={"steps": 7, "lr": 0.25},  # type: ignore[arg-type]
    )
    assert set(tomllib.loads(text)["book"]) == {"title", "direction"}
    assert parse_config(template()) == Config()


def test_the_template_with_every_line_switched_on_is_still_the_defaults():
    text = re.sub(r"^# (\w+ = )", r"\1", template(), flags=re.M)
    found = tomllib.loads(text)

    assert {(name, key) for name in sections() for key in found[name]} == set(SETTINGS)
    assert parse_config(text) == Config()


@pytest.mark.parametrize(
    ("text", "value", "near"),
    [
        ("[fitt]\nsteps = 3", "'fitt'", "'fit'"),
        ("[fit]\nstep = 3", "'fit.step'", "'steps'"),
        ("[train]\npixels = 3", "'train.pixels'", "px"),
        ("verzion = 1", "'verzion'", "'version'"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(text, value, near):
    error = refused(text)
    assert value in error.message
    assert near in error.hint


@pytest.mark.parametrize(
    ("text", "where", "value"),
    [
        ("[fit]\nweight_c = -1", "fit.weight_c", "-1"),
        ("[fit]\nweight_c = nan", "fit.weight_c", "nan"),
        ("[fit]\nlr = 0", "fit.lr", "0"),
        ("[fit]\nlr = inf", "fit.lr", "inf"),
        ("[fit]\nsteps = 1.5", "fit.steps", "1.5"),
        ("[fit]\nsteps = 'many'", "fit.steps", "many"),
        ("[train]\npx = 50", "train.px", "50"),
        ("[train]\nnets = 1", "train.nets", "1"),
        ("[book]\ndirection = 'up'", "book.direction", "up"),
        ("[book]\nlanguage = 'in English'", "book.language", "in English"),
        ("[style]\nseed = -1", "style.seed", "-1"),
        ("[style]\npicture = ''", "style.picture", "''"),
        ("[publish]\nquality = 0", "publish.quality", "0"),
        ("[publish]\ndpi = nan", "publish.dpi", "nan"),
        ("book = 3", "book", "3"),
        ("version = 'one'", "version", "one"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(text, where, value):
    error = refused(text)
    assert where in error.message
    assert value in error.message


def test_a_line_that_is_not_toml_is_refused():
    assert "not valid TOML" in refused("[fit\nsteps = 3").message


def test_a_newer_version_is_refused_with_both_versions_named():
    message = refused(f"version = {VERSION + 1}\n[future]\nx = 1").message
    assert f"version {VERSION + 1}" in message
    assert f"version {VERSION}" in message


def test_every_weight_of_the_loss_can_be_zero():
    weights = [key for key in sections()["fit"].model_fields if key.startswith("weight_")]
    assert "weight_c" in weights
    assert len(weights) == 10
    for key in weights:
        assert getattr(check_config({"fit": {key: 0}}).fit, key) == 0


def test_settings_cannot_be_changed_in_passing():
    with pytest.raises(ValidationError, match="frozen"):
        Config().fit.steps = 3  # type: ignore[misc]
