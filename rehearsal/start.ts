import { command, tellDelivery } from "./command.ts";
import { deliver } from "./deliver.ts";
import { workplaceOf } from "./workplace.ts";

/** `npm start`: the app delivered on this machine, by Pulumi, and proven. */
await command(["json", "rebuild", "release"], async (flags, story, interruption) => {
  const { json, rebuild, release } = flags;
  const options = { story, interruption, rebuild, changes: { release } };
  tellDelivery(await deliver(workplaceOf("start", "dev"), options), json);
});
