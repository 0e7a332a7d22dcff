"""The cases: who plays, what is compared with what, and which bar is set.

The bars are those of the project's first issue. The order of the players in a case is the order in
which they play in each round, so that those that are compared stand next to each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .players import FanOut, Player, Program

#: Records that a "complete" trace may hold: more than any run here makes.
COMPLETE = "100000000"


@dataclass(frozen=True)
class Comparison:
    """Ours must do at least ``bar`` times what the peer does; without a bar it is for information.

    ``key`` is which of their numbers is compared, ``note`` says so in the table.
    """

    ours: str
    peer: str
    bar: float | None
    key: str = "value"
    note: str = ""


@dataclass(frozen=True)
class Limit:
    """One of a player's numbers must not be above ``bar``."""

    ours: str
    key: str
    unit: str
    bar: float


@dataclass(frozen=True)
class Case:
    """One line of work, done by several players in turn."""

    name: str
    unit: str
    players: dict[str, Player]
    comparisons: tuple[Comparison, ...] = ()
    limits: tuple[Limit, ...] = ()
    rounds: int = 1
    #: Players that play in the first so many rounds only, since each of theirs takes long.
    fewer_rounds: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Size:
    """How much work is done: for a check that the programs run, a quick look, or the whole thing."""

    rounds: int
    seconds: float
    lengths: tuple[int, ...] = (2, 5, 12)
    messages: int = 3000
    subscribers: tuple[int, ...] = (10, 100)
    deliveries: int = 10_000
    audiences: tuple[int, ...] = (100, 1000)
    tcp_deliveries: int = 50_000
    slow_tcp_deliveries: int = 20_000
    tcp_seconds: float = 1.0
    tcp_rounds: int = 3
    slow_tcp_rounds: int = 1
    #: The largest audience that Kamaelia plays to: it takes half a minute to let a thousand connect.
    kamaelia_audience: int = 1000
    idle_components: int = 100_000
    idle_clients: int = 50
    idle_seconds: float = 2.0
    depth: int = 10_000
    moves: int = 10
    free_steps: int = 200_000
    panel_rounds: int = 7
    extras: bool = field(default=False)


SMOKE = Size(
    rounds=1,
    seconds=0.001,
    lengths=(3,),
    messages=20,
    subscribers=(3,),
    deliveries=30,
    audiences=(3,),
    tcp_deliveries=30,
    slow_tcp_deliveries=30,
    tcp_seconds=0.05,
    tcp_rounds=1,
    slow_tcp_rounds=1,
    idle_components=100,
    idle_clients=2,
    idle_seconds=0.05,
    depth=50,
    moves=2,
    free_steps=200,
    panel_rounds=1,
    extras=True,
)
QUICK = Size(rounds=3, seconds=0.1, messages=1500, tcp_rounds=2, tcp_deliveries=30_000, kamaelia_audience=100)
FULL = Size(rounds=5, seconds=0.5, tcp_rounds=3, tcp_deliveries=100_000, tcp_seconds=2.0, extras=True)

KAMLAB_SERVER = ("with_kamlab.py", "--no-record", "fanout_axon.py")
ASYNCIO_SERVER = ("fanout_asyncio.py",)
KAMAELIA_SERVER = ("with_kamaelia.py", "fanout_axon.py")
#: The largest audience that Kamaelia serves as fast as the messages come, one every 10 ms.
KEEPS_UP = 100

FEEDS = {"all in one slice": (), "one a slice": ("--gives-way",)}


def kamlab(program: str, *arguments: str, record: bool, complete: bool = False) -> Program:
    """Return a cookbook program as kamlab runs it."""
    recording = ("--record", *(("--trace-limit", COMPLETE) if complete else ())) if record else ("--no-record",)
    return Program(("with_kamlab.py", *recording, program, *arguments))


def pipelines(size: Size) -> list[Case]:
    """Return the pipelines of plain components, fed in two ways."""
    return [pipeline(size, length, feed) for feed in FEEDS for length in size.lengths]


