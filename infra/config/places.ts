import { z } from "zod";

// Projects, accounts, regions: where in a cloud something is.

/** 6 to 30 characters, by Google's rule for project ids. */
export const googleProject = named(
  /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
  "is no project id; use the 6 to 30 lower-case letters, digits and - that gcloud projects list shows",
  "GCP_PROJECT_ID",
);

/** A region such as `europe-west1`; a zone is refused with the region it belongs to. */
export const googleRegion = named(
  /^[a-z]+-[a-z]+\d+$/,
  "is no region; use one such as europe-west1",
  "GCP_REGION",
);

/** A region or one of the multi-regions. */
export const googleLocation = named(
  /^(?:[a-z]+-[a-z]+\d+|us|europe|asia)$/,
  "is no location; use a region such as europe-west1, or us, europe or asia",
);

export const awsAccount = named(/^\d{12}$/, "is no account; use its 12 digits, in quotes");

export const awsRegion = named(
  /^[a-z]{2}(?:-[a-z]+)+-\d$/,
  "is no region; use one such as eu-west-1",
  "AWS_REGION",
);

/** A zone is its region and a letter, in both clouds. */
function named(form: RegExp, advice: string, variable?: string) {
  const hint = variable
    ? `required; set it in the stack file, or as ${variable}`
    : "required; set it in the stack file";
  return z
    .string({ error: (issue) => (issue.input === undefined ? hint : undefined) })
    .regex(form, {
      error: ({ input }) => {
        const region = /^(?<region>.*\d)-?[a-z]$/.exec(String(input))?.groups?.region;
        return region && form.test(region)
          ? `"${input}" is a zone; use its region, ${region}`
          : `"${input}" ${advice}`;
      },
    });
}
