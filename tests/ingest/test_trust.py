from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.ingest import trust
from aggregator.ingest.allowance import Budget
from aggregator.ingest.faults import TlsError
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits, Transport
from aggregator.ingest.trust import Trust


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without authorities but for what stands in the folder."""
    monkeypatch.setattr(trust, "_USUAL_FILES", (str(tmp_path / "usual.pem"),))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "folder"))
    (tmp_path / "folder").mkdir()
    return tmp_path


def test_a_file_is_preferred_to_a_folder_and_the_named_to_the_usual(bare: Path) -> None:
    (bare / "folder" / "5ed36f99.0").touch()
    assert trust.of_system() == Trust(folder=str(bare / "folder"))
    (bare / "usual.pem").touch()
    assert trust.of_system() == Trust(file=str(bare / "usual.pem"))
    (bare / "own.pem").touch()
    assert trust.of_system() == Trust(file=str(bare / "own.pem"))


async def test_without_authorities_nothing_is_asked_over_tls_and_the_cure_is_told(bare: Path) -> None:
    async with Transport(guard=NetGuard(), limits=HttpLimits(host_gap=timedelta(0))) as transport:
        with pytest.raises(TlsError, match="SSL_CERT_FILE"):
            await transport.get("https://steppe.example/", {}, Budget(1))
