"""APScheduler 3 in the scenarios of Scenarios.cs.

python3 apscheduler_contender.py SCENARIO NUMBERS... prints one line of JSON.
"""

import gc
import json
import os
import random
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

from apscheduler.schedulers.background import BackgroundScheduler

runs = {}  # job number -> [due, started, count]
left = 0
all_ran = threading.Event()


def run(number):
    global left
    now = time.time()
    job = runs[number]
    job[2] += 1
    if job[2] == 1:
        job[1] = now
        left -= 1
        if left <= 0:
            all_ran.set()


def start():
    # Without this it would drop what is more than a second late, which is most of a burst.
    scheduler = BackgroundScheduler(timezone=timezone.utc, job_defaults={"misfire_grace_time": None})
    scheduler.start()
    return scheduler


def at(due):
    return datetime.fromtimestamp(due, timezone.utc)


def schedule(scheduler, dues):
    global left
    left = len(dues)
    for number, due in enumerate(dues):
        runs[number] = [due, 0.0, 0]
        scheduler.add_job(run, "date", run_date=at(due), args=[number])


def figures():
    late = sorted((started - due) * 1e3 for due, started, _ in runs.values())
    return late, {
        "wrong": sum(count != 1 for _, _, count in runs.values()),
        "early": sum(started < due for due, started, _ in runs.values()),
    }


def resident():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096


def pending(count, _threads):
    scheduler = start()
    far = [time.time() + 3600 + 86400 * random.random() for _ in range(count)]
    for number, due in enumerate(far):
        runs[number] = [due, 0.0, 0]
    scheduler.pause()  # else each of them wakes it, which is slower still
    gc.collect()
    before = resident()
    begin = time.perf_counter()
    jobs = [scheduler.add_job(run, "date", run_date=at(due), args=[number]) for number, due in enumerate(far)]
    added = time.perf_counter() - begin
    held = resident() - before
    random.shuffle(jobs)
    begin = time.perf_counter()
    for job in jobs:
        job.remove()
    removed = time.perf_counter() - begin
    wrong = sum(count != 0 for _, _, count in runs.values())
    return {"schedule": added * 1e9 / count, "bytes": held / count, "cancel": removed * 1e9 / count, "wrong": wrong}


def burst(count):
    scheduler = start()
    scheduler.pause()
    due = time.time() + 1 + count * 300e-6
    schedule(scheduler, [due] * count)
    scheduler.resume()
    if time.time() > due:
        raise RuntimeError("Scheduling took longer than the lead.")
    all_ran.wait(180)
    late, result = figures()
    result["milliseconds"] = late[-1] - min(0, late[0])
    result["rate"] = count / (result["milliseconds"] / 1e3)
    return result


def lateness(seconds, others):
    scheduler = start()
    scheduler.pause()
    for _ in range(others):
        scheduler.add_job(run, "date", run_date=at(time.time() + 3600 + 86400 * random.random()), args=[-1])
    begin = time.time() + 1
    schedule(scheduler, [begin + seconds * random.random() for _ in range(1000)])
    scheduler.resume()
    all_ran.wait(seconds + 60)
    late, result = figures()
    result.update(p50=late[500], p99=late[990], max=late[-1])
    return result


def recurring(count):
    global left
    scheduler = start()
    scheduler.pause()
    left = count
    due = (datetime.now(timezone.utc) + timedelta(seconds=2 + count * 250e-6)).replace(microsecond=0)
    for number in range(count):
        runs[number] = [due.timestamp(), 0.0, 0]
        scheduler.add_job(run, "cron", second=due.second, args=[number])
    scheduler.resume()
    all_ran.wait(50)
    late, result = figures()
    result["milliseconds"] = late[-1] - min(0, late[0])
    return result


def idle():
    scheduler = start()
    runs[0] = [0.0, 0.0, 0]
    scheduler.add_job(run, "cron", second=0, args=[0])
    threading.Event().wait()


def main():
    scenario, *numbers = sys.argv[1:]
    print(json.dumps(globals()[scenario](*map(int, numbers))), flush=True)


if __name__ == "__main__":
    random.seed(20240101)
    main()
    os._exit(0)  # what is still scheduled would keep it waiting
