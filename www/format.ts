/** Numbers as people read them. Every figure on the page is written by one of these. */
import { decimal, text, type Value } from "./text";

type Unit = (value: Value) => string;

/** Each for a thousand of the one before. */
const COUNTS: readonly Unit[] = [
  (value) => text("unit-none", { value }),
  (value) => text("unit-thousand", { value }),
  (value) => text("unit-million", { value }),
  (value) => text("unit-billion", { value }),
  (value) => text("unit-trillion", { value }),
];
const BYTES: readonly Unit[] = [
  (value) => text("unit-bytes", { value }),
  (value) => text("unit-kilobytes", { value }),
  (value) => text("unit-megabytes", { value }),
  (value) => text("unit-gigabytes", { value }),
  (value) => text("unit-terabytes", { value }),
];

/** 4651234 → “4.65 M”. */
export function count(value: number): string {
  return scaled(value, COUNTS);
}

/** 9453210 → “9.45 MB”: a megabyte is a million bytes, as file managers count. */
export function bytes(value: number): string {
  return scaled(value, BYTES);
}

/** 0.7 → “70 %”, 0.005 → “0.5 %”. */
export function percent(share: number): string {
  const value = share * 100;
  const isWhole = Math.abs(value - Math.round(value)) < 0.05 || Math.abs(value) >= 99.95;
  return text("unit-percent", { value: isWhole ? decimal(Math.round(value), 0) : decimal(value, 1) });
}

/** How the value changed: “−30 %”, “+2 %”, “±0 %”. */
export function change(before: number, after: number): string {
  if (before === 0 || before === after) return text("unit-no-change", { value: percent(0) });
  const share = (after - before) / before;
  const value = percent(Math.abs(share));
  return share < 0 ? text("unit-decrease", { value }) : text("unit-increase", { value });
}

/** A setting of single precision as it was meant: 0.019999999552965164 → “0.02”. */
export function setting(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** What a browser's clock goes by, in milliseconds, in a page that is not isolated from others. */
const TICK = 0.1;

/** A measured time, no finer than the clock that measured it: 12.345 → “12.3 ms”, 0.512 → “0.5 ms”, 1532 → “1.53 s”. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 999.5) return text("unit-seconds", { value: significant(milliseconds / 1000, 3) });
  if (milliseconds < TICK / 2) {
    return text("unit-less-than", { value: text("unit-milliseconds", { value: decimal(TICK, 1) }) });
  }
  const value = milliseconds < 99.95 ? decimal(milliseconds, 1) : significant(milliseconds, 3);
  return text("unit-milliseconds", { value });
}

/** A time that is only reckoned: 951 → “1 s”, 42_300 → “42 s”, 151_000 → “3 min”. */
export function estimate(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return seconds < 100
    ? text("unit-seconds", { value: seconds })
    : text("unit-minutes", { value: Math.round(seconds / 60) });
}

/** 0.0000031 → “3.1e-6”. */
export function tiny(value: number): string {
  return Math.abs(value) < 0.001 && value !== 0
    ? value.toExponential(1)
    : text("unit-none", { value: significant(value, 2) });
}

function scaled(value: number, units: readonly Unit[]): string {
  let rest = value;
  let unit = 0;
  // 999.6 would be written as 1000, so it takes the next unit.
  while (Math.abs(rest) >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return units[unit]!(unit === 0 ? decimal(Math.round(rest), 0) : significant(rest, 3));
}

function significant(value: number, digits: number): Value {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return decimal(0, 0);
  const rounded = Number(value.toPrecision(digits));
  const whole = Math.floor(Math.log10(Math.abs(rounded))) + 1;
  return decimal(rounded, Math.max(0, Math.min(6, digits - whole)));
}
