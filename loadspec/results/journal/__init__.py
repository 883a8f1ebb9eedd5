"""A run on disk, second by second, so that a run that was killed has not measured in vain.

While it goes on, a run's folder holds two files: `journal`, bz2 streams of JSON lines one after another, each whole or
not there, and `journal.tail`, the newest records as plain lines, which the next stream will hold. So `bzcat journal`
shows what is in it, and kill -9 costs no more than the record that was about to be written.

    {"loadspec": "journal", "version": 2, "head": {...}}       the first line
    records                                                    see `results.ledger`; snapshots are thinned, see `thin`
    {"is": "segment", "to": 61}                                ends a stream: so many records are in it and those before
    {"is": "result", "result": {...}}                          the last stream of a run that came to its end

The tail begins with `{"loadspec": "journal.tail", "from": 61}`: the number of its first record. It goes when the result
has been written.
"""

from loadspec.results.journal.reader import Records, first_line, goes_on, rebuild, rebuild_all
from loadspec.results.journal.writer import Journal

__all__ = ["Journal", "Records", "first_line", "goes_on", "rebuild", "rebuild_all"]
