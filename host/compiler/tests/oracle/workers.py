"""Runs jobs in processes of their own, since the interpreter aborts the whole process on some models."""

import os
import signal
import tempfile


def run(jobs, function, limit):
    """Yields `(job, reason)` for each job as it ends: None, or why `function(job)` failed.

    At most `limit` processes run at once. A job writes its results to files.
    """
    # One thread and plain forks: a child of a process with several threads may inherit a taken lock.
    living = {}
    waiting = list(reversed(list(jobs)))
    while waiting or living:
        while waiting and len(living) < max(1, limit):
            job = waiting.pop()
            notes = tempfile.TemporaryFile()
            child = os.fork()
            if child == 0:
                _work(job, function, notes)
            living[child] = (job, notes)
        child, status = os.wait()
        job, notes = living.pop(child)
        with notes:
            notes.seek(0)
            yield job, _reason(status, notes.read().decode("utf-8", "replace"))


def _work(job, function, notes):
    status = 0
    try:
        function(job)
    except BaseException as error:
        status = 1
        notes.write((str(error) or type(error).__name__).encode())
        notes.flush()
    os._exit(status)


def _reason(status, said):
    if os.WIFSIGNALED(status):
        return f"the interpreter was ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return said if os.WEXITSTATUS(status) else None
