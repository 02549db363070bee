import pytest

from inkwright import errors


def test_the_sentence_is_the_message_and_the_hint():
    error = errors.BookError("book.json has no panels.", "Run: inkwright panels DIR")

    assert str(error) == "book.json has no panels. Run: inkwright panels DIR"
    assert (error.message, error.hint) == ("book.json has no panels.", "Run: inkwright panels DIR")
    assert str(errors.InternalError("Ours.")) == "Ours."


@pytest.mark.parametrize(
    "name", ["Picture", "Book", "Prior", "Palette", "Config", "Backbone", "Project", "UnknownChoice", "Disk"]
)
def test_what_the_user_can_mend_ends_with_exit_code_two(name):
    kind = getattr(errors, f"{name}Error")
    assert issubclass(kind, errors.UserError)
    assert kind("m").exit_code == 2


def test_our_own_fault_ends_with_exit_code_one():
    assert errors.InternalError("m").exit_code == errors.InkwrightError("m").exit_code == 1
    assert not issubclass(errors.InternalError, errors.UserError)


def test_the_tree_at_the_top_of_the_file_names_every_error():
    kinds = [name for name, kind in vars(errors).items() if isinstance(kind, type)]
    assert len(kinds) == 12
    assert [name for name in kinds if name not in (errors.__doc__ or "")] == []
