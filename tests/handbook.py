"""What stands in the handbook: its words, wherever lines break, and its tables."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "handbook"


class Page:
    """One page of the handbook."""

    def __init__(self, name: str) -> None:
        self.lines = (FOLDER / f"{name}.md").read_text(encoding="utf-8").splitlines()
        self.text = " ".join(" ".join(self.lines).split())

    def says(self, *words: str) -> None:
        """Each of them stands on the page."""
        assert [word for word in words if word not in self.text] == []

    def table(self, *head: str) -> list[list[str]]:
        """The rows of the one table whose head begins with these cells."""
        lines = [line.strip() for line in self.lines]
        (start,) = [number for number, line in enumerate(lines) if line.startswith("| " + " | ".join(head) + " |")]
        rows = []
        for line in lines[start + 2 :]:
            if not line.startswith("|"):
                return rows
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        return rows
