import { command } from "./command.ts";
import { takeDown } from "./take-down.ts";
import { workplaceOf } from "./workplace.ts";

/** `npm stop`: takes down what `npm start` delivered. */
await command([], async (_flags, story, interruption) => {
  await takeDown(workplaceOf("start", "dev"), { story, interruption });
});
