from salesrules import pricing


def test_every_name_of_the_door_opens():
    assert [name for name in pricing.__all__ if getattr(pricing, name, None) is None] == []
