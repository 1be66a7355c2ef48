from schema.testing.mmdb import city, write_mmdb

BUILT_S = 1_795_176_000


def test_without_a_file_it_is_told_how_to_get_one(shell):
    answer = shell("geoip")
    assert answer.code == 2
    assert "balise geoip SOURCE" in answer.err


def test_a_file_is_installed_into_the_data_folder_and_shown(shell, tmp_path):
    given = write_mmdb(tmp_path / "given.mmdb", {"192.0.2.0/24": city("FR")}, BUILT_S)
    installed = shell("geoip", str(given), "--json")
    assert installed.code == 0, installed.err
    assert installed.json["path"] == str(tmp_path / "var" / "geoip.mmdb")
    assert installed.json["built"] == "2026-11-20"
    shown = shell("geoip")
    assert "GeoLite2-City" in shown.out
    assert str(tmp_path / "var" / "geoip.mmdb") in shown.out


def test_a_file_goes_where_the_setting_says(shell, tmp_path, monkeypatch):
    monkeypatch.setenv("BALISE_GEOIP", str(tmp_path / "places.mmdb"))
    given = write_mmdb(tmp_path / "given.mmdb", {"192.0.2.0/24": city("FR")}, BUILT_S)
    assert shell("geoip", str(given)).code == 0
    assert (tmp_path / "places.mmdb").read_bytes() == given.read_bytes()


def test_what_cannot_be_installed_is_one_sentence_and_the_old_file_stays(shell, tmp_path):
    given = write_mmdb(tmp_path / "given.mmdb", {"192.0.2.0/24": city("FR")}, BUILT_S)
    shell("geoip", str(given))
    wrong = shell("geoip", str(given), "--sha256", "0" * 64)
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
    assert "SHA-256" in wrong.err
    given.write_bytes(b"no database")
    assert shell("geoip", str(given)).code == 2
    assert shell("geoip", "geolite2").code == 2
    assert shell("geoip").code == 0
