from salesrules import credit


def test_every_name_of_the_door_opens():
    assert [name for name in credit.__all__ if getattr(credit, name, None) is None] == []
