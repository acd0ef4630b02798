from concurrent.futures import ThreadPoolExecutor

from segml.ledger import Memory


def test_the_longest_unasked_goes_first() -> None:
    memory = Memory(room=30)
    for key in range(3):
        memory.keep(key, key, size=10)
    assert memory.told(0) == 0
    memory.keep(3, 3, size=10)
    assert [memory.told(key) for key in range(4)] == [0, None, 2, 3]


def test_what_is_larger_than_all_the_room_is_not_kept_and_drives_nothing_out() -> None:
    memory = Memory(room=30)
    memory.keep("small", "small", size=30)
    memory.keep("large", "large", size=31)
    assert (memory.told("small"), memory.told("large")) == ("small", None)


def test_a_key_kept_again_takes_its_room_once() -> None:
    memory = Memory(room=30)
    memory.keep("other", "other", size=10)
    for size in (20, 5, 20):
        memory.keep("again", size, size=size)
    assert (memory.told("other"), memory.told("again")) == ("other", 20)
    memory.keep("again", 31, size=31)
    assert memory.told("again") is None


def test_threads_share_it() -> None:
    memory = Memory(room=50)

    def work(start: int) -> None:
        for number in range(start, start + 2_000):
            memory.keep(number % 97, number % 97, size=1)
            assert memory.told(number % 89) in (None, number % 89)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    kept = [key for key in range(97) if memory.told(key) is not None]
    assert len(kept) == 50
