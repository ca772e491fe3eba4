import jspb from "google-protobuf";

// BuildKit's progress, as the engine wraps it into a build's output stream.

/** One message of `moby.buildkit.v1.StatusResponse`, as far as progress and errors need it. */
export interface Trace {
  readonly steps: readonly Step[];
  readonly lines: readonly StepOutput[];
}

/** What became of one step of the build. */
export interface Step {
  readonly digest: string;
  /** Such as "[base 3/7] RUN pip install …". */
  readonly name: string;
  readonly cached: boolean;
  readonly started: boolean;
  readonly completed: boolean;
  readonly error: string;
}

/** Output of a step's command, as it came: not necessarily whole lines. */
export interface StepOutput {
  readonly step: string;
  readonly text: string;
}

/** Decodes the `aux` of a record with the id `moby.buildkit.trace`: a protobuf message in base64. */
export function decodeTrace(aux: string): Trace {
  const steps: Step[] = [];
  const lines: StepOutput[] = [];
  read(Buffer.from(aux, "base64"), {
    1: (reader) => steps.push(step(reader.readBytes() as Uint8Array)),
    3: (reader) => lines.push(output(reader.readBytes() as Uint8Array)),
  });
  return { steps, lines };
}

type Fields = { readonly [number: number]: (reader: jspb.BinaryReader) => void };

function read(bytes: Uint8Array, fields: Fields): void {
  const reader = new jspb.BinaryReader(bytes);
  while (reader.nextField() && !reader.isEndGroup()) {
    const field = fields[reader.getFieldNumber()];
    if (field) field(reader);
    else reader.skipField();
  }
}

function step(bytes: Uint8Array): Step {
  const found = {
    digest: "",
    name: "",
    cached: false,
    started: false,
    completed: false,
    error: "",
  };
  read(bytes, {
    1: (reader) => {
      found.digest = reader.readString();
    },
    3: (reader) => {
      found.name = reader.readString();
    },
    4: (reader) => {
      found.cached = reader.readBool();
    },
    5: (reader) => {
      found.started = true;
      reader.skipField();
    },
    6: (reader) => {
      found.completed = true;
      reader.skipField();
    },
    7: (reader) => {
      found.error = reader.readString();
    },
  });
  return found;
}

function output(bytes: Uint8Array): StepOutput {
  const found = { step: "", text: "" };
  read(bytes, {
    1: (reader) => {
      found.step = reader.readString();
    },
    4: (reader) => {
      found.text = Buffer.from(reader.readBytes() as Uint8Array).toString();
    },
  });
  return found;
}
