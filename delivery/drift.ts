import { command, readFlags } from "./command.ts";
import { openPulumi } from "./open-pulumi.ts";
import { readDrift } from "./read-drift.ts";
import { openStack } from "./state/stack.ts";
import { tell, warn } from "./tell.ts";

/**
 * `npm run drift -- --stack production`: compares the cloud with the state and changes neither. Exit code 1 says that they
 * differ, or that they could not be compared.
 */
await command(async (args) => {
  const choice = readFlags(args, { stack: { type: "string" } });
  const stack = await openStack(await openPulumi(), choice);
  const { compared, drifted } = await readDrift(stack);
  if (drifted.length === 0) {
    tell(
      `stack ${stack.name}: no drift; the cloud has all ${compared} resources as the state has them`,
    );
    return 0;
  }
  warn(`stack ${stack.name}: ${drifted.length} of ${compared} resources have drifted:`);
  for (const { urn, what } of drifted) tell(`  ${urn}: ${what}`);
  tell(
    `see the values with pulumi refresh --preview-only --diff --stack ${stack.name}; then put the cloud right with npm run deliver -- pulumi up --refresh --stack ${stack.name}, or take the change into the program and the state (pulumi refresh)`,
  );
  return 1;
});