def pipeline(size: Size, length: int, feed: str) -> Case:
    """Return one pipeline."""
    work = (
        f"--components={length}",
        f"--messages={size.messages}",
        f"--seconds={size.seconds}",
        *FEEDS[feed],
    )
    players: dict[str, Player] = {
        "kamlab": kamlab("pipeline_axon.py", *work, record=False),
        "asyncio.Queue": Program(("pipeline_asyncio.py", *work)),
        "kamlab recording": kamlab("pipeline_axon.py", *work, record=True),
        "Axon": Program(("pipeline_axon.py", *work), needs_peer=True),
    }
    comparisons = [
        Comparison("kamlab", "asyncio.Queue", 2),
        Comparison("kamlab", "Axon", 20),
        Comparison("kamlab recording", "asyncio.Queue", 1),
        Comparison("kamlab recording", "Axon", 8),
    ]
    if size.extras:
        players["kamlab keeping all"] = kamlab("pipeline_axon.py", *work, record=True, complete=True)
        comparisons += [
            Comparison("kamlab keeping all", "asyncio.Queue", None),
            Comparison("kamlab keeping all", "Axon", None),
            *by_processor_time(size, "kamlab", "kamlab recording"),
        ]
    return Case(f"pipeline of {length}, {feed}", "hops/s", players, tuple(comparisons), rounds=size.rounds)


def by_processor_time(size: Size, *ours: str) -> list[Comparison]:
    """Return how Axon compares by processor time; on the wall it loses more, since it sleeps at times."""
    key, note = "by_processor_time", ", by CPU time"
    return [Comparison(each, "Axon", None, key, note) for each in ours] if size.extras else []


def backplanes(size: Size) -> list[Case]:
    """Return one publisher and many subscribers, fed in two ways."""
    return [backplane(size, subscribers, feed) for feed in FEEDS for subscribers in size.subscribers]


def backplane(size: Size, subscribers: int, feed: str) -> Case:
    """Return one backplane."""
    work = (
        f"--subscribers={subscribers}",
        f"--messages={size.deliveries // subscribers}",
        f"--seconds={size.seconds}",
        *FEEDS[feed],
    )
    return Case(
        f"backplane to {subscribers}, {feed}",
        "deliveries/s",
        {
            "kamlab": kamlab("backplane_axon.py", *work, record=False),
            "Axon": Program(("backplane_axon.py", *work), needs_peer=True),
        },
        (Comparison("kamlab", "Axon", 20), *by_processor_time(size, "kamlab")),
        rounds=size.rounds,
    )


def fanouts(size: Size) -> list[Case]:
    """Return TCP servers that send everything to everybody, flat out and a message now and then.

    Flat out, kamlab's connections gather the messages of several rounds into one write, as they do
    whenever they send in round after round; asyncio's transports and Kamaelia write each message by
    itself. Now and then, there is nothing to gather, and everybody writes each message by itself.
    """
    return [
        *(flat_out(size, clients) for clients in size.audiences),
        *(now_and_then(size, clients) for clients in size.audiences),
    ]


def flat_out(size: Size, clients: int) -> Case:
    """Return one audience, with messages as fast as they go.

    Kamaelia takes 0.1 ms for a delivery, so it has fewer messages to send, and fewer rounds. With much
    fewer than twenty messages it has not come to its steady rate.
    """
    messages = size.tcp_deliveries // clients
    few = size.slow_tcp_deliveries // clients
    plays = clients <= size.kamaelia_audience
    return fanout(size, f"TCP fan-out to {clients}, flat out", clients, (messages, few), 0.0, plays)


def now_and_then(size: Size, clients: int) -> Case:
    """Return one audience, with a message every so many milliseconds; Kamaelia plays where it keeps up."""
    every = max(0.01, clients * 0.00003)
    messages = max(3, round(size.tcp_seconds / every))
    name = f"TCP fan-out to {clients}, every {1000 * every:.0f} ms"
    return fanout(size, name, clients, (messages, messages), every, clients <= KEEPS_UP)


