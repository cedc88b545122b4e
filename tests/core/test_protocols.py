import pytest

from salesrules.core import SupportsRecords


class Rows:
    def to_records(self):
        return [{"a": 1}]


@pytest.mark.parametrize(("value", "supports"), [(Rows(), True), ([{"a": 1}], False), (None, False)])
def test_a_result_with_records_is_recognised_without_inheritance(value, supports):
    assert isinstance(value, SupportsRecords) is supports
