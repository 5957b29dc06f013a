"""What goes wrong, in one line: what was given, what was expected, what to do.

The command line turns every `TasvirError` into that line and its `exit_code`; everything else is a defect of ours.
"""


class TasvirError(Exception):
    """Any failure that Tasvir explains; `exit_code` is the command line's answer."""

    exit_code = 1


class BadInputError(TasvirError, ValueError):
    """A setting or an array that cannot be used as it is."""

    exit_code = 2


class BadTypeError(TasvirError, TypeError):
    """A value of a kind that is never accepted here."""

    exit_code = 2


class DataFileError(TasvirError, OSError):
    """A file or folder that is missing, damaged or refused; the line names it."""

    exit_code = 2


class DiskFullError(DataFileError):
    """A disk without room for what was to be written; nothing half written is left."""


class LossNotFiniteError(TasvirError, ValueError):
    """A training whose loss became NaN or infinite."""
