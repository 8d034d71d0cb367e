/** Numbers on axes and in readouts: three significant digits, without trailing zeros. */
export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(3))) : Number(value.toPrecision(2)).toExponential();
  return text.replace("-", "−").replace("e-", "e−").replace("e+", "e");
}
