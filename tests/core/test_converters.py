from salesrules.core import Parameters, as_parameters, as_tuple


def test_as_tuple_takes_any_iterable_and_keeps_a_tuple():
    given = (1, 2)
    assert as_tuple(given) is given
    assert as_tuple([1, 2]) == as_tuple(iter([1, 2])) == given
    assert as_tuple(()) == ()


def test_as_parameters_copies_a_mapping_and_keeps_parameters():
    source = {"limit": 5}
    made = as_parameters(source)
    source["limit"] = 6
    assert made == {"limit": 5}
    assert type(made) is Parameters
    assert as_parameters(made) is made
