/** Reads calls in source text without parsing all of it: brackets, strings and commas suffice. */

const PAIRS = { "(": ")", "[": "]", "{": "}" };

/** Where a string that begins at `start` ends. */
function endOfString(source, start) {
  const quote = source[start];
  for (let i = start + 1; i < source.length; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === quote) return i;
  }
  return source.length;
}

/** The pieces between the commas of the bracket that opens at `start`. */
export function piecesAt(source, start, quotes) {
  const pieces = [];
  const open = [];
  let piece = "";
  for (let i = start; i < source.length; i++) {
    const sign = source[i];
    if (quotes.includes(sign)) {
      const end = endOfString(source, i);
      piece += source.slice(i, end + 1);
      i = end;
      continue;
    }
    if (sign in PAIRS) open.push(PAIRS[sign]);
    else if (sign === open.at(-1)) open.pop();
    if (open.length === 0) break;
    if (sign === "," && open.length === 1) {
      pieces.push(piece.trim());
      piece = "";
    } else if (i > start) piece += sign;
  }
  if (piece.trim()) pieces.push(piece.trim());
  return pieces;
}

export function lineOf(source, index) {
  return source.slice(0, index).split("\n").length;
}
