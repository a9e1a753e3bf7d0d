"""What `up` says of a disk without room."""

from openuser.launcher.disk_watch import DiskWatch


def test_a_full_disk_is_reported_once_and_its_end_too(settings):
    lines: list[str] = []
    watch = DiskWatch(lines.append)
    watch.check()
    assert lines == []
    for limit in (10**12, 10**12, 0, 0):
        settings.DISK_MIN_MB = limit
        watch.check()
    full = [line for line in lines if line.startswith("the disk is full: ")]
    again = [line for line in lines if line.startswith("the disk has room again: ")]
    assert (len(full), len(again)) == (len(lines) // 2, len(lines) // 2)
    assert full
    assert all(f"{10**12} are needed" in line for line in full)
