import { join } from "node:path";
import { type Machine, thisMachine } from "./machine.ts";
import type { Thing } from "./thing.ts";
import { virtualEnvironment } from "./virtual-environment.ts";

/**
 * The Python programs that the checks run, as the folder of their commands: apart from the app's own tools, because they want
 * other versions of the same packages.
 */
export function checkTools(machine: Machine = thisMachine()): Thing<string> {
  return virtualEnvironment(
    {
      title: "Check tools",
      text: "flake8, check-jsonschema, zizmor, bandit, detect-secrets, checkov, schemathesis, pre-commit",
      name: "check-tools",
      requirements: join("checks", "requirements.txt"),
    },
    machine,
  );
}
