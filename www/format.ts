/** Numbers as people read them. Every figure on the page is written by one of these. */

const UNITS = ["", "k", "M", "G", "T"];

/** 4651234 → “4.65 M”. */
export function count(value: number): string {
  const { scaled, unit } = scale(value, 1000);
  const digits = unit === "" ? String(Math.round(scaled)) : significant(scaled, 3);
  return unit === "" ? digits : `${digits} ${unit}`;
}

/** 9453210 → “9.45 MB”: a megabyte is a million bytes, as file managers count. */
export function bytes(value: number): string {
  const { scaled, unit } = scale(value, 1000);
  const digits = unit === "" ? String(Math.round(scaled)) : significant(scaled, 3);
  return `${digits} ${unit}B`;
}

/** 0.7 → “70 %”, 0.005 → “0.5 %”. */
export function percent(share: number): string {
  const value = share * 100;
  const isWhole = Math.abs(value - Math.round(value)) < 0.05 || Math.abs(value) >= 99.95;
  return `${isWhole ? Math.round(value) : value.toFixed(1)} %`;
}

/** How the value changed: “−30 %”, “+2 %”, “±0 %”. */
export function change(before: number, after: number): string {
  if (before === 0 || before === after) return "±0 %";
  const share = (after - before) / before;
  return `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;
}

/** A setting of single precision as it was meant: 0.019999999552965164 → “0.02”. */
export function setting(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** What a browser's clock goes by, in milliseconds, in a page that is not isolated from others. */
const TICK = 0.1;

/** A measured time, no finer than the clock that measured it: 12.345 → “12.3 ms”, 0.512 → “0.5 ms”, 1532 → “1.53 s”. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 999.5) return `${significant(milliseconds / 1000, 3)} s`;
  if (milliseconds < TICK / 2) return `< ${TICK} ms`;
  return `${milliseconds < 99.95 ? milliseconds.toFixed(1) : significant(milliseconds, 3)} ms`;
}

/** A time that is only reckoned: 951 → “1 s”, 42_300 → “42 s”, 151_000 → “3 min”. */
export function estimate(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** 0.0000031 → “3.1e-6”. */
export function tiny(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) < 0.001 ? value.toExponential(1) : significant(value, 2);
}

export function plural(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function scale(value: number, step: number): { scaled: number; unit: string } {
  let scaled = value;
  let unit = 0;
  // 999.6 would be written as 1000, so it takes the next unit.
  while (Math.abs(scaled) >= step - 0.5 && unit < UNITS.length - 1) {
    scaled /= step;
    unit += 1;
  }
  return { scaled, unit: UNITS[unit]! };
}

function significant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(digits));
  const whole = Math.floor(Math.log10(Math.abs(rounded))) + 1;
  return rounded.toFixed(Math.max(0, Math.min(6, digits - whole)));
}
