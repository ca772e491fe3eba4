import { BASE_IMAGE } from "../setup/base-image.ts";
import { byDifference, type Comparison } from "./comparison.ts";
import type { Workbench } from "./workbench.ts";

const limit = 25e6;

/** The size in the engine of the production image that the program has built, against that of its base. */
export async function imageAgainstBase({
  engine,
  registry,
  copy,
}: Workbench): Promise<Comparison[]> {
  const images = await engine.listImages();
  const own = images.find(({ RepoTags }) =>
    RepoTags?.some((tag) => tag.startsWith(`${registry}/`) && tag.endsWith(`:${copy.commit}`)),
  );
  if (!own) throw new Error(`image: the engine holds none of ${copy.commit} from ${registry}`);
  const base = await engine.getImage(BASE_IMAGE).inspect();
  return [byDifference(`production image : ${BASE_IMAGE}`, limit, own.Size, base.Size)];
}
