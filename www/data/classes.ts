/** Class names in the usual formats: one per line, a JSON list, or a JSON object from number to name. */
export function classNamesIn(text: string): string[] {
  const trimmed = text.trim();
  return (
    fromJson(trimmed) ??
    trimmed
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "")
  );
}

function fromJson(text: string): string[] | null {
  if (!/^[[{]/.test(text)) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed.map(String);
    if (typeof parsed !== "object" || parsed === null) return null;
    const byNumber = Object.entries(parsed).sort(([one], [other]) => Number(one) - Number(other));
    return byNumber.map(([, name]) => String(Array.isArray(name) ? name.at(-1) : name));
  } catch {
    return null;
  }
}
