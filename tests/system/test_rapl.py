from edgebox.system.rapl import Packages


def zone(root, place, name, **files):
    folder = root / f"intel-rapl:{place}"
    folder.mkdir(exist_ok=True)
    for file, value in {"name": name, **files}.items():
        (folder / file).write_text(f"{value}\n")
    return folder


def test_joules_grow_with_the_counter_and_over_its_turn(tmp_path):
    counter = zone(tmp_path, 0, "package-0", energy_uj=9_000_000, max_energy_range_uj=9_999_999)
    packages = Packages(tmp_path)
    assert packages.joules() == {"cpu0": 0.0}
    (counter / "energy_uj").write_text("9500000\n")
    assert packages.joules() == {"cpu0": 0.5}
    (counter / "energy_uj").write_text("1000000\n")
    assert packages.joules() == {"cpu0": 2.0}


def test_parts_of_a_package_and_what_may_not_be_read_are_left_out(tmp_path):
    zone(tmp_path, 0, "package-0", energy_uj=1, max_energy_range_uj=9)
    zone(tmp_path, "0:0", "core", energy_uj=1, max_energy_range_uj=9)
    zone(tmp_path, 1, "psys", energy_uj=1, max_energy_range_uj=9)
    zone(tmp_path, 2, "package-2", max_energy_range_uj=9)
    assert Packages(tmp_path).joules() == {"cpu0": 0.0}
    assert Packages(tmp_path / "nowhere").joules() == {}
