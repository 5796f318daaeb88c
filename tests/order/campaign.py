"""Many random histories in many orders, and the archive restored piece by piece: what `make orders` runs.

python -m tests.order.campaign --seeds 3 --histories 40 --orders 3

The first order of each seed is built by dbt, the others by the SQL that dbt compiled, which takes a tenth of the time:
so that a difference between the two is found as well.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from orchestration.transformation.plan import Plan, prepare_plan
from tests.order.histories import world
from tests.order.orders import Installation, batches, differences


def run(*, seed: int, histories: int, orders: int, folder: Path, empty: Path, plan: Plan) -> list[str]:
    """Return in words where two orders of one world differ, and where a restored archive does."""
    told = world(seed, histories)
    first: Installation | None = None
    found: list[str] = []
    for order in range(orders):
        # one order goes one by one, the others in batches
        installation = Installation(folder / f"{order}", like=empty)
        least = len(told.deliveries()) if order == 1 else 4
        for batch in batches(told, f"{seed} {order}", least=least):
            installation.load(told, batch)
        if first is None:
            installation.build()
            first = installation
        else:
            installation.build_from(plan)
            found += differences(first.settings, installation.settings, same_receipts=False)
    assert first is not None
    restored = Installation(folder / "restored", like=empty)
    restored.restore(first.settings.archive, f"{seed}", parts=5)
    restored.build_from(plan)
    found += differences(first.settings, restored.settings, same_receipts=True)
    first.load(told, sorted(told.files))
    first.rebuild()
    first.build_from(plan)
    return found + differences(restored.settings, first.settings, same_receipts=True)


def main() -> int:
    """Say what differs; 1 where anything does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--histories", type=int, default=40)
    parser.add_argument("--orders", type=int, default=3)
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(prefix="entente-orders-") as name:
        folder = Path(name)
        empty = Installation(folder / "empty").settings.warehouse
        plan = prepare_plan()
        assert plan is not None
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            started = time.monotonic()
            found = run(
                seed=seed,
                histories=options.histories,
                orders=options.orders,
                folder=folder / str(seed),
                empty=empty,
                plan=plan,
            )
            failed = failed or bool(found)
            for line in found:
                sys.stdout.write(f"seed {seed}: {line}\n")
            sys.stdout.write(
                f"seed {seed}: {options.histories} histories in {options.orders} orders, restored and rebuilt: "
                f"{len(found)} differences, {time.monotonic() - started:.0f} s\n"
            )
            sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