def fanout(size: Size, name: str, clients: int, messages: tuple[int, int], every: float, kamaelia: bool) -> Case:
    """Return one audience; ``messages`` is how many there are for everybody, and for Kamaelia."""
    many, few = messages
    players: dict[str, Player] = {
        "kamlab": FanOut(KAMLAB_SERVER, clients, many, every),
        "asyncio": FanOut(ASYNCIO_SERVER, clients, many, every),
    }
    comparisons = [Comparison("kamlab", "asyncio", 1)]
    if kamaelia:
        players["Kamaelia"] = FanOut(KAMAELIA_SERVER, clients, few, every, needs_peer=True)
        comparisons.append(Comparison("kamlab", "Kamaelia", 10))
    return Case(
        name,
        "deliveries/CPU s",
        players,
        tuple(comparisons),
        rounds=size.tcp_rounds,
        fewer_rounds={"Kamaelia": size.slow_tcp_rounds},
    )


def idleness(size: Size) -> list[Case]:
    """Return what costs nothing, or should."""
    count = size.idle_components
    return [
        Case(
            f"{count:,} idle components",
            "",
            {
                "kamlab": Program(("idle_components.py", f"--components={count}", "--no-record")),
                "kamlab recording": Program(("idle_components.py", f"--components={count}", "--record")),
            },
            limits=tuple(
                Limit(player, key, unit, bar)
                for player in ("kamlab", "kamlab recording")
                for key, unit, bar in (("microseconds", "CPU µs each", 10.0), ("bytes", "bytes each", 2000.0))
            ),
            rounds=size.tcp_rounds,
        ),
        Case(
            f"idle server, {size.idle_clients} clients",
            "",
            {
                "kamlab recording": Program(
                    ("idle_server.py", f"--clients={size.idle_clients}", f"--seconds={size.idle_seconds}")
                )
            },
            limits=(Limit("kamlab recording", "percent", "% of a CPU", 0.1),),
        ),
    ]


def rewinding(size: Size) -> list[Case]:
    """Return going back by one slice, deep in a run, and what it costs a free run that one could.

    A slice of a thread is two changes of thread, which cost the system 10 to 50 µs; whoever goes back
    plays them all again, so systems with threads do not meet the bar.
    """
    return [
        *(going_back(size, system) for system in ("pipeline", "backplane", "timeouts", "threads", "time_server")),
        *(rewindable(size, system) for system in ("pipeline", "backplane")),
    ]


def going_back(size: Size, system: str) -> Case:
    """Return one system that goes back by one slice."""
    work = ("rewinding.py", "back", f"--system={system}", f"--steps={size.depth}", f"--moves={size.moves}")
    return Case(
        f"back by 1 slice at {size.depth:,}, {system.replace('_', ' ')}",
        "",
        {"kamlab": Program(work)},
        limits=tuple(
            Limit("kamlab", key, unit, 100.0)
            for key, unit in (("back", "ms"), ("longest", "ms, the longest"), ("line", "ms for a line to paste"))
        ),
    )


def rewindable(size: Size, system: str) -> Case:
    """Return a free run of a lab that can go back, and of one that cannot; both keep their last events."""
    work = ("rewinding.py", "run", f"--system={system}", f"--steps={size.free_steps}")
    return Case(
        f"free run, {system}",
        "slices/CPU s",
        {"kamlab rewindable": Program(work), "kamlab": Program((*work, "--plain"))},
        (Comparison("kamlab rewindable", "kamlab", 0.9),),
        rounds=size.rounds,
    )


def panels(size: Size) -> list[Case]:
    """Return what a panel that is displayed takes from a free run of a hundred components."""
    work = Program(("panel_cost.py", f"--seconds={size.idle_seconds / 2}", f"--rounds={size.panel_rounds}"))
    limits = (("percent", "% of the slices", 10.0), ("messages", "messages/s to the page", 15.0))
    return [
        Case(
            "a panel on a free run of 100",
            "",
            {"kamlab": work},
            limits=(
                *(Limit("kamlab", *each) for each in limits),
                Limit("kamlab", "longest", "bytes at most", 50_000.0),
            ),
        )
    ]


def make_cases(size: Size) -> list[Case]:
    """Return every case there is."""
    return [*pipelines(size), *backplanes(size), *fanouts(size), *idleness(size), *rewinding(size), *panels(size)]
