import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type { ChangeKind, Checked, Diff } from "./provider.ts";
import { toStruct } from "./values.ts";

// Answers of a stand-in as the engine's messages.

const { Kind } = providerPb.PropertyDiff;
const KINDS: Record<ChangeKind, providerPb.PropertyDiff.Kind> = {
  add: Kind.ADD,
  "add-replace": Kind.ADD_REPLACE,
  delete: Kind.DELETE,
  "delete-replace": Kind.DELETE_REPLACE,
  update: Kind.UPDATE,
  "update-replace": Kind.UPDATE_REPLACE,
};

/** The checked inputs with the reasons to refuse them. */
export function checkResponse(checked: Checked): providerPb.CheckResponse {
  const response = new providerPb.CheckResponse();
  response.setInputs(toStruct(checked.inputs));
  response.setFailuresList(
    (checked.failures ?? []).map(({ property, reason }) => {
      const failure = new providerPb.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

/** What changes, in detail; the properties that make it a replacement are named by their first key. */
export function diffResponse(diff: Diff): providerPb.DiffResponse {
  const response = new providerPb.DiffResponse();
  const paths = Object.entries(diff.changes);
  const { DiffChanges } = providerPb.DiffResponse;
  response.setChanges(paths.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
  response.setDiffsList(topLevel(paths.map(([path]) => path)));
  response.setReplacesList(
    topLevel(paths.filter(([, kind]) => kind.endsWith("-replace")).map(([path]) => path)),
  );
  response.setDeletebeforereplace(diff.deleteBeforeReplace ?? false);
  response.setHasdetaileddiff(true);
  for (const [path, kind] of paths) {
    const detail = new providerPb.PropertyDiff();
    detail.setKind(KINDS[kind]);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

function topLevel(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => /^[^.[]*/.exec(path)?.[0] ?? path))];
}
