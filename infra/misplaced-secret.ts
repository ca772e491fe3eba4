/** What is said of a secure value under any key but `slipway:secrets`. */
export function misplacedSecret(where: string): string {
  return `${where}: holds a secure value, which would land in state in clear; put it under slipway:secrets and refer to it as {secret: NAME}`;
}
