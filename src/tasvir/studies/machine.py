"""On what a run was made: versions and machine, for the run record."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from tasvir.contracts.capacity import cores

PACKAGES = ("tasvir", "torch", "numpy", "scipy", "scikit-learn", "joblib", "pillow", "safetensors")


def versions() -> dict[str, str]:
    """Python's and the packages' versions."""
    return {"python": platform.python_version()} | {package: version(package) for package in PACKAGES}


def machine() -> dict[str, str | int]:
    """Processor, cores, memory and system."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30) if hasattr(os, "sysconf") else 0,
        "system": f"{platform.system()} {platform.machine()}",
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown"
