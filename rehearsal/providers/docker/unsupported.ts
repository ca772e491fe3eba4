import { block, type Field } from "../bridge/schema.ts";

// Parts of the real provider that the stand-in leaves out, and says so.

/** The `build` of RemoteImage and RegistryImage. */
export const withoutBuild: Field = block(
  {},
  { refuses: () => "building is not part of the stand-in for this type; build with docker.Image" },
);

/** The `cluster` of Volume. */
export const withoutCluster: Field = block(
  {},
  { refuses: () => "cluster volumes are not part of the stand-in" },
);
