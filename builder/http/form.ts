import type { Readable } from "node:stream";
import type { MultipartFile, MultipartValue } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { brokenForm, MOST_PARTS, misplaced, notMultipart, shown, tooLarge } from "./form-faults.ts";
import { wrongFields } from "./problem.ts";

/** Reads a file while it comes in; `soFar` are the fields before it. */
export type FileReader = (
  file: Readable,
  soFar: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

/** What a form may hold, and what becomes of its files. */
export interface FormShape {
  /** Fields that are sent as text. */
  readonly texts: readonly string[];
  /** Fields that are sent as files, with what reads each. */
  readonly files: Readonly<Record<string, FileReader>>;
  /** Whether a field of another name is an error. */
  readonly isStrict: boolean;
  /** Bytes of one text. */
  readonly textBytes: number;
  /** Bytes of the whole body. */
  readonly bodyBytes: number;
}

/**
 * Reads multipart/form-data as it comes in, field by field.
 * @returns texts as texts, those sent as JSON as their values, and files as what their reader made of them.
 * @throws Problem 400 for a form that is broken, or has a field twice, of the wrong sort or (when strict) too many; 413 for too much,
 * 415 for another type.
 */
export async function readForm(
  request: FastifyRequest,
  shape: FormShape,
): Promise<Record<string, unknown>> {
  if (!request.isMultipart()) throw notMultipart(request);
  const form = new Map<string, unknown>();
  for await (const part of partsOf(request, shape)) {
    const field = part.fieldname;
    const isText = shape.texts.includes(field);
    const read = Object.hasOwn(shape.files, field) ? shape.files[field] : undefined;
    const refuse = (detail: string) => wrongFields([{ field: shown(field), detail }]);
    if ((isText || read) && form.has(field)) throw refuse("is there twice; send it once");
    if (part.type === "file") {
      part.file.once("limit", () => part.file.destroy(tooLarge(shown(field), shape.bodyBytes)));
      if (read) form.set(field, await readFile(part, read, form));
      else if (isText) throw refuse("is sent as a file; send it as a text");
      else if (shape.isStrict) throw refuse(misplaced(shape));
      else await readFile(part, drain, form);
    } else if (isText) form.set(field, textOf(part));
    else if (read) throw refuse("is sent as a text; send it as a file, with curl as -F NAME=@FILE");
    else if (shape.isStrict) throw refuse(misplaced(shape));
  }
  return Object.fromEntries(form);
}

/** Yields the parts, and says of whatever breaks the form that the form is broken. */
async function* partsOf(request: FastifyRequest, { textBytes, bodyBytes }: FormShape) {
  const parts = request.parts({
    limits: {
      fieldNameSize: 100,
      fieldSize: textBytes,
      fileSize: bodyBytes,
      parts: MOST_PARTS,
      headerPairs: 16,
    },
  });
  // The first call makes the parser take the body; whoever listened before would take its beginning away from it.
  let next = parts.next();
  const body = countBody(request, bodyBytes);
  for (;;) {
    const { done, value } = await next.catch((error) => {
      throw brokenForm(error);
    });
    if (done) return;
    yield value;
    if (body.bytes > bodyBytes) throw tooLarge("body", bodyBytes);
    next = parts.next();
  }
}

/** Counts what has come in; a body that goes on far beyond its limit, after its last part, is cut off. */
function countBody({ raw }: FastifyRequest, limit: number): { readonly bytes: number } {
  const body = { bytes: 0 };
  raw.on("data", ({ length }: Buffer) => {
    body.bytes += length;
    if (body.bytes > 2 * limit) raw.destroy();
  });
  return body;
}

async function readFile(part: MultipartFile, read: FileReader, soFar: Map<string, unknown>) {
  try {
    return await read(part.file, Object.fromEntries(soFar));
  } catch (error) {
    const { errored } = part.file;
    // What a file that broke off looks like to its reader is not what is wrong with it; one that its reader has left is aborted.
    throw errored && errored.name !== "AbortError" ? brokenForm(errored) : error;
  }
}

function textOf(part: MultipartValue): unknown {
  if (part.valueTruncated) throw tooLarge(part.fieldname);
  return part.value;
}

/** Reads a file's bytes. @throws Problem 413 for more than `limit` of them. */
export async function readBytes(field: string, file: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit) throw tooLarge(field, limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

async function drain(file: Readable): Promise<void> {
  for await (const _chunk of file);
}
