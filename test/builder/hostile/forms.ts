/** One part of a form: its headers' end and its content. */
export interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  /** Makes it a file. */
  readonly file?: string;
}

const boundary = "----hostile";

/** The header of a form's type. */
export const formType = { "content-type": `multipart/form-data; boundary=${boundary}` };

/** A form, byte for byte. */
export function form(...parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, content, file }) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`,
    file === undefined ? "" : `; filename="${file}"\r\ncontent-type: application/octet-stream`,
    "\r\n\r\n",
    content,
    "\r\n",
  ]);
  return Buffer.concat(
    [...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece as string)),
  );
}

/** The fields that every order needs. */
export const named: readonly Part[] = [
  { name: "image_name", content: "team/web" },
  { name: "image_tag", content: "1.0" },
];
