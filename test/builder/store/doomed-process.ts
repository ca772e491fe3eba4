import { parseArgs } from "node:util";
import { openQueue } from "../../../builder/queue/queue.ts";
import { openBuildStore } from "../../../builder/store/open-build-store.ts";
import { openDatabase } from "../../../builder/store/open-database.ts";
import { openUpkeep } from "../../../builder/store/upkeep.ts";
import { keepJournal } from "../kept-journal.ts";
import { untilAborted } from "../work/fake-steps.ts";
import { startWorker } from "../work/work-world.ts";
import { anOrder } from "./world.ts";

// A service on PGlite that a test kills: it tells the ids of builds once they are stored, and never ends one.

const { positionals } = parseArgs({ allowPositionals: true });
const [folder = ""] = positionals;
const journal = keepJournal();
const database = await openDatabase({ folder });
const queue = await openQueue(database, journal);
const settings = { uploadLimits: { waiting: 10_000 } };
const store = await openBuildStore({ settings, database, queue, journal });
openUpkeep(database, queue, journal);
const { steps } = await startWorker({ database, queue, journal }, { folder });
steps.onBuild = (_task, _context, _log, signal) => untilAborted(signal);
process.send?.("open");
const order = await anOrder();
for (;;) {
  const created = await Promise.all([1, 2, 3].map(() => store.create(order)));
  for (const { build } of created) process.send?.(build.id);
}
