"""Downloads from a local server that truncates, lies, refuses and redirects; only the scheme check is told to allow it."""

import dataclasses
import gzip
import hashlib
import io
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.data.known import facts, fetch
from tasvir.data.known.facts import KNOWN, Remote
from tasvir.data.known.fetch import download
from tasvir.data.load import load_data

CONTENT = np.random.default_rng(0).bytes(50_000)


class Answers(BaseHTTPRequestHandler):
    """Serves `files`; the first word of the path says how."""

    files: dict[str, bytes] = {}

    def do_GET(self):
        _, how, name = self.path.split("/", 2)
        content = self.files.get(name, CONTENT)
        if how == "refused":
            self.send_error(403)
            return
        if how == "redirect":
            self.send_response(302)
            self.send_header("Location", f"ftp://127.0.0.1/{name}")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:-99] if how == "truncated" else content + b"!" * (how == "longer"))

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    """The address of a running server, with http and the network allowed."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("TASVIR_OFFLINE", raising=False)
    monkeypatch.setattr(fetch, "SCHEMES", ("http",))
    monkeypatch.setattr(Answers, "files", {})
    running = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


def md5(data):
    return hashlib.md5(data).hexdigest()


def remote(*urls, name="data.bin", digest=None, of_content=False):
    return Remote(name, urls, digest or md5(CONTENT), of_content)


def test_a_sound_answer_is_stored(server, tmp_path):
    path = download(remote(f"{server}/good/data.bin"), tmp_path / "set" / "data.bin")
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("truncated", "ChunkedEncodingError|ConnectionError|IncompleteRead|md5"),
        ("refused", "answer 403"),
        ("redirect", r"ftp://127\.0\.0\.1/data\.bin is not http"),
    ],
)
def test_bad_answers_leave_nothing_and_the_next_mirror_is_tried(server, tmp_path, how, reason):
    bad, good = f"{server}/{how}/data.bin", f"{server}/good/data.bin"
    with pytest.raises(DataFileError, match=reason):
        download(remote(bad), tmp_path / "set" / "data.bin")
    assert list(tmp_path.iterdir()) == []
    assert download(remote(bad, good), tmp_path / "set" / "data.bin").read_bytes() == CONTENT


def test_a_wrong_hash_is_refused(server, tmp_path):
    with pytest.raises(DataFileError, match=f"md5 {md5(CONTENT)} instead of {'0' * 32}"):
        download(remote(f"{server}/good/data.bin", digest="0" * 32), tmp_path / "set" / "data.bin")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there(server, tmp_path):
    with pytest.raises(DataFileError, match=r"127\.0\.0\.1: ConnectionError"):
        download(remote("http://127.0.0.1:9/data.bin"), tmp_path / "set" / "data.bin")
    assert list(tmp_path.iterdir()) == []


def test_only_https_is_asked(tmp_path):
    with pytest.raises(DataFileError, match=r"http://127\.0\.0\.1/data\.bin is not https"):
        download(remote("http://127.0.0.1/data.bin"), tmp_path / "data.bin")


def test_every_known_address_is_https():
    urls = [url for entry in KNOWN.values() for remote in entry.remotes for url in remote.urls]
    assert len(urls) > 40
    assert all(url.startswith("https://") for url in urls)


def test_the_hash_of_the_content_allows_another_compression(server, tmp_path):
    Answers.files["data.bin.gz"] = gzip.compress(CONTENT, 1)
    wanted = remote(f"{server}/good/data.bin.gz", name="data.bin.gz", of_content=True)
    assert gzip.decompress(download(wanted, tmp_path / "data.bin.gz").read_bytes()) == CONTENT


def known_with(monkeypatch, name, *remotes):
    monkeypatch.setitem(facts.KNOWN, name, dataclasses.replace(KNOWN[name], remotes=remotes))


def test_a_named_set_is_downloaded_once(server, tmp_path, monkeypatch):
    file = io.BytesIO()
    rng = np.random.default_rng(0)
    arrays = {f"{part}_images": rng.integers(0, 256, (n, 28, 28), dtype=np.uint8) for part, n in (("train", 9), ("test", 4))}
    arrays |= {f"{part}_labels": np.arange(n) % 2 for part, n in (("train", 9), ("test", 4))}
    np.savez(file, **arrays)
    Answers.files["breastmnist.npz"] = file.getvalue()
    url = f"{server}/good/breastmnist.npz"
    known_with(monkeypatch, "breastmnist", remote(url, name="breastmnist.npz", digest=md5(file.getvalue())))
    first = load_data("breastmnist", data_dir=tmp_path)
    assert len(first) == 13
    assert "is not the official BreastMNIST" in first.card.notes[0]
    monkeypatch.setenv("TASVIR_OFFLINE", "1")
    assert load_data("breastmnist").fingerprint == first.fingerprint


def test_an_archive_is_unpacked_whole_or_not_at_all(server, own_cache, monkeypatch):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in ("data_batch_1.bin", "test_batch.bin"):
            rng = np.random.default_rng(len(name))
            records = rng.integers(0, 256, (20, 3073), dtype=np.uint8)
            records[:, 0] %= 10
            records[:, 0] = np.arange(20) % 10
            entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            entry.size = records.nbytes
            archive.addfile(entry, io.BytesIO(records.tobytes()))
    Answers.files |= {"c.tar.gz": file.getvalue(), "half.tar.gz": file.getvalue()[:5000]}
    half = remote(f"{server}/good/half.tar.gz", name="c.tar.gz", digest=md5(file.getvalue()[:5000]))
    known_with(monkeypatch, "cifar10", half)
    with pytest.raises(DataFileError, match="cannot be unpacked"):
        load_data("cifar10")
    assert not (own_cache / "data" / "cifar10").exists()
    whole = remote(f"{server}/good/c.tar.gz", name="c.tar.gz", digest=md5(file.getvalue()))
    known_with(monkeypatch, "cifar10", whole)
    assert len(load_data("cifar10")) == 40


def test_without_a_network_the_error_says_what_to_put_where(tmp_path):
    with pytest.raises(DataFileError) as caught:
        load_data("mnist", data_dir=tmp_path)
    line = str(caught.value)
    assert "put train-images-idx3-ubyte" in line
    assert f"into {tmp_path}/mnist" in line
    assert "6bbc9ace898e44ae57da46a324031adb" in line
    assert "\n" not in line
