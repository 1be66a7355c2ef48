import socket

import pytest

from balise.listen import bind
from schema.errors import BadInput, Unavailable


def test_a_taken_port_is_named_with_the_next_one_to_try() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=rf"Port {port} is taken.*BALISE_PORT="):
            bind("127.0.0.1", port)


def test_a_host_of_another_machine_is_refused() -> None:
    with pytest.raises(BadInput, match=r"192\.0\.2\.1:8000 is not an address of this machine"):
        bind("192.0.2.1", 8000)


def test_a_host_that_is_no_address_is_refused() -> None:
    with pytest.raises(BadInput, match="BALISE_HOST is 'not a host'"):
        bind("not a host", 8000)


def test_a_bound_address_takes_connections_at_once() -> None:
    with bind("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        assert listening.getsockname()[1] > 0
