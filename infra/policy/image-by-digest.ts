import { mapOf, mapsOf, type Props, type Resource, type Rule, textOf } from "./rule.ts";

/** A tag can be moved under what runs; a digest names the bytes that were proven. */
export const imageByDigest: Rule = {
  name: "image-by-digest",
  description: "What runs is named by its digest.",
  remedy: "Deploy repository@sha256:…, as the program does by itself.",
  level: "mandatory",
  check: (resource) =>
    imagesOf(resource)
      .map(textOf)
      .filter((image) => image !== "" && !hasDigest(image))
      .map((image) => `${image} is no image by digest`),
};

function hasDigest(image: string): boolean {
  return /(?:^|@)sha256:[0-9a-f]{64}$/.test(image);
}

function imagesOf({ type, props }: Resource): unknown[] {
  switch (type) {
    case "docker:index/container:Container":
      return [props.image];
    case "gcp:cloudrunv2/service:Service":
      return containerImages(mapOf(props.template));
    case "gcp:cloudrunv2/job:Job":
      return containerImages(mapOf(mapOf(props.template).template));
    case "aws:s3/bucketObjectv2:BucketObjectv2":
    case "aws:s3/bucketObject:BucketObject":
      return [bundledImage(props)];
    default:
      return [];
  }
}

function containerImages({ containers }: Props): unknown[] {
  return mapsOf(containers).map(({ image }) => image);
}

/** What a bundle of Elastic Beanstalk tells it to run: a file alone, or within an archive. */
function bundledImage({ key, content, source }: Props): unknown {
  const file = mapOf(mapOf(source).assets)["Dockerrun.aws.json"];
  const text = textOf(mapOf(file).text) || (/Dockerrun\.aws\.json$/.test(textOf(key)) && content);
  try {
    return mapOf(mapOf(JSON.parse(textOf(text))).Image).Name;
  } catch {
    return undefined;
  }
}
