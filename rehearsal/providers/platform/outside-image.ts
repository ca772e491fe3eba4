/**
 * The name under which this machine's registry keeps an image of the outside: `docker.io/acme/web@sha256:…` stands under
 * `localhost:5055/docker.io/acme/web@sha256:…`. What is on this machine already keeps its name.
 * @param registry host and port of this machine's registry.
 */
export function keptAs(image: string, registry: string): string {
  const host = image.slice(0, image.indexOf("/"));
  if (/^(?:localhost|127\.0\.0\.1)(?::|$)/.test(host)) return image;
  return `${registry}/${host.replace(":", "_")}${image.slice(host.length)}`;
}
