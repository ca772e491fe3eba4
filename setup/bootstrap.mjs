// Runs a TypeScript file of this checkout with the Node and the modules it needs, brought here first if they are missing:
// node setup/bootstrap.mjs <script.ts> [arguments…]
//
// This file must stay readable to very old Nodes, so that they can say what is wrong.

if (Number(process.versions.node.split(".")[0]) < 18) {
  process.stderr.write(
    "node: " +
      process.version +
      " is too old to set up this checkout; install Node 24 (18 is enough to begin)\n",
  );
  process.exit(1);
}

import("./start-on-node.mjs").then((module) => module.startOnNode(process.argv.slice(2)));
