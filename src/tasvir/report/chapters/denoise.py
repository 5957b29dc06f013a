"""stub"""


def compose(cells):
    return None
