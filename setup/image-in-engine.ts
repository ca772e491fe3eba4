import { engineRequest } from "./engine-request.ts";

/** Whether the engine holds an image under this name. */
export async function imageInEngine(host: string, name: string): Promise<boolean> {
  const { status } = await engineRequest(host, `/images/${name}/json`);
  return status === 200;
}
