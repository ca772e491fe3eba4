// What a bundle says to run.

export interface ContainerPlan {
  readonly image: string;
  /** The port that the app listens on. */
  readonly containerPort: number;
  /** The port of the instance under which the container is published. */
  readonly hostPort: number | undefined;
  /** Whether the platform's own proxy stands before it, on port 80. */
  readonly isProxied: boolean;
  /** Whether the container gets the environment's variables. */
  readonly getsVariables: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  /** The object in S3 with the login for the image's registry. */
  readonly authentication?: { readonly bucket: string; readonly key: string };
}
