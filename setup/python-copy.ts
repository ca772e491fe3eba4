import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import type { Python } from "./python.ts";
import { run } from "./run.ts";

/** What of the standard library an image for servers does without. */
const LEFT_OUT = new Set(["test", "idlelib", "tkinter", "turtledemo", "lib2to3", "__pycache__"]);

/** Copies a CPython 3.12 with its standard library and pip, and nothing else that was installed into it. */
export async function copyPython(python: Python, to: string): Promise<void> {
  const library = join("lib", "python3.12");
  const packages = join(library, "site-packages");
  const from = (path: string): string => join(python.prefix, path);
  mkdirSync(join(to, packages), { recursive: true });
  mkdirSync(join(to, "bin"), { recursive: true });

  cpSync(from("bin/python3.12"), join(to, "bin/python3.12"), { dereference: true });
  for (const name of ["python3", "python"]) symlinkSync("python3.12", join(to, "bin", name));
  for (const name of readdirSync(from("lib")).filter(isSharedPython)) {
    cpSync(from(join("lib", name)), join(to, "lib", name), { verbatimSymlinks: true });
  }
  cpSync(from(library), join(to, library), { recursive: true, filter: isKept });
  for (const name of readdirSync(from(packages)).filter(isPip)) {
    cpSync(from(join(packages, name)), join(to, packages, name), {
      recursive: true,
      filter: (path) => basename(path) !== "__pycache__",
    });
  }
  if (existsSync(from("include/python3.12"))) {
    cpSync(from("include/python3.12"), join(to, "include/python3.12"), { recursive: true });
  }
  await stripSymbols(to);
}

/** The Debian packages that hold the shared libraries this Python loads. */
export async function packagesOf(python: Python): Promise<string[]> {
  const modules = join(python.prefix, "lib", "python3.12", "lib-dynload");
  const files = [
    join(python.prefix, "bin", "python3.12"),
    ...readdirSync(modules)
      .filter((name) => name.endsWith(".so") && isKept(join(modules, name)))
      .map((name) => join(modules, name)),
  ];
  const { stdout } = await run("ldd", files);
  const libraries = new Set(stdout.match(/(?<==> )\/\S+/g));
  const packages = new Set<string>();
  for (const library of libraries) {
    if (!library.startsWith(python.prefix)) packages.add(await packageOf(library));
  }
  packages.delete("");
  return [...packages].sort();
}

/** dpkg knows a library by the path it was packed with, with or without the `/usr` that Debian merged. */
async function packageOf(library: string): Promise<string> {
  const { stdout } = await run("dpkg", ["-S", library, join("/usr", library)]);
  return /^([^:\s]+)[^\s]*:? /.exec(stdout)?.[1] ?? "";
}

/** Debug symbols are most of a Python that was compiled on the machine; without `strip` the image is only larger. */
async function stripSymbols(to: string): Promise<void> {
  const modules = join(to, "lib", "python3.12", "lib-dynload");
  const shared = readdirSync(join(to, "lib")).filter(isSharedPython);
  await run("strip", [
    "--strip-unneeded",
    join(to, "bin", "python3.12"),
    ...shared.map((name) => join(to, "lib", name)),
    ...readdirSync(modules).map((name) => join(modules, name)),
  ]);
}

function isSharedPython(name: string): boolean {
  return /^libpython3.*\.so/.test(name);
}

function isKept(path: string): boolean {
  const name = basename(path);
  return (
    !LEFT_OUT.has(name) &&
    !name.endsWith(".a") &&
    !path.includes("site-packages/") &&
    !/^(_tkinter|_test|_xx|xx|_ctypes_test)/.test(name)
  );
}

function isPip(name: string): boolean {
  return /^pip(-.*)?$/.test(name);
}
