import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";

// What the developer's files say of each other.

const checkout = join(import.meta.dirname, "..", "..");
const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

interface ComposeFile {
  services: Record<string, Service>;
}

interface Service {
  build: { context: string; target: string };
  command: string[];
  environment: Record<string, string | null>;
  ports?: string[];
}

const text = read("docker-compose.yml");
const { services } = parse(text, { merge: true }) as ComposeFile;
const settings = read(".env.sample")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("=") as [name: string, value: string]);

it("names in the sample exactly what the compose file takes from outside", () => {
  const passedOn = Object.values(services).flatMap(({ environment }) =>
    Object.entries(environment).flatMap(([name, value]) => (value === null ? [name] : [])),
  );
  const replaced = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
  expect(settings.map(([name]) => name).sort()).toEqual(
    [...new Set([...passedOn, ...replaced])].sort(),
  );
});

it("gives every service of the app the same settings", () => {
  const [first, ...others] = Object.values(services).map(({ environment }) => environment);
  for (const other of others) expect(other).toEqual(first);
});

it("shows in the sample the defaults of what is replaced, without quotes and spaces", () => {
  const defaults = [...text.matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  expect(settings.filter(([, value]) => value !== "").sort()).toEqual(defaults.sort());
  expect(settings.filter(([, value]) => /["'\s]/.test(value))).toEqual([]);
});

it("publishes ports on this machine alone", () => {
  const published = Object.values(services).flatMap(({ ports = [] }) => ports);
  expect(published.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
});

it("debugs with the command of the debug stage", () => {
  const stage = /AS debug\n(?<lines>.*?)\n\n/s.exec(read("app/Dockerfile"))?.groups?.lines ?? "";
  const command = JSON.parse(/^CMD (?<json>.+)$/m.exec(stage)?.groups?.json ?? "[]");
  expect(services.debug?.command).toEqual(command);
});

it("attaches to the debugger's port, with folders that exist on both sides, after a task that starts it", () => {
  const { configurations } = JSON.parse(read(".vscode/launch.json")) as {
    configurations: {
      name: string;
      preLaunchTask: string;
      connect: { port: number };
      pathMappings: { localRoot: string; remoteRoot: string }[];
    }[];
  };
  const { tasks } = JSON.parse(read(".vscode/tasks.json")) as {
    tasks: { label: string; options: { cwd: string; env: Record<string, string> } }[];
  };
  const here = (path: string): string => path.replace(/^\$\{workspaceFolder\}/, checkout);
  const found = configurations.map(({ name, preLaunchTask, connect, pathMappings }) => {
    const options = tasks.find(({ label }) => label === preLaunchTask)?.options;
    const compose = readFileSync(join(here(options?.cwd ?? ""), "docker-compose.yml"), "utf8");
    const [[variable, port] = []] = Object.entries(options?.env ?? {});
    return {
      name,
      port: connect.port,
      isThePortOfItsTask: port === String(connect.port),
      isPublished: compose.includes(`127.0.0.1:\${${variable}:-${port}}:5678`),
      missing: pathMappings.filter(({ localRoot }) => !existsSync(here(localRoot))),
      remote: pathMappings.map(({ remoteRoot }) => remoteRoot),
    };
  });
  const good = { isThePortOfItsTask: true, isPublished: true, missing: [] };
  const [app, todo] = [
    { ...good, port: 5678, remote: ["/app/src"] },
    { ...good, port: 5679, remote: ["/app/todo_app"] },
  ];
  expect(found).toEqual([
    { ...app, name: "App" },
    { ...app, name: "App and its libraries" },
    { ...todo, name: "To-Do" },
    { ...todo, name: "To-Do and its libraries" },
  ]);
});
