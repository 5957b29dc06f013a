"""Downloads: official addresses over https, mirrors in turn, checked by hash, whole or not at all."""

import hashlib
import logging
import os
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from tasvir.contracts.atomic import atomic_file, atomic_folder
from tasvir.contracts.errors import DataFileError
from tasvir.data.cache import cache_folder
from tasvir.data.files import content_md5
from tasvir.data.known.facts import KnownSet, Remote

if TYPE_CHECKING:
    from requests import Response

TIMEOUT_S = 15
SCHEMES = ("https",)


def fetch(known: KnownSet, place: Path | None = None) -> Path:
    """The folder in the user's cache that holds the set's files, downloaded where they are missing.

    `place` is where the error tells the user to put them by hand.
    """
    folder = cache_folder() / "data" / known.name
    for remote in known.remotes:
        if (folder / remote.name).is_file():
            continue
        try:
            _fetch_one(remote, folder)
        except DataFileError as error:
            kind = "md5 of the uncompressed content" if remote.of_content else "md5"
            wanted = ", ".join(known.files)
            raise DataFileError(
                f"{known.title} is not here, and not to be had ({error}): put {wanted} (or .gz) into "
                f"{place or folder}; {kind} of {remote.name}: {remote.md5}"
            ) from None
    return folder


def _fetch_one(remote: Remote, folder: Path) -> None:
    if os.environ.get("TASVIR_OFFLINE"):
        raise DataFileError("TASVIR_OFFLINE is set")
    if not remote.name.endswith(".tar.gz"):
        download(remote, folder / remote.name)
        return
    with atomic_folder(folder) as new:
        archive = download(remote, new / remote.name)
        try:
            with tarfile.open(archive) as packed:
                packed.extractall(new, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise DataFileError(f"{remote.name} cannot be unpacked ({error})") from None
        archive.write_bytes(b"")  # stands for: all its files are here


def download(remote: Remote, path: Path) -> Path:
    """The file at `path`, from the first address that gives it with the right hash."""
    failures = []
    for url in remote.urls:
        try:
            with atomic_file(path) as temporary:
                _retrieve(url, temporary)
                _check(temporary, remote)
            return path
        except OSError as error:
            failures.append(f"{urlsplit(url).hostname}: {_reason(error)}")
    if path.parent.is_dir() and not any(path.parent.iterdir()):
        path.parent.rmdir()
    raise DataFileError(f"{remote.name} could not be downloaded: {'; '.join(failures)}")


def _retrieve(url: str, path: Path) -> None:
    """Fill `path` from one address; neither it nor what it redirects to may leave https."""
    import pooch

    _check_scheme(url)
    logging.getLogger("tasvir").info("downloading %s", url)
    ask = pooch.HTTPDownloader(timeout=TIMEOUT_S, hooks={"response": lambda response, **_: _check_redirect(response)})
    ask(url, str(path), None)


def _check_redirect(response: "Response") -> None:
    if response.is_redirect:
        _check_scheme(urljoin(response.url, response.headers["location"]))


def _check_scheme(url: str) -> None:
    if urlsplit(url).scheme not in SCHEMES:
        raise DataFileError(f"{url} is not {' or '.join(SCHEMES)}")


def _check(path: Path, remote: Remote) -> None:
    found = content_md5(path) if remote.of_content else _file_md5(path)
    if found != remote.md5:
        raise DataFileError(f"the file has md5 {found} instead of {remote.md5}")


def _file_md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _reason(error: Exception) -> str:
    """A short reason without the addresses that urllib3 repeats in it."""
    if isinstance(error, DataFileError):
        return str(error)
    response = getattr(error, "response", None)
    return f"answer {response.status_code}" if response is not None else type(error).__name__
