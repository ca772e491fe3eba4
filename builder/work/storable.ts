/** A text as the database takes it, which knows neither NUL nor half a character. */
export function storable(text: string): string {
  return text.replaceAll("\0", "\uFFFD").toWellFormed();
}
