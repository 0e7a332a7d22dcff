"""Handing out the tracks of channels and gutters, so that no two links lie upon one another."""

from __future__ import annotations

from dataclasses import dataclass

#: How far apart two tracks are.
TRACK = 7
#: As far apart as two bands are taken to be while tracks are handed out; farther than any band is high.
FAR = 1_000_000

Channel = tuple[int, int]


@dataclass(slots=True)
class Leg:
    """An upright piece of a way, and the level piece after it: in a gutter, through a gap, or the last one's none."""

    channel: Channel
    begin: int = 0
    end: int = 0
    free: bool = False
    share: str = ""
    gutter: int | None = None
    group: int = 0
    gap: str = ""
    track: int = 0
    row: int = 0


def upright_tracks(groups: list[list[Leg]]) -> int:
    """Hand out the tracks of a channel; return how many there are.

    Sorted so that ways that need not cross do not: those that go up from the highest start, then those
    that go down from the lowest.
    """
    spans = []
    for place, group in enumerate(groups):
        free = any(leg.free for leg in group)
        low = -FAR * FAR if free else min(min(leg.begin, leg.end) for leg in group)
        high = FAR * FAR if free else max(max(leg.begin, leg.end) for leg in group)
        begin = sum(leg.begin for leg in group) // len(group)
        end = sum(leg.end for leg in group) // len(group)
        down = end > begin
        spans.append((down, -begin if down else begin, -end if down else end, place, low, high))
    taken: list[list[tuple[int, int]]] = []
    done: list[tuple[bool, int, int, int]] = []
    for down, _, _, place, low, high in sorted(spans):
        track = 1 + max(
            (each[3] for each in done if each[0] == down and each[1] <= high and low <= each[2]), default=-1
        )
        while track < len(taken) and any(a <= high and low <= b for a, b in taken[track]):
            track += 1
        while len(taken) <= track:
            taken.append([])
        taken[track].append((low, high))
        done.append((down, low, high, track))
        for leg in groups[place]:
            leg.track = track
    return len(taken)


def level_tracks(groups: list[list[tuple[Leg, int, int]]]) -> int:
    """Hand out the rows of one side of a gutter, the shortest nearest to its band; return how many there are."""
    spans = sorted(
        (max(high for _, _, high in group) - min(low for _, low, _ in group), place)
        for place, group in enumerate(groups)
    )
    taken: list[list[tuple[int, int]]] = []
    for _, place in spans:
        group = groups[place]
        low, high = min(each[1] for each in group), max(each[2] for each in group)
        row = 0
        while row < len(taken) and any(a <= high + TRACK and low - TRACK <= b for a, b in taken[row]):
            row += 1
        if row == len(taken):
            taken.append([])
        taken[row].append((low, high))
        for leg, _, _ in group:
            leg.row = row
    return len(taken)
