import { parseReference } from "../../docker/reference.ts";

const HOSTS = /^(?:(?:[a-z0-9-]+\.)?gcr\.io|(?:[a-z0-9-]+-)?docker\.pkg\.dev|docker\.io)$/;

/** Why Cloud Run takes no image of that name; undefined where it does. */
export function imageHostRefusal(image: string): string | undefined {
  const { host } = parseReference(image);
  if (HOSTS.test(host)) return undefined;
  return `Expected an image path like [host/]repo-path[:tag and/or @digest], where host is one of [region.]gcr.io, [region-]docker.pkg.dev or docker.io but obtained ${image}; to use another registry, make an Artifact Registry remote repository`;
}
