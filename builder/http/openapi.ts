import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifySchema } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

type Transform = typeof jsonSchemaTransform;
type TransformObject = typeof jsonSchemaTransformObject;

/** Headers that come with a status, whichever the route. */
const HEADERS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  202: {
    Location: { description: "Where an ordered build is.", schema: { type: "string" } },
    "Idempotent-Replayed": {
      description: "`true` where the key brought the build of the first time.",
      schema: { type: "string" },
    },
  },
  401: { "WWW-Authenticate": { required: true, schema: { type: "string" } } },
  429: { "Retry-After": { required: true, schema: { type: "string" } } },
};

/** Makes the OpenAPI document of the routes' own schemas, for those that are made after this. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Slipway builder",
        description: "Upload a Dockerfile, get an image in the registry.",
        version: "1",
      },
      components: {
        securitySchemes: {
          token: {
            type: "http",
            scheme: "bearer",
            description: "Wanted where the builder has tokens.",
          },
        },
      },
      security: [{}, { token: [] }],
    },
    transform: transformRoute,
    transformObject,
  });
  app.get("/openapi.json", { config: { isOpen: true }, schema: { hide: true } }, async () =>
    app.swagger(),
  );
}

/** Bodies of several types are put into JSON Schema one by one: the transformation of zod knows bodies of one type only. */
const transformRoute: Transform = (route) => {
  const content = (route.schema?.body as { content?: Record<string, { schema: unknown }> })
    ?.content;
  if (!content) return jsonSchemaTransform(route);
  const { body: _body, ...schema } = route.schema as FastifySchema;
  const bodies = Object.entries(content).map(([type, { schema: body }]) => {
    const alone = jsonSchemaTransform({ ...route, schema: { body } });
    return [type, { schema: (alone.schema as FastifySchema).body }];
  });
  const transformed = jsonSchemaTransform({ ...route, schema });
  return {
    ...transformed,
    schema: { ...transformed.schema, body: { content: Object.fromEntries(bodies) } },
  };
};

/** What can be done with a build that was ordered: where its id goes. */
const LINKS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  orderBuild: links("$response.body#/id", "id", "getBuild", "cancelBuild", "retryBuild", "getLog"),
  buildPush: links(
    "$response.body#/build_id",
    "build_id",
    "buildPushStatus",
    "retryBuildByGet",
    "retryBuildByPost",
  ),
};

function links(from: string, parameter: string, ...operations: readonly string[]) {
  return Object.fromEntries(
    operations.map((operationId) => [
      operationId,
      { operationId, parameters: { [parameter]: from } },
    ]),
  );
}

interface Operation {
  readonly operationId?: string;
  readonly responses?: Record<string, { headers?: object; links?: object }>;
}

const operationsOf = (path: Record<string, Operation>) => Object.values(path);

const transformObject: TransformObject = (document) => {
  const whole = jsonSchemaTransformObject(document) as {
    components?: { schemas?: Record<string, object> };
    paths?: Record<string, Record<string, Operation>>;
  };
  for (const { operationId = "", responses = {} } of Object.values(whole.paths ?? {}).flatMap(
    operationsOf,
  )) {
    for (const [status, response] of Object.entries(responses)) {
      if (HEADERS[status]) response.headers = HEADERS[status];
      if (LINKS[operationId] && status.startsWith("2")) response.links = LINKS[operationId];
    }
  }
  dropUnused(whole);
  return whole as ReturnType<TransformObject>;
};

/** Every schema is there for what is sent and for what is answered, and most are used for one of them. */
function dropUnused(whole: { components?: { schemas?: Record<string, object> } }): void {
  const schemas = whole.components?.schemas ?? {};
  const text = (): string => JSON.stringify(whole);
  for (let before = ""; before !== text(); ) {
    before = text();
    for (const name of Object.keys(schemas)) {
      if (!before.includes(`"#/components/schemas/${name}"`)) delete schemas[name];
    }
  }
}
