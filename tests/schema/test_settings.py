from pathlib import Path

import pytest

from schema.errors import BadInput
from schema.settings import SETTINGS, Settings, load, mask, shown


def of(tmp_path: Path, toml: str = "", **environ: str) -> Settings:
    if toml:
        (tmp_path / "balise.toml").write_text(toml, encoding="utf-8")
    return load(environ, tmp_path)


def test_defaults_work_without_any_setting(tmp_path: Path) -> None:
    settings = of(tmp_path)
    assert (settings.port, settings.raw_days, settings.geoip) == (8000, 395, None)
    assert settings.origin == "http://127.0.0.1:8000"


def test_the_environment_overrules_the_file_and_the_file_the_default(tmp_path: Path) -> None:
    toml = 'port = 8100\nlog_level = "debug"'
    settings = of(tmp_path, toml, BALISE_PORT="8200")
    assert (settings.port, settings.log_level, settings.host) == (8200, "debug", "127.0.0.1")


def test_stores_live_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    settings = of(tmp_path, BALISE_DATA=str(tmp_path / "here"))
    assert settings.clickhouse == f"chdb:///{tmp_path}/here/events"
    assert settings.database == f"sqlite:///{tmp_path}/here/balise.db"


def test_a_list_in_the_file_is_the_list_in_the_environment(tmp_path: Path) -> None:
    in_file = of(tmp_path, 'trusted_proxies = ["10.0.0.0/8", "::1"]')
    in_environment = of(tmp_path, BALISE_TRUSTED_PROXIES="10.0.0.0/8, ::1")
    assert in_file.trusted_proxies == in_environment.trusted_proxies == ("10.0.0.0/8", "::1")


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("BALISE_PORT", "99999", "BALISE_PORT is '99999'; it must be a whole number from 1 to"),
        ("BALISE_PORT", "eighty", "'eighty'"),
        ("BALISE_PORT", "٨٠٠٠", "whole number"),
        ("BALISE_RAW_DAYS", "761", "from 1 to 760"),
        ("BALISE_ROLLUP_MONTHS", "26", "from 1 to 25"),
        ("BALISE_LOG_LEVEL", "loud", "one of debug, info, warning, error"),
        ("BALISE_TRUSTED_PROXIES", "10.0.0.0/99", "addresses or networks"),
        ("BALISE_PUBLIC_URL", "stats.example.fr", "an address such as https://stats.example.fr"),
        ("BALISE_CLICKHOUSE", "mysql://h/d", "clickhouse://user:password@host:8123/balise"),
        ("BALISE_DATABASE", "mysql://h/d", "postgresql+psycopg://"),
        ("BALISE_PUBLIC_URL", "https://", "an address such as https://stats.example.fr"),
        ("BALISE_PUBLIC_URL", "https://stats.example.fr/a?b", "https://stats.example.fr"),
        ("BALISE_PUBLIC_URL", "https://stats.example.fr:web", "https://stats.example.fr"),
        ("BALISE_SMTP", "mail.example.fr", "smtp://user:password@host:587"),
        ("BALISE_SMTP", "smtp://", "smtp://user:password@host:587"),
        ("BALISE_SMTP", "smtp://mail.example.fr:submission", "smtp://user:password@host:587"),
        ("BALISE_SMTP", "smtp://[::1", "smtp://user:password@host:587"),
        ("BALISE_DATA", " ", "a path such as ./var"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(
    tmp_path: Path, variable: str, value: str, expected: str
) -> None:
    with pytest.raises(BadInput) as refused:
        of(tmp_path, **{variable: value})
    assert variable in str(refused.value)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("name", "near"), [("BALISE_PROT", "BALISE_PORT"), ("BALISE_CLIKHOUSE", "BALISE_CLICKHOUSE")]
)
def test_an_unknown_name_is_refused_with_the_one_that_was_meant(
    tmp_path: Path, name: str, near: str
) -> None:
    with pytest.raises(BadInput, match=f"Unknown setting {name}. Did you mean {near}?"):
        of(tmp_path, **{name: "1"})


def test_an_unknown_name_in_the_file_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"Unknown setting prot in .*Did you mean port\?"):
        of(tmp_path, "prot = 1")


@pytest.mark.parametrize("toml", ["port = ", "port = [[", "\x00"])
def test_a_corrupted_file_is_named_and_nothing_is_taken_from_it(tmp_path: Path, toml: str) -> None:
    with pytest.raises(BadInput, match=r"balise\.toml cannot be read as TOML"):
        of(tmp_path, toml)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "balise.toml").write_bytes('host = "é"'.encode("latin-1"))
    with pytest.raises(BadInput, match="cannot be read as TOML"):
        load({}, tmp_path)


@pytest.mark.parametrize("toml", ["port = true", "[port]\na = 1", "port = 1.5"])
def test_a_value_of_the_wrong_shape_in_the_file_is_refused(tmp_path: Path, toml: str) -> None:
    with pytest.raises(BadInput, match=r"port in .* must be"):
        of(tmp_path, toml)


def test_no_secret_is_shown(tmp_path: Path) -> None:
    settings = of(
        tmp_path,
        BALISE_CLICKHOUSE="clickhouse://me:hunter2@host:8123/balise?cluster=main",
        BALISE_DATABASE="postgresql+psycopg://me:hunter2@host/balise?password=hunter2",
        BALISE_SMTP="smtp://me:hunter2@host:587",
        BALISE_S3_SECRET="hunter2",
    )
    page = "\n".join(shown(each, settings) for each in SETTINGS)
    assert "hunter2" not in page
    assert "clickhouse://me:***@host:8123/balise?cluster=main" in page


def test_a_wrong_secret_value_is_refused_without_repeating_it(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        of(tmp_path, BALISE_SMTP="http://me:hunter2@host", BALISE_PORT="8000")
    assert "hunter2" not in str(refused.value)
    with pytest.raises(BadInput, match="without keys") as refused:
        of(tmp_path, BALISE_BACKUP="s3://me:hunter2@bucket/prefix")
    assert "hunter2" not in str(refused.value)


def test_masking_keeps_what_helps() -> None:
    assert mask("clickhouse://u:pw@h:81/b?cluster=m&token=t") == (
        "clickhouse://u:***@h:81/b?cluster=m&token=***"
    )
    assert mask("sqlite:////srv/balise.db") == "sqlite:////srv/balise.db"
