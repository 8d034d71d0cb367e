/** What looks as if a person were to read it: two words in a row. */
export function isSentence(text) {
  return /\p{L}{2,}['’]?\p{L}*[,:;.]?\s+\(?\p{Ll}{2,}/u.test(text.replace(/\\\n?\s*/g, " "));
}
