import { flag, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { API } from "./api-error.ts";
import { like } from "./forms.ts";
import { googleType } from "./google-type.ts";
import { type GoogleSession, projectOf } from "./session.ts";

// `gcp.projects.Service`: an API of a project, switched on; one that is on already is fine, and it stays on unless told otherwise.

/** Makes the type for one configuration of the provider. */
export function projectServiceType(session: GoogleSession): ResourceType {
  const { cloud } = session;
  return googleType(session, {
    kind: "Project Service",
    api: "serviceusage.googleapis.com",
    schema: {
      service: text({
        required: true,
        replaces: true,
        refuses: like(/^[^./]+(?:\.[^./]+)+$/, "is no API; write it as run.googleapis.com"),
      }),
      project: text({ computed: true, replaces: true }),
      disableOnDestroy: flag(),
      disableDependentServices: flag(),
      checkIfServiceHasUsageOnDestroy: flag(),
    },
    deletionPolicies: [],
    async create(planned) {
      const id = `${projectOf(planned)}/${planned.service}`;
      cloud.put(API, id, planned);
      return { id, state: planned };
    },
    read: async (id, state) => {
      const found = cloud.get<Properties>(API, id);
      return found && { ...found, ...state };
    },
    async delete(id, state) {
      if (state.disableOnDestroy === true) cloud.delete(API, id);
    },
  });
}
