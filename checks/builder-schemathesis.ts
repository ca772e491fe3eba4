import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes what schemathesis has to know of the builder beside its OpenAPI document: the id of a build, and that what has the
 * described form may still be refused, as 422 or, by the older routes, as 400: a Dockerfile is more than a text.
 * @returns the file.
 */
export function builderConfig(folder: string, build: string): string {
  const file = join(folder, "builder.toml");
  const accepted = ["2xx", "401", "403", "404", "409", "422", "429"];
  writeFileSync(
    file,
    [
      "[parameters]",
      `"path.id" = "${build}"`,
      `"query.build_id" = "${build}"`,
      "[checks.positive_data_acceptance]",
      `expected-statuses = ${JSON.stringify(accepted)}`,
      "[[operations]]",
      'include-path = "/build-push"',
      'checks.positive_data_acceptance.expected-statuses = ["2xx", "400"]',
      "",
    ].join("\n"),
  );
  return file;
}
