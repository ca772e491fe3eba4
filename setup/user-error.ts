/**
 * A mistake or a lack the user can mend: shown as its message alone, without a stack trace, with exit code 1.
 * The message has the form "where: what; how to mend". Further lines may carry evidence, such as a container's last log lines.
 */
export class UserError extends Error {
  override name = "UserError";
}
