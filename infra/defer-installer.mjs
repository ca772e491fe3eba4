import { createRequire } from "node:module";

/**
 * Puts off the loading of npm's installer, which Pulumi's SDK asks for as soon as it is imported: a tenth of a warm preview
 * and more of a cold one. The SDK uses it only to find the packages of functions that are to become resources; the first
 * to look for its class loads it after all.
 */
export function deferInstaller() {
  const require = createRequire(import.meta.url);
  const path = createRequire(require.resolve("@pulumi/pulumi")).resolve("@npmcli/arborist");
  const load = () => {
    delete require.cache[path];
    // eslint-disable-next-line security/detect-non-literal-require -- the path of one package, resolved above
    return require(path);
  };
  const exports = Object.defineProperty({ __esModule: true }, "Arborist", {
    get: () => load().Arborist,
  });
  require.cache[path] = {
    id: path,
    filename: path,
    loaded: true,
    children: [],
    paths: [],
    exports,
  };
}
