"""How long does a command take, and how much memory do it and all its processes hold at once?

    python benchmarks/memory.py tasvir run mnist --jobs 2 --out /somewhere

Memory is the proportional set size, summed over the command and its descendants and sampled twice a second: pages that
processes share, as mapped images, are counted once. Linux only.
"""

import subprocess
import sys
import time
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """The process, and all that it began."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in descendants(int(child)))]


def proportional_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return 1024 * next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def main() -> None:
    started, most = time.perf_counter(), 0
    with subprocess.Popen(sys.argv[1:]) as process:
        while process.poll() is None:
            most = max(most, sum(map(proportional_bytes, descendants(process.pid))))
            time.sleep(0.5)
    print(f"{time.perf_counter() - started:.1f} s, {most / 2**30:.2f} GiB at most, exit code {process.returncode}")


if __name__ == "__main__":
    main()
