import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openCloud } from "../../../../rehearsal/cloud/cloud.ts";
import { createAwsProvider } from "../../../../rehearsal/providers/aws/provider.ts";
import { call } from "./session.ts";

const url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web";

test("a repository that holds images is deleted only by force, and its images with it", async () => {
  const deleted: string[] = [];
  const registry = createServer((request, response) => {
    if (request.url === `/v2/${url}/tags/list`) response.end('{"tags":["a"]}');
    if (request.method === "HEAD") response.setHeader("docker-content-digest", "sha256:0");
    if (request.method === "DELETE") deleted.push(String(request.url));
    response.end();
  });
  onTestFinished(() => void registry.close());
  await once(registry.listen(0, "127.0.0.1"), "listening");
  const { port } = registry.address() as AddressInfo;
  const provider = createAwsProvider({
    cloud: openCloud("/nowhere/that/is/written"),
    registry: `127.0.0.1:${port}`,
    env: {},
  });
  const { resources } = await provider.configure({ region: "eu-west-1" }, call);
  const remove = (forceDelete: boolean) =>
    resources["aws:ecr/repository:Repository"]?.delete(
      { id: "web", state: { name: "web", region: "eu-west-1", repositoryUrl: url, forceDelete } },
      call,
    );
  await expect(remove(false)).rejects.toThrow(
    "RepositoryNotEmptyException: repository web holds 1",
  );
  expect(deleted).toEqual([]);
  await remove(true);
  expect(deleted).toEqual([`/v2/${url}/manifests/sha256:0`]);
});
