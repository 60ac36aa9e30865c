import pytest

from support.boxes.store import Box


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path / "edgebox.db")
    box.allow("center.test")
    yield box
    box.store.close()
